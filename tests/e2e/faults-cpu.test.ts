// F35: the process gets too little of the CPU, or none for seconds.
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, onTestFinished } from 'vitest';
import { z } from 'zod';
import { createCommandRedis } from '../../src/core/redis.ts';
import { Registry } from '../../src/core/registry/index.ts';
import { logOf } from '../support/log.ts';
import { print } from '../support/measured.ts';
import { Platform } from '../support/platform.ts';
import { countingProgram, startsOf, stubbornProgram } from '../support/programs.ts';
import { eventually, it, type Site } from '../support/site.ts';
import { busyNeighbours, stutter } from '../support/starve.ts';

const livez = async ({ port }: Site) => (await fetch(`http://127.0.0.1:${port}/livez`)).status;

const viewSchema = z.looseObject({
  resources: z.array(z.looseObject({ loopDelaySeconds: z.number().optional() })),
});

/** What Redis has of a starved process: locks that ran out, and the longest delay of its loop that it told. */
function watch(site: Site, url: string) {
  const redis = createCommandRedis({ url, name: 'test' });
  const prefix = `{${site.named('e2e')}}`;
  const registry = new Registry(redis, { prefix });
  const watching = new AbortController();
  let longest = 0;
  const polling = (async () => {
    while (!watching.signal.aborted) {
      for (const { body } of await registry.find('swarmline')) {
        const { resources } = viewSchema.parse(body);
        longest = Math.max(longest, ...resources.map(({ loopDelaySeconds = 0 }) => loopDelaySeconds));
      }
      await delay(1_000, undefined, { signal: watching.signal }).catch(() => undefined);
    }
  })();
  onTestFinished(async () => {
    watching.abort();
    await polling;
    redis.disconnect();
  });
  return async () => {
    watching.abort();
    await polling;
    const logs = ['services', 'gas', 'pipeline', 'report.console'].map((queue) =>
      redis.xrange(`${prefix}:bull:${queue}:events`, '-', '+'),
    );
    const events = (await Promise.all(logs)).flat();
    expect(events.length, 'events of the queues').toBeGreaterThan(0);
    const stalls = events.filter(([, fields]) => fields[fields.indexOf('event') + 1] === 'stalled').length;
    return { longest, stalls };
  };
}

describe('starved of CPU', () => {
  it('F35 by four busy neighbours at nice 19 for 20 s: restarts and gas are done once, and it stays alive', async ({
    openSite,
    redisUrl,
  }) => {
    const site = await openSite();
    const service = site.named('slam');
    await site.sidecar(service, countingProgram(`${site.dir}/starts`));
    const { program, args, env } = site.command(['up']);
    const spec = { program: 'nice', args: ['-n', '19', program, ...args], env };
    const platform = new Platform(spec, `http://127.0.0.1:${site.port}/readyz`);
    onTestFinished(() => platform.kill());
    await platform.ready(60_000);
    const [first, second] = site.agents;
    await first?.tell('Map the hall', 50);
    await eventually(() => platform.ask('agents', /Agent-1 +executing, 50 %/, 1_000));
    const seen = watch(site, redisUrl);
    const busy = busyNeighbours(4, 20_000);
    const begun = Date.now();
    await first?.tell('Map the hall', 92);
    // A starved process may not answer within 2.5 s, and says so; the order that is given again is another one.
    const orders = { given: 0 };
    const order = () => {
      orders.given += 1;
      return site.run(`restart ${service}`, '--yes');
    };
    await eventually(order, { accept: ({ json }) => /ready/.test(json?.text ?? ''), timeoutMs: 90_000 });
    await busy;
    await eventually(async () => (await second?.all())?.length === 2);
    const { longest, stalls } = await seen();
    print(
      `F35 a restart and two gas of a starved process: ${Date.now() - begun} ms, loop up to ${longest.toFixed(1)} s late, ${stalls} locks lost`,
    );
    const restarts = (await startsOf(`${site.dir}/starts`)) - 1;
    expect(restarts).toBeGreaterThanOrEqual(1);
    expect(restarts).toBeLessThanOrEqual(orders.given);
    expect(await livez(site)).toBe(200);
  });

  it('F35 late by 0.6 s again and again, less than half a lock: no lock is lost', async ({
    openSite,
    redisUrl,
  }) => {
    const site = await openSite();
    const service = site.named('slam');
    await site.sidecar(service, stubbornProgram(`${site.dir}/starts`));
    await site.up('--only', 'api').ready();
    const worker = await site.up('--only', 'workers').ready();
    const heard = site.start('run', `restart ${service}`, '--yes');
    await heard.says(/stopping/);
    // The one that would take the job away.
    await site.up('--only', 'workers').ready();
    const seen = watch(site, redisUrl);
    await stutter(
      worker.pid,
      Array.from({ length: 8 }, () => 600),
      600,
    );
    expect(await heard.ended).toBe(0);
    expect((await seen()).stalls).toBe(0);
    expect(await startsOf(`${site.dir}/starts`)).toBe(2);
  });

  it('F35 stopped for up to 6 s again and again: nothing is done twice, the delay is seen, work is shed', async ({
    openSite,
  }) => {
    const site = await openSite();
    const service = site.named('slam');
    await site.sidecar(service, countingProgram(`${site.dir}/starts`));
    await site.up('--only', 'api').ready();
    const workers = [site.up('--only', 'workers'), site.up('--only', 'workers', 'pipeline')] as const;
    await Promise.all(workers.map((worker) => worker.ready()));
    const [stopped] = workers;
    const stopping = stutter(stopped.pid, [1_000, 6_000, 2_000, 4_000, 1_500], 700);
    const [first, second] = site.agents;
    await first?.tell('Map the hall', 50);
    await first?.tell('Map the hall', 95);
    for (let i = 0; i < 3; i += 1) {
      expect((await site.run(`restart ${service}`, '--yes')).json?.text).toContain('ready');
    }
    await stopping;
    await eventually(async () => (await second?.all())?.length === 2);
    expect(await startsOf(`${site.dir}/starts`)).toBe(4);
    const seen = await eventually(() => site.cli('status'), {
      accept: ({ stdout }) => new RegExp(`load@${stopped.pid} +overloaded: .*loop \\d{4} ms`).test(stdout),
    });
    expect(seen.end).toBe(0);
    const lines = await logOf(site.home, 'workers');
    const said = lines.filter(({ pid }) => pid === stopped.pid).map(({ msg }) => msg);
    expect(said).toContain('the event loop is late; each queue runs one job at a time');
    await eventually(async () => {
      const now = await logOf(site.home, 'workers');
      return now.some(({ msg }) => msg.startsWith('the event loop is on time again'));
    });
  });
});
