import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { bridgeConfigSchema } from '../../../src/bridge/index.ts';
import { Waker } from '../../../src/bridge/waker.ts';
import { systemClock } from '../../../src/core/clock.ts';

describe('the face of the bridge', () => {
  it('loads no AMQP library when it is imported', async () => {
    const script = `await import('./src/bridge/index.ts');
      const { createRequire } = await import('node:module');
      const loaded = Object.keys(createRequire(import.meta.url)('module')._cache);
      console.log(loaded.some((path) => path.includes('amqplib')))`;
    const { stdout } = await promisify(execFile)(process.execPath, [
      ...['--import', 'tsx', '--input-type=module', '-e', script],
    ]);
    expect(stdout.trim()).toBe('false');
  });

  it('has a default for each key of its configuration', () => {
    expect(bridgeConfigSchema.parse({})).toEqual({
      balance: 'least-pending',
      profile: 'topic-v1',
      restartDeadlineMs: 45_000,
    });
  });
});

describe('a waker', () => {
  it('ends the next wait when it was woken before', async () => {
    const waker = new Waker(systemClock);
    waker.wake();
    await expect(waker.wait(600_000, new AbortController().signal)).resolves.toBeUndefined();
  });

  it('ends a wait once for several wakes', async () => {
    const waker = new Waker(systemClock);
    waker.wake();
    waker.wake();
    const { signal } = new AbortController();
    await waker.wait(600_000, signal);
    const second = waker.wait(20, signal).then(() => 'timed out');
    expect(await second).toBe('timed out');
  });
});
