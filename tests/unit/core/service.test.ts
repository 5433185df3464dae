import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { createGate } from './gate.ts';
import { fail, hang, Probe } from './probe.ts';

const codeOf = (promise: Promise<void>) =>
  promise.then(
    () => 'resolved',
    (thrown: { code?: string }) => thrown.code,
  );

describe('a service', () => {
  it('is idle before its first start', () => {
    expect(new Probe().state).toBe('idle');
  });

  it.each([
    ['ready', 'start', (probe: Probe) => probe.start()],
    ['stopped', 'stop', (probe: Probe) => probe.stop()],
    ['stopped', 'start and stop', (probe: Probe) => probe.start().then(() => probe.stop())],
    ['ready', 'stop and start', (probe: Probe) => probe.stop().then(() => probe.start())],
  ] as const)('is %s after %s', async (state, _what, drive) => {
    const probe = new Probe();
    await drive(probe);
    expect(probe.state).toBe(state);
  });

  it('is starting while its start runs and draining while its stop runs', async () => {
    const seen: string[] = [];
    const probe: Probe = new Probe((_signal, release) => {
      seen.push(probe.state);
      release(() => void seen.push(probe.state));
      return Promise.resolve();
    });
    await probe.start();
    await probe.stop();
    expect(seen).toEqual(['starting', 'draining']);
  });

  it('refuses a start while it drains', async () => {
    const gate = createGate();
    const probe = new Probe((_signal, release) => Promise.resolve(release(() => gate.passed)));
    await probe.start();
    const stopping = probe.stop();
    expect(await codeOf(probe.start())).toBe('ILLEGAL_TRANSITION');
    gate.open();
    await stopping;
  });

  it('starts once for two calls and shares the promise', async () => {
    const probe = new Probe();
    const [first, second] = [probe.start(), probe.start()];
    expect(first).toBe(second);
    await first;
    expect(probe.starts).toBe(1);
  });

  it('stops once for two calls and shares the promise', async () => {
    const closed: string[] = [];
    const probe = new Probe((_signal, release) => Promise.resolve(release(() => void closed.push('it'))));
    await probe.start();
    const [first, second] = [probe.stop(), probe.stop()];
    expect(first).toBe(second);
    await first;
    expect(closed).toEqual(['it']);
  });

  it('fails a hung start at its deadline, and names itself', async () => {
    const probe = new Probe(hang, 20);
    await expect(probe.start()).rejects.toMatchObject({
      code: 'START_TIMED_OUT',
      message: 'probe was not ready within 20 ms',
    });
    expect(probe.state).toBe('failed');
  });

  it('releases what a failed start had opened, last first', async () => {
    const closed: string[] = [];
    const probe = new Probe((signal, release) => {
      release(() => void closed.push('first'));
      release(() => void closed.push('second'));
      return fail(signal, release);
    });
    await codeOf(probe.start());
    expect(closed).toEqual(['second', 'first']);
  });

  it('closes at once what a given-up start opens later', async () => {
    const closed: string[] = [];
    const late = createGate();
    const probe = new Probe(async (_signal, release) => {
      await late.passed;
      release(() => void closed.push('late'));
    }, 20);
    await codeOf(probe.start());
    late.open();
    await expect.poll(() => closed).toEqual(['late']);
  });

  it('ends a start under way when it is stopped', async () => {
    const probe = new Probe(hang, 60_000);
    const starting = codeOf(probe.start());
    await probe.stop();
    expect([await starting, probe.state]).toEqual(['ABORTED', 'stopped']);
  });

  it('stops without a complaint after a failed start', async () => {
    const probe = new Probe(fail);
    await codeOf(probe.start());
    await probe.stop();
    expect(probe.state).toBe('stopped');
  });

  it('starts again after a failed start', async () => {
    let luck = false;
    const probe = new Probe((signal, release) => (luck ? Promise.resolve() : fail(signal, release)));
    await codeOf(probe.start());
    luck = true;
    await probe.start();
    expect(probe.state).toBe('ready');
  });

  it('starts again after a stop, with a signal that has not fired', async () => {
    const signals: AbortSignal[] = [];
    const probe = new Probe((signal) => Promise.resolve(void signals.push(signal)));
    await probe.start();
    await probe.stop();
    await probe.start();
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, false]);
  });

  it('does not fire its signal at the start deadline once it is ready', async () => {
    vi.useFakeTimers();
    onTestFinished(() => {
      vi.useRealTimers();
    });
    const signals: AbortSignal[] = [];
    const probe = new Probe((signal) => Promise.resolve(void signals.push(signal)), 20);
    await probe.start();
    vi.advanceTimersByTime(1_000);
    expect([signals[0]?.aborted, probe.state]).toEqual([false, 'ready']);
  });

  it('tells the first failure of its releasers and is stopped all the same', async () => {
    const probe = new Probe((_signal, release) =>
      Promise.resolve(
        release(() => {
          throw new Error('stuck');
        }),
      ),
    );
    await probe.start();
    await expect(probe.stop()).rejects.toThrow('stuck');
    expect(probe.state).toBe('stopped');
  });

  it('fails a hung stop at its deadline, names itself, and releases what lies below', async () => {
    const closed: string[] = [];
    const probe = new Probe(
      (_signal, release) => {
        release(() => void closed.push('below'));
        release(() => new Promise(() => undefined));
        return Promise.resolve();
      },
      1_000,
      20,
    );
    await probe.start();
    await expect(probe.stop()).rejects.toMatchObject({
      code: 'STOP_TIMED_OUT',
      message: 'probe did not stop within 20 ms; what it holds may still be open',
    });
    expect([probe.state, closed]).toEqual(['failed', ['below']]);
  });

  it('can be started after a stop that hung', async () => {
    const probe = new Probe(
      (_signal, release) => Promise.resolve(release(() => new Promise(() => undefined))),
      1_000,
      20,
    );
    await probe.start();
    await codeOf(probe.stop());
    await probe.start();
    expect(probe.state).toBe('ready');
  });

  describe('that breaks down when it is ready', () => {
    it('is failed, has released what it held, and tells its listeners once', async () => {
      const told: string[] = [];
      const closed: string[] = [];
      const probe = new Probe((_signal, release) => Promise.resolve(release(() => void closed.push('it'))));
      probe.onFailure(({ message }) => void told.push(message));
      await probe.start();
      probe.breakDown(new Error('the child died'));
      probe.breakDown(new Error('again'));
      expect([probe.state, told, closed]).toEqual(['failed', ['the child died'], ['it']]);
    });

    it('does not start again before its releases are through', async () => {
      const gate = createGate();
      const probe = new Probe((_signal, release) => Promise.resolve(release(() => gate.passed)));
      await probe.start();
      probe.breakDown(new Error('the child died'));
      const again = probe.start();
      await Promise.resolve();
      expect(probe.starts).toBe(1);
      gate.open();
      await again;
      expect([probe.starts, probe.state]).toEqual([2, 'ready']);
    });

    it('tells nobody who has stopped listening', async () => {
      const told: string[] = [];
      const probe = new Probe();
      probe.onFailure(({ message }) => void told.push(message))();
      await probe.start();
      probe.breakDown(new Error('the child died'));
      expect(told).toEqual([]);
    });

    it.each([
      ['idle', () => Promise.resolve()],
      ['stopped', (probe: Probe) => probe.start().then(() => probe.stop())],
    ] as const)('stays %s when it says so then', async (state, drive) => {
      const probe = new Probe();
      await drive(probe);
      probe.breakDown(new Error('too late'));
      expect(probe.state).toBe(state);
    });
  });

  it('that breaks down while it starts fails its start with that', async () => {
    const probe: Probe = new Probe((signal, release) => {
      probe.breakDown(new Error('the child died'));
      return hang(signal, release);
    });
    await expect(probe.start()).rejects.toThrow('the child died');
    expect(probe.state).toBe('failed');
  });
});
