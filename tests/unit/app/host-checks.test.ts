// The checks of the ports, beside processes of Swarmline that hold them or do not.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer as createHttpServer } from 'node:http';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { hostChecks } from '../../../src/app/host-checks.ts';
import { leaveRunNote } from '../../../src/app/index.ts';
import { runChecks } from '../../../src/core/checks/finding.ts';
import { systemClock } from '../../../src/core/clock.ts';
import { processStart } from '../../../src/core/servers/index.ts';

async function portOf(server: Server): Promise<number> {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => void server.close());
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** A home on which another process says that it runs so. */
async function homeOf(note?: {
  readonly api: number;
  readonly probes?: number;
  readonly roles?: readonly string[];
}) {
  const home = await mkdtemp(join(tmpdir(), 'swarmline-host-'));
  onTestFinished(() => rm(home, { recursive: true, force: true }));
  const other: ChildProcess = spawn('sleep', ['60']);
  onTestFinished(() => void other.kill('SIGKILL'));
  const pid = other.pid ?? 0;
  await mkdir(join(home, 'run'));
  if (note) {
    const text = JSON.stringify({ pid, start: await processStart(pid), ...note });
    await writeFile(join(home, 'run', `api-${pid}.json`), text);
  }
  return { home, pid };
}

async function look(home: string, port: number, probes?: number) {
  const health = { host: '127.0.0.1', port: probes };
  const checks = hostChecks({ home, api: { port }, health });
  const findings = await runChecks(checks, { clock: systemClock, limitMs: 10_000 });
  return (name: string) => findings.find((finding) => finding.name === name);
}

const answering = () => createHttpServer((_request, response) => response.end('{}'));

describe('the check of a port', () => {
  it('names the process of single roles that has it', async () => {
    const port = await portOf(answering());
    const { home, pid } = await homeOf({ api: port, roles: ['api'] });
    const of = await look(home, port);
    expect(of('port')).toMatchObject({
      state: 'ok',
      said: `${port}, of the platform that runs as process ${pid}`,
    });
  });

  it('knows the port of the process that looks', async () => {
    const port = await portOf(createServer());
    const { home } = await homeOf();
    await leaveRunNote(join(home, 'run'), { api: port, roles: ['api'] });
    expect((await look(home, port))('port')).toMatchObject({ state: 'ok' });
  });

  it('takes no process without the role api for its holder', async () => {
    const port = await portOf(answering());
    const { home } = await homeOf({ api: port, roles: ['bots'] });
    const of = await look(home, port);
    expect(of('port')).toMatchObject({ state: 'fail', said: expect.stringContaining('EADDRINUSE') });
  });

  it('tells of the probes by who has them, whichever roles it has', async () => {
    const probes = await portOf(answering());
    const { home, pid } = await homeOf({ api: 0, probes, roles: ['workers'] });
    const of = await look(home, 0, probes);
    expect(of('probes port')).toMatchObject({
      state: 'ok',
      said: expect.stringContaining(`process ${pid}`),
    });
  });

  it('does not take a process with other probes for the holder of these', async () => {
    const probes = await portOf(answering());
    const { home } = await homeOf({ api: 7_700, roles: ['api'] });
    const of = await look(home, 7_700, probes);
    expect(of('probes port')).toMatchObject({ state: 'fail' });
  });

  it('warns of a holder that takes the connection and does not answer', async () => {
    const port = await portOf(createServer());
    const { home, pid } = await homeOf({ api: port });
    const of = await look(home, port);
    expect(of('port')).toEqual({
      name: 'port',
      state: 'warn',
      said: `${port}, of the platform that runs as process ${pid}, which does not answer`,
      mend: expect.stringContaining('swarmline down --force'),
    });
  });

  it('does not warn of a holder that does not listen yet', async () => {
    const server = answering();
    const port = await portOf(server);
    server.close();
    await once(server, 'close');
    const { home } = await homeOf({ api: port });
    expect((await look(home, port))('port')).toMatchObject({ state: 'ok' });
  });
});
