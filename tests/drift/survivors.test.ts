// `npm test` leaves no process behind, and would say so if it did.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';

const script = join(import.meta.dirname, '../../scripts/survivors.mjs');
let folder = '';
let survivor: ChildProcess | undefined;

beforeEach((ctx) => {
  ctx.skip(!existsSync('/proc/self/environ'), 'only Linux lets one look at processes');
  folder = mkdtempSync(join(tmpdir(), 'swarmline-survivors-'));
});
afterEach(async () => {
  if (survivor?.kill('SIGKILL')) await once(survivor, 'exit');
  survivor = undefined;
  rmSync(folder, { recursive: true, force: true });
});

it('finds a detached process by the folder that its environment names', () => {
  survivor = spawn('sleep', ['60'], {
    detached: true,
    stdio: 'ignore',
    env: { PATH: '/bin', TMPDIR: folder },
  });
  expect(found()).toEqual([survivor.pid]);
});

it('finds a process with an empty environment by the folder that it works in', () => {
  survivor = spawn('/bin/sleep', ['60'], { detached: true, stdio: 'ignore', env: {}, cwd: folder });
  expect(found()).toEqual([survivor.pid]);
});

it('finds nothing when nobody is left', () => {
  expect(found()).toEqual([]);
});

/** Pids that the script finds. It is told the folder on stdin, so that it does not find itself. */
function found(): unknown {
  const program = `
    import { readFileSync } from 'node:fs';
    import { survivors } from '${script}';
    const left = await survivors(readFileSync(0, 'utf8'), 0);
    console.log(JSON.stringify(left.map(({ pid }) => pid)));`;
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '--eval', program], {
    encoding: 'utf8',
    input: folder,
  });
  return JSON.parse(stdout);
}
