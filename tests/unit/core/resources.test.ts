// What /proc says of real processes.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../../src/core/clock.ts';
import { familyOf, lookAtFamily, lookAtProcess, ResourceMeter } from '../../../src/core/resources.ts';
import { eventually } from '../../support/fixtures.ts';
import { ManualClock } from './manual-clock.ts';

/** A child that is gone after the test. */
async function start(program: string, ...args: readonly string[]): Promise<number> {
  const child = spawn(program, [...args], { stdio: 'ignore' });
  await once(child, 'spawn');
  onTestFinished(async () => {
    child.kill('SIGKILL');
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  });
  return child.pid ?? 0;
}

it('reads this process: memory as Node tells it, and open files', async () => {
  const use = await lookAtProcess(process.pid);
  expect(use?.rssBytes).toBeGreaterThan(0.5 * process.memoryUsage.rss());
  expect(use?.rssBytes).toBeLessThan(2 * process.memoryUsage.rss());
  expect(use?.handles).toBeGreaterThan(3);
});

it('knows nothing of a process that is not there', async () => {
  expect(await lookAtProcess(2 ** 22 + 1)).toBeNull();
});

/** A process and one under it, both of which run the program of their name by now. */
async function startFamily(): Promise<number> {
  const pid = await start('sh', '-c', 'sleep 60 & wait');
  const family = () => familyOf(pid).then((uses) => uses.map(({ command }) => command.split(' ')[0]));
  await eventually(family, { accept: (commands) => commands.join() === 'sh,sleep' });
  return pid;
}

it('finds the family of a process', async () => {
  const pid = await startFamily();
  expect(await familyOf(pid)).toHaveLength(2);
});

it('adds up what a process and those under it use', async () => {
  const pid = await startFamily();
  const head = await eventually(() => lookAtProcess(pid));
  const whole = await eventually(() => lookAtFamily(pid), {
    accept: (use) => (use?.rssBytes ?? 0) > 1.3 * (head?.rssBytes ?? 0),
  });
  expect(whole).toMatchObject({ pid, command: expect.stringMatching(/^sh/) });
  expect(whole?.handles).toBeGreaterThan(head?.handles ?? 0);
  expect(await lookAtFamily(2 ** 22 + 1)).toBeNull();
});

it('tells a busy child from an idle one, and none that has ended', async () => {
  const busy = await start('sh', '-c', 'while :; do :; done');
  const idle = await start('sleep', '60');
  const meter = new ResourceMeter({ clock: systemClock }, [
    { name: 'busy', pid: () => busy },
    { name: 'idle', pid: () => idle },
    { name: 'off', pid: () => undefined },
  ]);
  onTestFinished(() => meter.stop());
  // The start of the idle one is work too, and all that its first interval holds.
  const [first, second, ...rest] = await eventually(() => meter.sample(), {
    accept: ([one, other]) => (one?.cpu ?? 0) > 0.1 && (other?.cpu ?? 1) < 0.1,
  });
  expect([first?.name, second?.name, rest]).toEqual(['busy', 'idle', []]);
});

it('measures the share of the interval, not of the whole life', async () => {
  const clock = new ManualClock();
  const meter = new ResourceMeter({ clock }, [{ name: 'idle', pid: () => idle }]);
  onTestFinished(() => meter.stop());
  const idle = await start('sleep', '60');
  await meter.sample();
  clock.advance(1_000);
  expect((await meter.sample())[0]?.cpu).toBeLessThan(0.05);
});

it('sees that its own event loop was held up', async () => {
  const meter = new ResourceMeter({ clock: systemClock }, [{ name: 'self', pid: () => process.pid }]);
  onTestFinished(() => meter.stop());
  await meter.sample();
  const held = async () => {
    const until = performance.now() + 300;
    while (performance.now() < until);
    await new Promise((resolve) => setTimeout(resolve, 20));
    return meter.sample();
  };
  const [own] = await eventually(held, { accept: ([use]) => (use?.loopDelaySeconds ?? 0) > 0.2 });
  expect(own?.loopDelaySeconds).toBeGreaterThan(0.2);
});
