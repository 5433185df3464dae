// The end of a whole platform, step by step: real parts, real servers, seen from outside over HTTP.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { describe, expect, onTestFinished } from 'vitest';
import { configSchema } from '../../../src/app/config.ts';
import { createPlatform, findBackends, roles } from '../../../src/app/index.ts';
import { systemClock } from '../../../src/core/clock.ts';
import { silentLogger } from '../../../src/core/logger.ts';
import { freePort } from '../../../src/core/servers/index.ts';
import { Service } from '../../../src/core/service.ts';
import { eventually, it } from '../../support/fixtures.ts';
import { ownServer } from '../../support/own-server.ts';

const root = join(import.meta.dirname, '../../..');

interface Given {
  readonly redisUrl: string;
  readonly rabbitUrl: string;
  readonly prefix: string;
  readonly drain: { readonly delayMs: number; readonly timeoutMs: number };
  readonly companions?: readonly Service[];
}

/** A whole platform that writes down in which order its parts stop. */
async function open({ redisUrl, rabbitUrl, prefix, drain, companions = [] }: Given) {
  const home = await mkdtemp(join(tmpdir(), 'swarmline-drain-'));
  const port = await freePort();
  const parsed = configSchema.parse({
    home,
    redis: { url: redisUrl, prefix },
    rabbitmq: { url: rabbitUrl },
    api: { port },
    drain,
  });
  const config = {
    ...parsed,
    policy: { file: join(root, 'config/policy.yaml') },
    pipeline: { ...parsed.pipeline, chainFile: join(root, 'config/chain.yaml') },
  };
  const deps = { clock: systemClock, logger: silentLogger };
  const backends = await findBackends(config, { ...deps, searchPath: '', mayRun: false });
  const timeline: string[] = [];
  const terminal = { input: new PassThrough(), output: new PassThrough(), interactive: false, colour: false };
  const platform = await createPlatform(
    {
      ...deps,
      config,
      backends,
      companions,
      onLink: () => undefined,
      onComponent: ({ event, component }) => {
        if (event === 'stopped') timeline.push(`${component} stopped`);
      },
      terminal: { ...terminal, onQuit: () => undefined },
    },
    { roles },
  );
  onTestFinished(async () => {
    await platform.stop();
    await rm(home, { recursive: true, force: true });
  });
  await platform.start();
  await eventually(() => platform.links.readiness().ready);
  const base = `http://127.0.0.1:${port}`;
  const authorization = `Bearer ${(await readFile(join(home, 'api-token'), 'utf8')).trim()}`;
  const headers = { authorization, 'content-type': 'application/json' };
  const ask = async () => {
    const body = JSON.stringify({ line: 'help' });
    const response = await fetch(`${base}/v1/run`, { method: 'POST', headers, body });
    return { status: response.status, text: await response.text() };
  };
  const readyz = async () => {
    const response = await fetch(`${base}/readyz`);
    const { status } = JSON.parse(await response.text());
    return `${response.status} ${status}`;
  };
  return { platform, timeline, ask, readyz };
}

describe('a drain', () => {
  it('ends readiness first, then the intake, the jobs, the transports, the connections', async ({
    rabbitUrl,
    prefix,
  }) => {
    const redis = await ownServer('redis-server');
    const pid = await redis.pid();
    onTestFinished(() => {
      process.kill(pid, 'SIGCONT');
    });
    const drain = { delayMs: 1_000, timeoutMs: 25_000 };
    const { platform, timeline, ask, readyz } = await open({ redisUrl: redis.url, rabbitUrl, prefix, drain });
    expect([await readyz(), (await ask()).status]).toEqual(['200 ready', 200]);

    const stopping = platform.stop();
    expect(await readyz()).toBe('503 draining');
    // Who was sent here before the load balancer looked is still served.
    expect((await ask()).status).toBe(200);
    timeline.push('not ready, commands still taken');
    // Redis stands still, so that the jobs' end takes as long as it takes to see the next step.
    process.kill(pid, 'SIGSTOP');
    // One that comes before the intake is closed asks Redis how much was asked before, and is unavailable for that.
    const refusal = await eventually(ask, { accept: ({ text }) => text.includes('Swarmline is stopping') });
    expect(refusal).toMatchObject({ status: 503 });
    expect(timeline).not.toContain('workers stopped');
    timeline.push('commands refused');
    process.kill(pid, 'SIGCONT');

    expect(await stopping).toEqual([]);
    const at = (step: string) => timeline.indexOf(step);
    expect(timeline.filter((step) => !step.endsWith('stopped'))).toEqual([
      'not ready, commands still taken',
      'commands refused',
    ]);
    const precede = (first: readonly string[], then: readonly string[]) => {
      for (const one of first) {
        for (const other of then) {
          expect(at(`${one} stopped`), `${one} before ${other}, in ${timeline.join(', ')}`).toBeLessThan(
            at(`${other} stopped`),
          );
          expect(at(`${one} stopped`)).toBeGreaterThan(-1);
        }
      }
    };
    precede(['console', 'gas-watcher', 'gas-schedule'], ['workers']);
    precede(['workers'], ['api', 'bridge', 'presence', 'component-resets']);
    precede(['api', 'bridge', 'presence', 'component-resets'], ['redis']);
    expect(timeline.at(-1)).toBe('redis stopped');
  });

  it('is bounded, and names what did not end', async ({ redisUrl, rabbitUrl, prefix }) => {
    class Stuck extends Service {
      constructor() {
        super({ name: 'stuck', stopTimeoutMs: 60_000 });
      }

      protected onStart(): Promise<void> {
        this.release(() => new Promise(() => undefined));
        return Promise.resolve();
      }
    }
    const drain = { delayMs: 0, timeoutMs: 1_000 };
    const companions = [new Stuck()];
    const { platform, timeline } = await open({ redisUrl, rabbitUrl, prefix, drain, companions });
    const begun = Date.now();
    const givenUp = await platform.stop();
    expect(givenUp.map(({ component, error }) => [component, error.code])).toEqual([
      ['stuck', 'STOP_TIMED_OUT'],
    ]);
    expect(Date.now() - begun).toBeLessThan(10_000);
    expect(timeline).toContain('redis stopped');
  });
});
