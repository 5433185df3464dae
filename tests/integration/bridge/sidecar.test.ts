import { createServer, type Server } from 'node:net';
import { describe, expect } from 'vitest';
import { eventually, it, shellProgram, tellRestart } from './world.ts';

/** A listener that is no sidecar's program. */
async function openStranger(port = 0): Promise<{ readonly server: Server; readonly port: number }> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const address = server.address();
  return { server, port: address !== null && typeof address !== 'string' ? address.port : 0 };
}

const listensOn = (port: number) => `require('net').createServer().listen(${port}, '127.0.0.1')`;
const pidOf = (event: { readonly detail: string } | undefined) => Number(event?.detail.replace('pid ', ''));

describe('a sidecar', () => {
  it('does not take a stranger on its port for its program', async ({ world }) => {
    const events = await world.events();
    const { server, port } = await openStranger();
    world.onClose(async () => server.close());
    await world.sidecar({ args: ['-e', listensOn(port)], readyPort: port });
    const failed = await eventually(() => events.find(({ state }) => state === 'failed'));
    expect(failed?.detail).toBe(`port ${port} on 127.0.0.1 is already held by another program`);
    expect(events.some(({ state }) => state === 'ready')).toBe(false);
    server.close();
    expect(await eventually(() => events.some(({ state }) => state === 'ready'))).toBe(true);
  });

  it('ends the program that a killed one has left behind, before it starts its own', async ({ world }) => {
    const events = await world.events();
    const { server, port } = await openStranger();
    await new Promise((resolve) => server.close(resolve));
    const options = { args: ['-e', listensOn(port)], readyPort: port, noteFolder: world.flagFile() };
    const killed = world.mortalSidecar({ program: process.execPath, ...options });
    const first = await eventually(() => events.find(({ state }) => state === 'ready'));
    killed.kill('SIGKILL');
    await eventually(() => killed.signalCode !== null);
    const orphan = pidOf(first);
    expect(process.kill(orphan, 0)).toBe(true);
    await world.sidecar(options);
    const second = await eventually(() =>
      events.find(({ state, instance }) => state === 'ready' && instance !== first?.instance),
    );
    expect(pidOf(second)).not.toBe(orphan);
    expect(() => process.kill(orphan, 0)).toThrow('ESRCH');
    expect(events.some(({ state }) => state === 'failed')).toBe(false);
  });

  it('starts a crashed program again under a new incarnation, unasked', async ({ world }) => {
    const events = await world.events();
    await world.sidecar();
    const first = await eventually(() => events.find(({ state }) => state === 'ready'));
    process.kill(pidOf(first), 'SIGKILL');
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
    await world.sidecar(shellProgram('exit 3'));
    const stopped = await eventually(() => events.find(({ state }) => state === 'stopped'));
    expect(stopped?.detail).toMatch(/^5 failures within 60 s, the last: exited with code 3/);
    const { outcome, progress } = await tellRestart(bridge, world.order());
    expect(outcome).toEqual({ state: 'failed', reason: stopped?.detail });
    expect(progress).toEqual(['sent', 'accepted', 'starting']);
  });

  it('ends its program and says so when it is stopped', async ({ world }) => {
    const events = await world.events();
    const { sidecar } = await world.sidecar();
    const ready = await eventually(() => events.find(({ state }) => state === 'ready'));
    await sidecar.stop();
    const last = await eventually(() => events.find(({ state }) => state === 'stopped'));
    expect(last?.incarnation).toBeNull();
    expect(() => process.kill(pidOf(ready), 0)).toThrow('ESRCH');
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
