// `npm test`: set-up, checks, all tests, and one truthful last line. What follows `--` goes to vitest.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { runChecks } from './check.mjs';
import { ensureBuild, ensureDependencies, ensureServers, root, SetupError } from './setup.mjs';
import { canLook, survivors } from './survivors.mjs';
import { reportFileVariable } from './test-report.mjs';

// The tests' own temporary folder: what they leave in it is removed, and who still lives in it is found.
const temporary = mkdtempSync(join(tmpdir(), 'swarmline-run-'));
try {
  await ensureDependencies();
  await ensureServers({ ask: false, tests: true });
  await ensureBuild();
  const checks = (await runChecks()).map(({ name, ok }) => ({
    name: `check: ${name}`,
    state: ok ? 'passed' : 'failed',
  }));
  conclude([...checks, ...(await runTests(process.argv.slice(2)))]);
} catch (thrown) {
  if (!(thrown instanceof SetupError)) throw thrown;
  console.error(thrown.message);
  console.log('0 passed, 1 failed');
  process.exitCode = thrown.exitCode;
} finally {
  rmSync(temporary, { recursive: true, force: true });
}

/** Runs vitest and resolves to its tests, with what only shows from outside added as tests of their own. */
async function runTests(args) {
  const report = join(temporary, 'report.json');
  const status = await vitest(args, { TMPDIR: temporary, [reportFileVariable]: report });
  const tests = existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')) : [];
  if (status !== 0 && !tests.some(({ state }) => state === 'failed')) {
    tests.push({ name: `vitest ended with status ${status}`, state: 'failed' });
  }
  return [...tests.map(demandRecordedData), ...(await noSurvivors())];
}

function vitest(args, env) {
  const child = spawn(
    process.execPath,
    [
      'node_modules/vitest/vitest.mjs',
      'run',
      '--reporter=default',
      '--reporter=./scripts/test-report.mjs',
      ...args,
    ],
    { cwd: root, env: { ...process.env, ...env }, stdio: 'inherit' },
  );
  // Ctrl-C reaches vitest too; this process stays to count and to look for what is left.
  const stay = () => undefined;
  process.on('SIGINT', stay);
  process.once('SIGTERM', () => child.kill('SIGTERM'));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve(code ?? 128 + constants.signals[signal]));
  });
}

/** Without the recorded data a laptop may skip its tests and say so; CI may not. */
function demandRecordedData(test) {
  if (test.state !== 'skipped' || process.env.CI !== 'true' || !test.file.startsWith('tests/recorded/')) {
    return test;
  }
  return {
    ...test,
    name: `${test.name} (skipped; in CI, SWARMLINE_RECORDED must name the folder of recorded data)`,
    state: 'failed',
  };
}

async function noSurvivors() {
  const name = 'no process outlives the tests';
  if (!canLook) return [{ name, state: 'skipped', note: `cannot be seen on ${process.platform}` }];
  const left = await survivors(temporary, 5_000);
  for (const { pid } of left) process.kill(pid, 'SIGKILL');
  if (left.length === 0) return [{ name, state: 'passed' }];
  return left.map(({ pid, command }) => ({ name: `${name}: ${pid} ${command}`, state: 'failed' }));
}

function conclude(tests) {
  const of = (state) => tests.filter((test) => test.state === state);
  const [passed, failed, skipped] = [of('passed'), of('failed'), of('skipped')];
  console.log('');
  for (const { name } of failed) console.log(`failed   ${name}`);
  for (const [note, count] of Object.entries(countBy(skipped, ({ note }) => note || 'no reason given'))) {
    console.log(`skipped  ${count}: ${note}`);
  }
  console.log(
    `${passed.length} passed, ${failed.length} failed${skipped.length > 0 ? `, ${skipped.length} skipped` : ''}`,
  );
  if (failed.length > 0) process.exitCode = 1;
}

function countBy(items, key) {
  const counts = {};
  for (const item of items) counts[key(item)] = (counts[key(item)] ?? 0) + 1;
  return counts;
}
