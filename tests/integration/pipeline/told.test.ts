// A state that was stored by a process that died, or lost the queue, before it told anybody: whoever sees the same event again
// tells it, and so does the sweep; once, however often either comes round.
import { describe, expect } from 'vitest';
import type { DeliveryLedger } from '../../../src/contracts/ports.ts';
import { ann, gasOf, order, reportsTo, status } from './orders.ts';
import { it, type Rig } from './rig.ts';

type Event = Parameters<DeliveryLedger['record']>[1];

/** Loses every report that `deed` tells. */
async function untold({ jobs }: Rig, deed: () => Promise<unknown>): Promise<void> {
  jobs.losing = 'chat.report';
  await expect(deed()).rejects.toThrow('lost');
  jobs.losing = null;
}

/** How many reports the queue was given, the same ones again among them. */
const given = ({ jobs }: Rig) => jobs.given.filter((name) => name === 'chat.report').length;

/** Of each report, the state that it tells last. */
const told = (rig: Rig, surface: string) => reportsTo(rig, surface).map(({ steps }) => steps.at(-1)?.state);

const sending = (rig: Rig) => rig.pipeline.control['agent.message'](order(), { ...ann, to: 'B', text: 'x' });
const idIn = (rig: Rig) => gasOf(rig)[0]?.id ?? '';
const sent: Event = { state: 'sent', detail: 'its inbox' };

const cases: readonly (readonly [string, readonly Event[], Event])[] = [
  ['queued where it is fetched', [], { state: 'queued', detail: 'its mailbox', waits: true }],
  ['sent', [], sent],
  ['unknown', [], { state: 'unknown', detail: 'no answer' }],
  ['failed', [], { state: 'failed', detail: 'disk full' }],
  ['accepted', [sent], { state: 'accepted', detail: '' }],
  ['working', [sent, { state: 'accepted', detail: '' }], { state: 'working', detail: '' }],
];

describe('of gas that is', () => {
  for (const [name, before, event] of cases) {
    for (const [who, does] of [
      ['the same event', (rig: Rig) => rig.twin.ledger.record(idIn(rig), event)],
      ['the sweep', (rig: Rig) => rig.twin.work.sweep()],
    ] as const) {
      it(`${name}, and nobody was told so, ${who} tells whoever sent it`, async ({ rig }) => {
        await sending(rig);
        for (const one of before) await rig.pipeline.ledger.record(idIn(rig), one);
        const known = told(rig, 'discord');
        await untold(rig, () => rig.pipeline.ledger.record(idIn(rig), event));
        for (const _ of [1, 2]) await does(rig);
        expect(told(rig, 'discord')).toEqual([...known, event.state]);
      });
    }
  }

  it('queued, and nobody was told so, the sweep tells whoever sent it', async ({ rig }) => {
    await untold(rig, () => sending(rig));
    for (const process of [rig.twin, rig.pipeline]) await process.work.sweep();
    expect(told(rig, 'discord')).toEqual(['queued']);
  });

  it('expired, and nobody was told so, the next sweep tells whoever sent it', async ({ rig }) => {
    await sending(rig);
    rig.advance(3_600_001);
    await untold(rig, () => rig.pipeline.work.sweep());
    for (const process of [rig.twin, rig.pipeline]) await process.work.sweep();
    expect(told(rig, 'discord')).toEqual(['queued', 'expired']);
  });

  it('held, and nobody was told so, the sweep tells the swarm', async ({ rig }) => {
    await rig.pipeline.control['gas.pause'](order(), { ...ann, agent: 'A' });
    await untold(rig, () => rig.pipeline.observe('A', status(80), Date.now()));
    for (const process of [rig.twin, rig.pipeline]) await process.work.sweep();
    expect(reportsTo(rig, 'console').map(({ text }) => text)).toEqual([
      'B does not get the 75 % gas of A yet: A reached 80 % while paused by ann (mission m)',
    ]);
  });

  it('sent to every agent, and nobody was told so of one, the sweep tells the counts', async ({ rig }) => {
    await rig.pipeline.control['agent.message'](order(), { ...ann, to: null, text: 'x' });
    await untold(rig, () => rig.pipeline.ledger.record(idIn(rig), sent));
    await rig.twin.work.sweep();
    expect(reportsTo(rig, 'discord').at(-1)?.text).toBe('broadcast: 1 of 3 sent, 0 acknowledged');
  });
});

describe('what was told', () => {
  it('is given to the queue once more by each process that sweeps, and never after that', async ({ rig }) => {
    await rig.pipeline.observe('A', status(80), Date.now());
    await rig.pipeline.ledger.record(idIn(rig), sent);
    for (const _ of [1, 2, 3]) await rig.pipeline.work.sweep();
    expect(given(rig)).toBe(2);
    for (const _ of [1, 2, 3]) await rig.twin.work.sweep();
    expect([given(rig), told(rig, 'console')]).toEqual([3, ['queued', 'sent']]);
  });

  it('is no second report when it is laid down once more', async ({ rig }) => {
    await rig.pipeline.observe('A', status(80), Date.now());
    await rig.pipeline.ledger.record(idIn(rig), sent);
    rig.advance(300_001);
    await rig.pipeline.work.sweep();
    const again = (await rig.pipeline.directory.deliveries(1)).deliveries[0]?.steps.at(-1)?.detail;
    expect(again).toContain('try 2 of 3 is due');
    await rig.twin.ledger.record(idIn(rig), sent);
    expect(told(rig, 'console')).toEqual(['queued', 'sent']);
  });

  it('and what was not, is left a day later: that is no news any more', async ({ rig }) => {
    await sending(rig);
    await untold(rig, () => rig.pipeline.ledger.record(idIn(rig), sent));
    rig.advance(24 * 3_600_000 + 1_000);
    await rig.twin.ledger.record(idIn(rig), sent);
    expect(told(rig, 'discord')).toEqual(['queued']);
  });
});
