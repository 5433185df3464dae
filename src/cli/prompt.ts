// A question to whoever sits at the terminal.
import { once } from 'node:events';
import { createInterface } from 'node:readline/promises';
import { type Io, untilStopped } from './io.ts';

/** What is typed, empty where the prompt is closed or the end is asked for; null where there is no terminal. */
export async function ask(question: string, { stdin, stderr, stop, stopped }: Io): Promise<string | null> {
  if (stdin.isTTY !== true) return null;
  const lines = createInterface({ input: stdin, output: stderr });
  // A prompt takes Ctrl-C for itself.
  lines.on('SIGINT', stop);
  try {
    // The end of input leaves the question open for ever, and Ctrl-D fails it.
    const closed = Promise.race([once(lines, 'close'), untilStopped(stopped)]).then(() => '');
    return (await Promise.race([lines.question(question).catch(() => ''), closed])).trim();
  } finally {
    lines.close();
  }
}
