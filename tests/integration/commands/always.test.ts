// Always an answer: on every surface, for whatever is wrong, with a code and a sentence, within the deadline.
import { describe, expect } from 'vitest';
import { surfaces } from '../../../src/contracts/chat.ts';
import { createPolicy } from '../../../src/access/index.ts';
import { it } from '../../support/fixtures.ts';
import { service } from '../../unit/commands/ports.ts';
import { createGate } from '../../unit/core/gate.ts';
import { createScene, policyDocument } from './scene.ts';

const { roles } = policyDocument;
const policy = createPolicy({
  roles,
  people: {
    ann: { role: 'operator', identities: surfaces.map((surface) => `${surface}:1`) },
    mallory: { role: 'mute', identities: surfaces.map((surface) => `${surface}:2`) },
  },
});
const hangs = () => new Promise<never>(() => undefined);

const cases = [
  ['what is no command', 'reboot', '1', 'unknown-command', /No command `reboot`/],
  ['a target that is likely another', 'restart slma', '1', 'bad-argument', /Did you mean `slam`\?/],
  ['a target that may be several', 'restart sl', '1', 'bad-argument', /beginning of `slam`, `slope`/],
  ['an argument that does not fit', 'restart SLAM!', '1', 'bad-argument', /expected: lower-case/],
  ['who may not', 'restart slam', '2', 'denied', /needs the permission `service.restart:slam`/],
  ['what does not answer', 'agents', '1', 'unavailable', /the truth is unknown/],
] as const;

describe.for(surfaces)('on %s', (surface) => {
  it.for(cases)('%s is answered', async ([, line, id, code, text], { redis, prefix }) => {
    const asked = createGate();
    const agents = () => {
      asked.open();
      return hangs();
    };
    const scene = createScene(redis, prefix, {
      policy,
      limits: {},
      known: { services: [service('slam'), service('slope')] },
      ports: { agents: { agents, deliveries: hangs } },
    });
    const reply = scene.say(line, { surface, id, name: 'somebody' });
    if (code === 'unavailable') {
      // Only the deadline can answer; it runs from when the store of limits has answered, in real time.
      await asked.passed;
      scene.clock.advance(2_500);
    }
    expect(await reply).toMatchObject({ kind: 'refusal', code, text: expect.stringMatching(text) });
  });

  it('too much is answered', async ({ redis, prefix }) => {
    const scene = createScene(redis, prefix, { policy, limits: { pending: 1, programPending: 1 } });
    const who = { surface, id: '1', name: 'somebody' } as const;
    const [, second] = await Promise.all([scene.say('services', who), scene.say('services', who)]);
    expect(second).toMatchObject({ kind: 'refusal', code: 'limited', retryAfterMs: 1_000 });
  });
});
