// The newest report of an action, told by several processes at once.
import { expect } from 'vitest';
import { createResults } from '../../../src/api/results.ts';
import { systemClock } from '../../../src/core/clock.ts';
import { it } from '../../support/fixtures.ts';
import { report } from './terminal.ts';

it.for([
  ['the older one last', [2, 1]],
  ['the newer one last', [1, 2]],
  ['the same one twice', [2, 2]],
] as const)('keeps the end where two are told at once: %s', async ([, seqs], { redis, prefix }) => {
  const results = createResults({ redis, clock: systemClock }, { prefix });
  await Promise.all(
    seqs.map((seq) => results.report(report('c-1', seq, seq === 2 ? 'ready' : 'sent', seq === 2))),
  );
  expect(await results.next('c-1', 1, 0)).toMatchObject({ seq: 2, final: true });
  expect(await results.next('c-1', 2, 0)).toBeNull();
});
