import { createServer, type Server } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ProgramRun, type ProgramSpec } from '../../../src/bridge/sidecar/program.ts';
import { systemClock } from '../../../src/core/clock.ts';

function run(script: string, options: Partial<ProgramSpec> = {}): ProgramRun {
  const program = new ProgramRun(systemClock, {
    ...{ program: process.execPath, args: ['-e', script], output: 'ignore', ...options },
  });
  onTestFinished(async () => {
    program.stop('force');
    await program.ended;
  });
  return program;
}

const stays = 'setInterval(() => {}, 1000)';
const alive = (pid: number) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const port = portOf(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function portOf(server: Server): number {
  const address = server.address();
  return address !== null && typeof address !== 'string' ? address.port : 0;
}

describe('a run of a program', () => {
  it('is up when it has stayed up', async () => {
    expect(await run(stays, { readyAfterMs: 50 }).up).toBeNull();
  });

  it('is not up when it ended before', async () => {
    expect(await run('process.exit(4)', { readyAfterMs: 10_000 }).up).toBe('exited with code 4');
  });

  it('is not up when it is stopped before it could be', async () => {
    const program = run(stays, { readyAfterMs: 200 });
    program.stop('graceful');
    expect(await program.up).toBe('ended by SIGTERM');
  });

  it('says why it could not be started', async () => {
    const program = run('', { program: '/no/such/program' });
    expect(await program.up).toMatch(/^could not be started: .*ENOENT/);
  });

  it('is up when its port accepts', async () => {
    const port = await freePort();
    const listens = `setTimeout(() => require('net').createServer().listen(${port}, '127.0.0.1'), 100)`;
    expect(await run(listens, { readyPort: port }).up).toBeNull();
  });

  it('is not up when its port does not open in time', async () => {
    const readyPort = await freePort();
    const program = run(stays, { readyPort, readyWithinMs: 100 });
    expect(await program.up).toBe(`it does not listen on port ${readyPort} after 100 ms`);
  });

  it.runIf(process.platform === 'linux')('is not up when it is a stranger that listens', async () => {
    const stranger = createServer();
    await new Promise<void>((resolve) => stranger.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void stranger.close());
    const readyPort = portOf(stranger);
    const program = run(stays, { readyPort, readyWithinMs: 300 });
    expect(await program.up).toBe(`it does not listen on port ${readyPort} after 300 ms`);
  });

  it.each(['127.0.0.1', '0.0.0.0', '::'])(
    'is up when a process that it started listens on %s',
    async (host) => {
      const port = await freePort();
      const child = `require('net').createServer().listen(${port}, '${host}'); process.stdin.resume().on('end', () => process.exit())`;
      // detached: a group of its own, as shells give to their jobs
      const parent = `require('child_process').spawn(process.execPath, ['-e', ${JSON.stringify(child)}], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] }); ${stays}`;
      expect(await run(parent, { readyPort: port }).up).toBeNull();
    },
  );

  it('takes what it started along when it is stopped', async () => {
    const port = await freePort();
    const child = `process.on('SIGTERM', () => {}); require('net').createServer((s) => s.end(String(process.pid))).listen(${port}, '127.0.0.1')`;
    const parent = `require('child_process').spawn(process.execPath, ['-e', ${JSON.stringify(child)}]); ${stays}`;
    const program = run(parent, { readyPort: port, graceMs: 200 });
    expect(await program.up).toBeNull();
    program.stop('graceful');
    await program.ended;
    await expect(reachable(port)).resolves.toBe(false);
  });

  it('is killed when it ignores the request to end', async () => {
    const program = run(`process.on('SIGTERM', () => {}); ${stays}`, { readyAfterMs: 600, graceMs: 100 });
    await program.up;
    program.stop('graceful');
    expect(await program.ended).toBe('ended by SIGKILL');
    expect(program.pid !== undefined && alive(program.pid)).toBe(false);
  });
});

async function reachable(port: number): Promise<boolean> {
  const { connect } = await import('node:net');
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
  });
}
