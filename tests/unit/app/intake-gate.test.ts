// The gate before the commands, as a drain closes it.
import { expect, it } from 'vitest';
import { createIntakeGate } from '../../../src/app/intake-gate.ts';
import type { CommandIntake, Reply } from '../../../src/commands/index.ts';
import { createGate } from '../core/gate.ts';

const answer: Reply = { kind: 'dropped', text: 'Declined; nothing was done.' };
const identity = { surface: 'cli', id: 'local', name: 'you' } as const;
const replyTo = { surface: 'cli', place: 'local' } as const;
const invocation = { id: 'i-1', identity, replyTo, input: { kind: 'line', line: 'status' } } as const;
const decision = { confirmationId: 'c-1', verdict: 'yes', identity, replyTo } as const;

function gateOver(reply: Promise<Reply>) {
  let asked = 0;
  const ask = () => {
    asked += 1;
    return reply;
  };
  const intake: CommandIntake = { specs: [], handle: ask, decide: ask, shown: async () => undefined };
  return { gate: createIntakeGate(intake), asked: () => asked };
}

it('lets everything through while it is open', async () => {
  const { gate } = gateOver(Promise.resolve(answer));
  expect(await gate.intake.handle(invocation)).toBe(answer);
  expect(await gate.intake.decide(decision)).toBe(answer);
});

it('refuses what comes after it was closed, says why, and asks nobody', async () => {
  const { gate, asked } = gateOver(Promise.resolve(answer));
  await gate.close();
  for (const reply of [await gate.intake.handle(invocation), await gate.intake.decide(decision)]) {
    expect(reply).toEqual({
      kind: 'refusal',
      code: 'unavailable',
      text: 'Swarmline is stopping and takes no new commands; nothing was done. Ask again when it is back.',
    });
  }
  expect(asked()).toBe(0);
});

it('is closed when what came before has its reply', async () => {
  const slow = createGate();
  const { gate } = gateOver(slow.passed.then(() => answer));
  const seen: string[] = [];
  const reply = gate.intake.handle(invocation).then(() => void seen.push('reply'));
  const closed = gate.close().then(() => void seen.push('closed'));
  await Promise.resolve();
  expect(seen).toEqual([]);
  slow.open();
  await Promise.all([reply, closed]);
  expect(seen).toEqual(['reply', 'closed']);
});
