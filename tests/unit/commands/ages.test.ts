// How old what is known is, as every question says it.
import { expect, it } from 'vitest';
import { catalogue, createIntake } from '../../../src/commands/index.ts';
import { intakeDeps } from './intake-deps.ts';
import { now, portsOf, service } from './ports.ts';

it('is never below nothing, as of what a clock that is ahead has written', async () => {
  const services = [service('slam', { seenAt: now + 9 }), service('mesh', { seenAt: now - 9 })];
  const reply = await createIntake(
    intakeDeps({ services: portsOf({ services }).services }),
    catalogue,
  ).handle({
    id: 'i-1',
    identity: { surface: 'console', id: 'local', name: 'you' },
    replyTo: { surface: 'console', place: 'main' },
    input: { kind: 'line', line: 'services' },
  });
  expect(reply).toMatchObject({ kind: 'answer', answer: { rows: [{ ageMs: 0 }, { ageMs: 9 }] } });
});
