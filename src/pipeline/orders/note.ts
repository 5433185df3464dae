// A person's learning for the brain. The same order is the same learning.

import { derivedId } from '../../contracts/ids.ts';
import type { SwarmControl } from '../../contracts/swarm-orders.ts';
import { plainText } from '../../core/text.ts';
import { done, type OrderDeps, refused } from './deps.ts';

export function makeNote({ brain }: Pick<OrderDeps, 'brain'>): SwarmControl['brain.note'] {
  return async ({ id, at }, { by, learning: text, tags }) => {
    const outcome = await brain.note({
      id: derivedId('brain.note', id),
      author: `person:${plainText(by, 80)}`,
      mission: '',
      tags,
      text,
      at,
    });
    return outcome.kind === 'refused' ? refused(outcome.reason) : done('the brain has it');
  };
}
