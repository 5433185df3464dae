// How the program begins and ends: exit statuses, its own servers, the lock of a home, signals.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, onTestFinished } from 'vitest';
import { ownServer } from '../support/own-server.ts';
import { eventually, it } from '../support/site.ts';
import { survivorsIn } from '../support/survivors.ts';

describe('the end', () => {
  it('drains on SIGTERM with status 0 and leaves no process of the demo world and its servers', async ({
    openSite,
  }) => {
    const site = await openSite({ redisUrl: null, rabbitUrl: null });
    const platform = await site.up('--demo').ready(90_000);
    await eventually(() => platform.ask('services', /3 services/, 1_000));
    expect((await survivorsIn(site.dir, 0)).length).toBeGreaterThan(5);
    await platform.stop();
    expect(await survivorsIn(site.dir, 2_000)).toEqual([]);
  });

  it('hands a running restart back on SIGTERM, and the next start ends it', async ({ openSite }) => {
    const site = await openSite();
    const service = site.named('slam');
    await site.sidecar(service, ['sh', '-c', 'trap "" TERM; exec cat']);
    const platform = await site.up().ready();
    await platform.order(service);
    await platform.says(new RegExp(`^restart ${service}: stopping`, 'm'));
    await platform.stop();
    const next = await site.up().ready();
    await next.says(new RegExp(`^restart ${service}: ready .*incarnation`, 'm'));
  });

  it('drains on SIGTERM at any moment of the start', async ({ openSite }) => {
    const site = await openSite();
    for (const afterMs of [0, 30, 60, 120, 240]) {
      const platform = site.up();
      await platform.says(/^home /m);
      await delay(afterMs);
      await platform.stop();
    }
    expect(await survivorsIn(site.dir, 1_000)).toEqual([]);
  });

  it('drains on SIGTERM also while Redis is away', async ({ openSite }) => {
    const redis = await ownServer('redis-server');
    const site = await openSite({ redisUrl: redis.url });
    const platform = await site.up().ready();
    await redis.crash();
    await platform.says(/^✖ redis +down/m);
    await platform.stop();
  });

  it('comes also when the terminal is closed, and leaves no process', async ({ openSite }) => {
    const site = await openSite({ redisUrl: null, rabbitUrl: null });
    const terminal = site.inTerminal('up');
    await terminal.says(/rabbitmq +up/, { timeoutMs: 90_000 });
    // The far end of the terminal is gone at once, as when its window is closed.
    await terminal.kill();
    await terminal.ended;
    expect(await survivorsIn(site.dir, 20_000)).toEqual([]);
  });

  it('is forced by a second SIGINT, also while Redis hangs', async ({ openSite }) => {
    const redis = await ownServer('redis-server');
    const pid = await redis.pid();
    onTestFinished(() => {
      process.kill(pid, 'SIGCONT');
    });
    const site = await openSite({ redisUrl: redis.url });
    const platform = await site.up().ready();
    process.kill(pid, 'SIGSTOP');
    platform.signal('SIGINT');
    await platform.says(/^draining/m);
    platform.signal('SIGINT');
    expect(await platform.ended).toBe(130);
  });
});

describe('one home', () => {
  it('refuses a second platform and names the first', async ({ openSite }) => {
    const site = await openSite();
    const first = await site.up().ready();
    const second = site.up();
    expect(await second.ended).toBe(69);
    expect(second.stderr).toContain(`process ${first.pid}`);
  });

  it('adopts after kill -9 the server that it had started', async ({ openSite }) => {
    const site = await openSite({ redisUrl: null });
    const first = await site.up().ready();
    const pidFile = join(site.home, 'redis-server/server.pid.json');
    const server = await readFile(pidFile, 'utf8');
    await first.kill();
    const second = await site.up().ready();
    expect(await readFile(pidFile, 'utf8')).toBe(server);
    await second.stop();
    expect(await survivorsIn(site.home, 2_000)).toEqual([]);
  });
});

describe('the command line', () => {
  it('ends with status 78 on a bad configuration and names every problem', async ({ openSite }) => {
    const site = await openSite();
    const bad = {
      log: { level: 'loud' },
      bridge: { profile: 'none', colour: 'red' },
      pipeline: { ackTimeoutMs: -1 },
    };
    await writeFile(join(site.dir, 'config.yaml'), JSON.stringify(bad));
    const { end, stderr } = await site.cli('up');
    expect(end).toBe(78);
    for (const key of ['log.level', 'bridge.profile', 'colour', 'pipeline.ackTimeoutMs']) {
      expect(stderr).toContain(key);
    }
  });

  it('ends with status 69 and the line to type when nothing runs', async ({ openSite }) => {
    const site = await openSite();
    const { end, stderr } = await site.cli('run', 'status');
    expect({ end, stderr }).toMatchObject({ end: 69, stderr: expect.stringContaining('npm start') });
  });

  it('replays a history as NDJSON that ends with its summary', async ({ openSite }) => {
    const site = await openSite();
    const file = join(site.dir, 'replay', 'Agent-1.jsonl');
    await mkdir(join(site.dir, 'replay'));
    const version = (at: number, raw: string | null) => JSON.stringify({ at, raw });
    const status = (percent: number) => JSON.stringify({ current_mission: 'Map', progress: percent });
    const history = [version(1, status(50)), version(2, null), version(3, '{"half'), version(4, status(92))];
    await writeFile(file, `${history.join('\n')}\n`);
    const { end, stdout } = await site.cli('gas', 'replay', file, '--json');
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(end).toBe(0);
    expect(lines).toEqual([
      { agent: 'Agent-1', at: 3, problem: expect.any(String), detail: expect.any(String) },
      { agent: 'Agent-1', at: 4, epoch: 1, mission: 'Map', checkpoint: 75, percent: 92 },
      { agent: 'Agent-1', at: 4, epoch: 1, mission: 'Map', checkpoint: 90, percent: 92 },
      {
        summary: {
          agents: 1,
          versions: 3,
          invalid: 1,
          epochs: 1,
          unknown: 0,
          deliveries: { 75: 1, 90: 1, 100: 0 },
        },
      },
    ]);
  });
});
