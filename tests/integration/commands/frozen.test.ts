// F06 between a yes and its order: Redis is frozen at each step of the way, and runs on later with all it was sent.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import type { Reply } from '../../../src/commands/index.ts';
import { closeRedis, createCommandRedis, type Redis } from '../../../src/core/redis.ts';
import { eventually, it } from '../../support/fixtures.ts';
import { OwnServer } from '../../support/own-server.ts';
import { createScene } from './scene.ts';

async function openRedis() {
  const folder = await mkdtemp(join(tmpdir(), 'swarmline-frozen-'));
  const server = await OwnServer.start('redis-server', folder);
  onTestFinished(async () => {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  });
  const pid = await server.pid();
  const redis = createCommandRedis({ url: server.url, name: 'test' });
  onTestFinished(() => closeRedis(redis));
  await redis.ping();
  onTestFinished(() => void process.kill(pid, 'SIGCONT'));
  return { redis, pid };
}

/** The same client, which stops its server right before the command of this number that changes anything. */
function freezesAt(redis: Redis, pid: number) {
  let left = Number.POSITIVE_INFINITY;
  const changing = ['evalsha', 'eval', 'set', 'hset'];
  const freezing = new Proxy(redis, {
    get: (target, name) => {
      const found: unknown = Reflect.get(target, name, target);
      if (typeof found !== 'function') return found;
      return (...args: unknown[]): unknown => {
        if (changing.includes(String(name))) {
          left -= 1;
          if (left === 0) process.kill(pid, 'SIGSTOP');
        }
        return Reflect.apply(found, target, args);
      };
    },
  });
  const before = (nth: number) => {
    left = nth;
  };
  return { redis: freezing, before };
}

const textOf = (reply: Reply) => ('text' in reply ? reply.text : reply.kind);

// The first is a script that the server does not know yet, so that nothing of it comes through later.
const unknown = /^Redis does not answer, so nothing is known right now\. Decide again/;
const toldBefore: Readonly<Record<number, RegExp>> = {
  1: unknown,
  2: unknown,
  3: /^It is approved.* it is done once the record can be, if that is within 10 min\.$/,
  4: /^Order taken/,
};

it.for([1, 2, 3, 4])(
  'frozen before write %i after a yes: what was told is so, and what was decided is done',
  async (nth, { prefix }) => {
    const { redis, pid } = await openRedis();
    const freezing = freezesAt(redis, pid);
    const scene = createScene(freezing.redis, prefix);
    const id = await scene.asked('restart slam');
    freezing.before(nth);
    const reply = await scene.decide(id);
    const orders = () => new Set(scene.jobs.ids).size;
    const before = orders();
    process.kill(pid, 'SIGCONT');
    await eventually(() => redis.ping().then(() => true));
    scene.clock.advance(10_000);
    await scene.intake.sweep();
    const { state } = (await scene.approvals.find(id)) ?? {};
    const isDone = orders() === 1;
    const isTold = before === 1 || textOf(reply).includes('it is done once');
    expect(textOf(reply)).toMatch(toldBefore[nth] ?? '');
    expect(state).toBe(isDone ? 'done' : 'pending');
    expect(isDone || !isTold).toBe(true);
    // Again is the same order, whatever became of the first word.
    expect(await scene.decide(id)).toMatchObject({ kind: 'accepted' });
    expect(orders()).toBe(1);
    expect(await scene.recorded()).toEqual([
      'restart: asked, allowed',
      'restart: decided, approved',
      'restart: executing, allowed',
    ]);
  },
);
