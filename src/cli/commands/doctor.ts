// `swarmline doctor`: looks at everything the platform needs, and names the mend of what is wrong.
import { styleText } from 'node:util';
import { examine, loadConfig } from '../../app/index.ts';
import type { Finding } from '../../core/checks/finding.ts';
import { systemClock } from '../../core/clock.ts';
import { toSwarmError } from '../../core/errors.ts';
import { demoLayer } from '../../demo/index.ts';
import { type ExitCode, exitCodes, type Io } from '../io.ts';
import { wantsColour } from '../terminal.ts';

/** Exit code 0 when nothing fails, 1 when something does, 78 when the configuration does. */
export async function doctor(options: { readonly json: boolean }, io: Io): Promise<ExitCode> {
  const findings = await examineAll(io);
  if (options.json) io.stdout.write(`${JSON.stringify(findings)}\n`);
  else io.stdout.write(render(findings, wantsColour(io)));
  if (findings.some(({ name, state }) => name === 'configuration' && state === 'fail')) {
    return exitCodes.config;
  }
  return findings.some(({ state }) => state === 'fail') ? exitCodes.failed : exitCodes.ok;
}

async function examineAll(io: Io): Promise<Finding[]> {
  const node: Finding = { name: 'node', state: 'ok', said: process.version };
  try {
    const loaded = await loadConfig(io.env, { root: io.root, demo: false, demoLayer });
    const said = loaded.demo ? `the demo world, for want of ${loaded.localFile}` : loaded.localFile;
    const findings = await examine(loaded, { clock: systemClock, searchPath: io.env['PATH'] ?? '' });
    return [node, { name: 'configuration', state: 'ok', said }, ...findings];
  } catch (thrown) {
    const { message } = toSwarmError(thrown);
    const mend = 'swarmline config explain shows where each value comes from';
    return [node, { name: 'configuration', state: 'fail', said: message, mend }];
  }
}

const marks = { ok: '✔', warn: '!', fail: '✖', skipped: '–' } as const;
const tints = { ok: 'green', warn: 'yellow', fail: 'red', skipped: 'dim' } as const;

function render(findings: readonly Finding[], colour: boolean): string {
  const width = Math.max(...findings.map(({ name }) => name.length));
  const lines = findings.flatMap(({ name, state, said, mend }) => {
    const line = `${marks[state]} ${name.padEnd(width)}  ${said}`;
    const head = colour ? styleText(tints[state], line, { validateStream: false }) : line;
    return mend === undefined ? [head] : [head, `${' '.repeat(width + 4)}mend: ${mend}`];
  });
  const failing = findings.filter(({ state }) => state === 'fail').length;
  const warning = findings.filter(({ state }) => state === 'warn').length;
  return `${[...lines, '', `${failing} to mend, ${warning} to think about`].join('\n')}\n`;
}
