// A checkpoint that is skipped while a worker that laid its gas down died before it could say so.
import { rm, writeFile } from 'node:fs/promises';
import { describe, expect } from 'vitest';
import { ann, gasOf, order, record, status, take } from './orders.ts';
import { it, type Rig } from './rig.ts';

const skip = ({ twin }: Rig) =>
  twin.control['gas.skip'](order(), { ...ann, agent: 'A', checkpoint: 75, reason: '' });

async function laidAndNotSaid(rig: Rig): Promise<void> {
  await rig.pipeline.observe('A', status(80), Date.now());
  for (const gas of gasOf(rig)) await rig.pipeline.inbox.deliver(gas);
}

describe('a skip of gas that lies in an inbox, and is queued by the record', () => {
  it('takes it back', async ({ rig }) => {
    await laidAndNotSaid(rig);
    expect(await skip(rig)).toMatchObject({ kind: 'done' });
    expect([await rig.inbox('B'), await record(rig)]).toEqual([[], ['A→B 75 suppressed']]);
  });

  it('says that its agent has taken it, where that is so', async ({ rig }) => {
    await laidAndNotSaid(rig);
    await take(rig, 'B');
    expect(await skip(rig)).toEqual({ kind: 'refused', reason: 'the 75 % gas of A is accepted already' });
    expect(await record(rig)).toEqual(['A→B 75 accepted']);
  });

  it('takes it out all the same, where nobody can look into the inbox', async ({ rig }) => {
    await rig.pipeline.observe('A', status(80), Date.now());
    await rm(rig.path('B', 'inbox'), { recursive: true });
    await writeFile(rig.path('B', 'inbox'), '');
    expect(await skip(rig)).toMatchObject({ kind: 'done' });
    expect(await record(rig)).toEqual(['A→B 75 suppressed']);
    await rm(rig.path('B', 'inbox'));
  });
});
