// Progress over RabbitMQ: heard from a durable queue, in order, and never lost because it could not be taken at once.
import { randomUUID } from 'node:crypto';
import { describe, expect } from 'vitest';
import { createBridge } from '../../../src/bridge/index.ts';
import { exchanges, routingKeys } from '../../../src/contracts/bus.ts';
import { domainErrors } from '../../../src/contracts/errors.ts';
import type { ProgressReport, ProgressSink } from '../../../src/contracts/progress.ts';
import { systemClock } from '../../../src/core/clock.ts';
import { SwarmError } from '../../../src/core/errors.ts';
import { silentLogger } from '../../../src/core/logger.ts';
import type { Redis } from '../../../src/core/redis.ts';
import { deadUnder, told } from './dead.ts';
import { eventually, it, type World } from './world.ts';

/** An agent whose key nobody else on this RabbitMQ has. */
const someAgent = () => `a-${randomUUID().slice(0, 8)}`;
const { agentProgress } = exchanges;

/** Takes reports; the first `failing` of them are refused as by a store that is away. */
function sink(failing = 0) {
  const taken: ProgressReport[] = [];
  let left = failing;
  const progress: ProgressSink = {
    report: async (report) => {
      if (left > 0) {
        left -= 1;
        throw new SwarmError(domainErrors.storeConflict, 'not now');
      }
      taken.push(report);
      return { accepted: true, mission: 'map', epoch: 1, percent: report.percent ?? null, crossed: [] };
    },
  };
  return { taken, progress };
}

interface Hearing {
  readonly redis: Redis;
  readonly prefix: string;
  readonly agents: readonly string[];
}

async function hear(world: World, progress: ProgressSink, { redis, prefix, agents }: Hearing) {
  const link = world.link();
  const bridge = createBridge(
    { ...{ redis, link, clock: systemClock, logger: silentLogger, guards: world.guards }, progress },
    { url: world.url, profile: 'topic-v1', prefix, instance: 'test', reporting: agents },
  );
  world.onClose(() => bridge.stop());
  await bridge.start();
  await eventually(() => link.status().state === 'up');
  return bridge;
}

async function speaker(world: World) {
  const channel = await world.channel();
  await channel.assertExchange(agentProgress.name, agentProgress.type, { durable: true });
  return async (agent: string, body: unknown) => {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    channel.publish(agentProgress.name, routingKeys.agentProgress(agent), Buffer.from(text));
    await channel.waitForConfirms();
  };
}

describe('progress over RabbitMQ', () => {
  it('is taken with or without an envelope, under the agent of its key', async ({ world, redis, prefix }) => {
    const agent = someAgent();
    const { taken, progress } = sink();
    await hear(world, progress, { redis, prefix, agents: [agent] });
    const say = await speaker(world);
    await say(agent, { percent: 10, seq: 1 });
    await say(agent, {
      v: 1,
      id: 'm-2',
      correlationId: 'c',
      ofAnotherVersion: true,
      agent,
      percent: 20,
      seq: 2,
    });
    expect(await eventually(() => taken.length === 2 && taken)).toEqual([
      { agent, percent: 10, seq: 1 },
      { agent, percent: 20, seq: 2 },
    ]);
  });

  it('waits in its queue while nobody is there to hear it', async ({ world, redis, prefix }) => {
    const agent = someAgent();
    const bridge = await hear(world, sink().progress, { redis, prefix, agents: [agent] });
    await bridge.stop();
    const say = await speaker(world);
    await say(agent, { percent: 100 });
    const { taken, progress } = sink();
    await hear(world, progress, { redis, prefix, agents: [agent] });
    expect(await eventually(() => taken[0])).toMatchObject({ agent, percent: 100 });
  });

  it('keeps its order where the first cannot be taken at once', async ({ world, redis, prefix }) => {
    const agent = someAgent();
    const { taken, progress } = sink(1);
    await hear(world, progress, { redis, prefix, agents: [agent] });
    const say = await speaker(world);
    for (const percent of [1, 2, 3]) await say(agent, { percent });
    await eventually(() => taken.length === 3);
    expect(taken.map(({ percent }) => percent)).toEqual([1, 2, 3]);
  });

  it.for([
    ['not JSON', '{"percent": 7', 'REQUEST_INVALID'],
    ['no report', { percent: 700 }, 'REQUEST_INVALID'],
    ['more than a report, without an envelope', { percent: 7, bogus: 1 }, 'Unrecognized key: "bogus"'],
    ['of another agent than its key', { percent: 7, agent: 'Agent-1' }, 'and its body names Agent-1'],
    ['of another, in an envelope', { v: 2, percent: 7, agent: 'Agent-1' }, 'and its body names Agent-1'],
  ] as const)(
    'that is %s goes to the dead letters, and what follows is taken',
    async ([, body, reason], { world, redis, prefix }) => {
      const agent = someAgent();
      const key = routingKeys.agentProgress(agent);
      const dead = await deadUnder(await world.channel(), key, 'swarmline-test');
      const { taken, progress } = sink();
      await hear(world, progress, { redis, prefix, agents: [agent] });
      const say = await speaker(world);
      await say(agent, body);
      await say(agent, { percent: 8 });
      await eventually(() => taken.length === 1 && dead.length === 1);
      expect(dead.map(told)).toMatchObject([
        {
          reason: expect.stringContaining(reason),
          exchange: agentProgress.name,
          key,
          content: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
        },
      ]);
    },
  );

  it('of the agents of somebody else is left to them', async ({ world, redis, prefix }) => {
    const [ours, theirs] = [someAgent(), someAgent()];
    const { taken, progress } = sink();
    await hear(world, progress, { redis, prefix, agents: [ours] });
    const say = await speaker(world);
    await say(theirs, { percent: 1 });
    await say(ours, { percent: 2 });
    expect(await eventually(() => taken.length > 0 && taken)).toEqual([{ agent: ours, percent: 2 }]);
  });
});
