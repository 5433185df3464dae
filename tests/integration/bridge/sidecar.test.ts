import { describe, expect } from 'vitest';
import { eventually, it, tellRestart } from './world.ts';

describe('a sidecar', () => {
  it('starts a crashed program again under a new incarnation, unasked', async ({ world }) => {
    const events = await world.events();
    await world.sidecar();
    const first = await eventually(() => events.find(({ state }) => state === 'ready'));
    process.kill(Number(first?.detail.replace('pid ', '')), 'SIGKILL');
    const failed = await eventually(() => events.find(({ state }) => state === 'failed'));
    expect(failed).toMatchObject({ orderId: null, detail: 'ended by SIGKILL' });
    const second = await eventually(() =>
      events.find(({ state, incarnation }) => state === 'ready' && incarnation !== first?.incarnation),
    );
    expect(second?.orderId).toBeNull();
  });

  it('gives up after five crashes in a minute, and begins anew when ordered', async ({ world }) => {
    const bridge = await world.connectedBridge();
    const events = await world.events();
    await world.sidecar({ args: ['-e', 'process.exit(3)'] });
    const stopped = await eventually(() => events.find(({ state }) => state === 'stopped'), {
      timeoutMs: 20_000,
    });
    expect(stopped?.detail).toMatch(/^5 crashes within 60 s, the last: exited with code 3/);
    const { outcome, progress } = await tellRestart(bridge, world.order());
    expect(outcome).toEqual({ state: 'failed', reason: 'exited with code 3' });
    expect(progress).toEqual(['sent', 'accepted', 'starting']);
  });

  it('ends its program and says so when it is stopped', async ({ world }) => {
    const events = await world.events();
    const { sidecar } = await world.sidecar();
    const ready = await eventually(() => events.find(({ state }) => state === 'ready'));
    await sidecar.stop();
    const last = await eventually(() => events.find(({ state }) => state === 'stopped'));
    expect(last?.incarnation).toBeNull();
    expect(() => process.kill(Number(ready?.detail.replace('pid ', '')), 0)).toThrow('ESRCH');
  });

  it('turns a graceful stop under way into a forced one when an order asks for force', async ({ world }) => {
    const bridge = await world.connectedBridge();
    const events = await world.events();
    const flag = world.flagFile();
    const deafOnce = `if (!require('fs').existsSync('${flag}')) process.on('SIGTERM', () => {});
      require('fs').writeFileSync('${flag}', ''); process.stdin.resume().on('end', () => process.exit())`;
    await world.sidecar({ args: ['-e', deafOnce], readyAfterMs: 800, graceMs: 60_000 });
    await eventually(() => events.some(({ state }) => state === 'ready'));
    const polite = tellRestart(bridge, world.order());
    await eventually(() => events.some(({ state }) => state === 'stopping'));
    const forced = await tellRestart(bridge, world.order({ mode: 'force' }));
    expect([(await polite).outcome.state, forced.outcome.state]).toEqual(['ready', 'ready']);
  });
});
