// A job asks for the right again before its effect. Where it cannot be read the job is run again: it is neither done nor
// told as refused.
import { expect, it } from 'vitest';
import { coreErrors, SwarmError } from '../../../src/core/errors.ts';
import type { BoundHandler } from '../../../src/queue/index.ts';
import {
  bindHandler,
  makeHoldQueue,
  makeSettleLetters,
  makeSilenceAlert,
  makeSwarmOrders,
} from '../../../src/queue/index.ts';
import { ManualClock } from '../core/manual-clock.ts';

const replyTo = { surface: 'discord', place: '9' } as const;
const base = { by: 'ann', replyTo };

function scene() {
  const effects: string[] = [];
  const effect = async (): Promise<never> => {
    effects.push('something was done');
    throw new SwarmError(coreErrors.unexpected, 'not to be met');
  };
  const deps = {
    jobs: { add: effect },
    clock: new ManualClock(1_000),
    authority: {
      allows: () => Promise.reject(new SwarmError(coreErrors.redisUnavailable, 'Redis does not answer')),
    },
  };
  const queues = { deadLetters: effect, deadLetter: effect, redrive: effect, discard: effect };
  const control = {
    ...{ 'agent.message': effect, 'gas.send': effect, 'gas.pause': effect },
    ...{ 'gas.resume': effect, 'gas.skip': effect, 'gas.reassign': effect, 'gas.board': effect },
    'brain.note': effect,
  };
  const handlers: readonly BoundHandler[] = [
    bindHandler(makeSilenceAlert({ ...deps, silencer: { silence: effect } })),
    bindHandler(
      makeHoldQueue({ ...deps, control: { pause: effect, resume: effect, drain: effect, endDrain: effect } }),
    ),
    bindHandler(makeSettleLetters({ ...deps, queues, ledger: { state: effect } })),
    ...makeSwarmOrders({ ...deps, control, traces: { began: async () => false } }),
  ];
  return { effects, handlers };
}

it.each([
  ['alert.silence', { ...base, pattern: 'link-lost/*', minutes: 5 }],
  ['queue.hold', { ...base, queue: 'gas', order: 'pause' }],
  ['queue.letters', { ...base, order: 'redrive', id: 'x1', queue: null }],
  ['agent.message', { ...base, to: null, text: 'hello' }],
  ['gas.send', { ...base, agent: 'Agent-2', text: null }],
  ['gas.pause', { ...base, agent: 'Agent-1' }],
  ['gas.resume', { ...base, agent: 'Agent-1', held: 'skip' }],
  ['gas.skip', { ...base, agent: 'Agent-1', checkpoint: 90, reason: '' }],
  ['gas.board', { ...base, show: true }],
  ['gas.reassign', { ...base, delivery: 'x1', to: 'Agent-3' }],
  ['brain.note', { ...base, learning: 'a', tags: [] }],
])('%s is run again when the right to it cannot be read', async (name, body) => {
  const { effects, handlers } = scene();
  const envelope = {
    ...({ v: 1, id: 'j-1', correlationId: 'c-1', causationId: null, principal: 'discord:1' } as const),
    issuedAt: 900,
    deadline: 2_000,
  };
  const handler = handlers.find((one) => one.name === name);
  const run = handler?.take(body, { envelope })({ envelope, signal: new AbortController().signal });
  await expect(run).rejects.toMatchObject({ code: 'REDIS_UNAVAILABLE', retryable: true });
  expect(effects).toEqual([]);
});
