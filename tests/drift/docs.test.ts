// What docs/architecture.md lists is what the code has, both ways.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { deliveryStates } from '../../src/contracts/agents.ts';
import { actionStates } from '../../src/contracts/chat.ts';

const page = readFileSync(join(import.meta.dirname, '../../docs/architecture.md'), 'utf8');

it('explains every state that a person reads of an action, and no other', () => {
  expect(listed('action states')).toEqual(actionStates);
});

it('explains every state of a delivery, and no other', () => {
  expect(listed('delivery states')).toEqual(deliveryStates);
});

/** The names in the first column of the table after the mark. */
function listed(mark: string): string[] {
  const table = page.split(`<!-- ${mark} -->`)[1]?.split('\n\n')[1] ?? '';
  return [...table.matchAll(/^\| `([^`]+)`/gm)].map(([, name]) => name ?? '');
}
