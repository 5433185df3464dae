// `npm run check`: everything that can be said about the code without running it.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { stepLine } from './progress.mjs';

const root = join(import.meta.dirname, '..');

const steps = [
  { name: 'format', run: ['biome', 'format', '.'], mend: 'npm run format' },
  { name: 'lint', run: ['biome', 'lint', '--error-on-warnings', '.'] },
  { name: 'lint (types)', run: ['eslint', '--max-warnings', '0', '.'] },
  { name: 'types', run: ['tsc', '-p', 'tsconfig.json'] },
  {
    name: 'layers',
    run: ['depcruise', '--config', '.dependency-cruiser.mjs', '--output-type', 'err-long', 'src'],
  },
  { name: 'dead code', run: ['knip', '--no-config-hints'] },
  { name: 'docs', run: ['typedoc', '--logLevel', 'Warn'] },
  { name: 'picture', script: ['scripts/layer-picture.mjs', '--check'] },
];

// No step waits for another, and the machines this runs on have two cores.
const atATime = 2;

/** Runs all steps, also when one fails, and prints one line each; a failed one shows its output. */
export async function runChecks() {
  const results = [];
  const waiting = [...steps];
  const workOff = async () => {
    for (let step = waiting.shift(); step; step = waiting.shift()) {
      const from = performance.now();
      const { ok, output } = await run(step);
      console.log(stepLine(step.name, ok, performance.now() - from));
      if (!ok) console.log(indent(output + (step.mend ? `\nTo mend it: ${step.mend}` : '')));
      results.push({ name: step.name, ok });
    }
  };
  await Promise.all(Array.from({ length: atATime }, workOff));
  return results;
}

function run({ run: tool, script }) {
  const [command, ...args] = script
    ? [process.execPath, ...script]
    : [join(root, 'node_modules/.bin', tool[0]), ...tool.slice(1)];
  const child = spawn(command, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  const chunks = [];
  child.stdout.on('data', (chunk) => chunks.push(chunk));
  child.stderr.on('data', (chunk) => chunks.push(chunk));
  return new Promise((resolve) => {
    child.on('error', (error) => resolve({ ok: false, output: error.message }));
    child.on('close', (code) => resolve({ ok: code === 0, output: Buffer.concat(chunks).toString() }));
  });
}

function indent(text) {
  return text.trimEnd().replace(/^(?=.)/gm, '    ');
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const results = await runChecks();
  if (results.some(({ ok }) => !ok)) process.exitCode = 1;
}
