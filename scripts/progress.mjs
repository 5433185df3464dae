// One line per step of work: a spinner while it lasts on a terminal, and what came of it with its duration.
// Node built-ins only, since it runs before `npm ci`.

const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];

/** Runs `work`, which resolves to whether it went well, and shows it. Resolves to the same. */
export async function withProgress(title, work) {
  const stop = process.stdout.isTTY ? spin(title) : say(`… ${title}`);
  const from = performance.now();
  const ok = await work();
  stop();
  console.log(stepLine(title, ok, performance.now() - from));
  return ok;
}

/** `✔ build  4.2 s` */
export function stepLine(title, ok, tookMs) {
  return `${ok ? '✔' : '✘'} ${title.padEnd(12)} ${(tookMs / 1000).toFixed(1).padStart(5)} s`;
}

function say(line) {
  console.log(line);
  return () => undefined;
}

function spin(title) {
  let turn = 0;
  const draw = () => process.stdout.write(`\r${frames[turn++ % frames.length]} ${title}`);
  draw();
  const timer = setInterval(draw, 100);
  return () => {
    clearInterval(timer);
    process.stdout.write('\r\x1b[2K');
  };
}
