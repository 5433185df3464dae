// What `gas explain` tells of one delivery: why, to whom, when, by which evidence, and what became of its like.
import { describe, expect, it } from 'vitest';
import type { DeliveryView } from '../../../src/contracts/agents.ts';
import { ago, ask, delivery, told } from './ports.ts';

const { gas } = delivery('x1');
const at = (seconds: number, state: DeliveryView['state'], detail = '') => ({
  state,
  at: ago(seconds),
  detail,
});

/** To Agent-2, which never answered; then to Agent-3, which had it. */
const old = delivery('x1old0000', {
  gas: { ...gas, id: 'x1old0000', crossedFrom: 60, percent: 80, epoch: 2, createdAt: ago(600) },
  state: 'rerouted',
  since: ago(120),
  steps: [
    at(600, 'pending', 'Agent-1 reached 80 %'),
    at(599, 'queued'),
    at(598, 'sent', '/srv/Agent-2/inbox/a.md'),
    at(300, 'sent', 'try 2 of 3 is due: not acknowledged'),
    at(120, 'rerouted', 'given to Agent-3: not acknowledged in 2 tries'),
  ],
});
const standIn = delivery('x2new0000', {
  gas: { ...old.gas, id: 'x2new0000', to: 'Agent-3', replaces: 'x1old0000', createdAt: ago(120) },
  state: 'working',
  since: ago(60),
  steps: [
    at(120, 'pending', 'taken from Agent-2: not acknowledged in 2 tries'),
    at(119, 'sent', 'tmux swarm:1.0 (%3), seen there'),
    at(60, 'working', 'evidence, not its word: it began Survey 2 after that and is at 4 %'),
  ],
});
const later = delivery('x3later00', {
  gas: { ...old.gas, id: 'x3later00', checkpoint: 90, crossedFrom: 80, percent: 91 },
  state: 'sent',
});
const known = { deliveries: [later, standIn, old] };

describe('gas explain', () => {
  it('tells of one that was rerouted why, when and to whom it went instead', async () => {
    expect(await told('gas explain', known, { delivery: 'x1old000' })).toEqual([
      '[info]',
      'The 75 % gas of Agent-1 for Agent-2: rerouted',
      '  why           Agent-1 crossed 75 %: from 60 % to 80 % (mission Survey 1, its 2nd) (10 min ago)',
      '  decided       22:03:20.000 UTC Agent-1 reached 80 % (10 min ago)',
      '  queued        22:03:21.000 UTC (9 min ago)',
      '  sent          22:03:22.000 UTC /srv/Agent-2/inbox/a.md (9 min ago)',
      '  sent          22:08:20.000 UTC try 2 of 3 is due: not acknowledged (5 min ago)',
      '  rerouted      22:11:20.000 UTC given to Agent-3: not acknowledged in 2 tries (2 min ago)',
      '  stood in by   75 % to Agent-3, working: evidence, not its word: it began Survey 2 after that and is at 4 % (x2new000) (60 s ago)',
      '  same mission  90 % to Agent-2, sent (x3later0) (30 s ago)',
      'Id x1old0000. 1 more try came due. Agent-2 was not to have it any more.',
    ]);
  });

  it('tells of the one that stands in for it by which evidence it was acknowledged', async () => {
    const answer = await ask('gas explain', known, { delivery: 'x2new0000' });
    expect(answer.tone).toBe('ok');
    expect(answer.rows.map(({ label }) => label)).toEqual([
      ...['why', 'decided', 'sent', 'working', 'stands for', 'same mission'],
    ]);
    expect(answer.rows[3]?.value).toMatch(/^22:12:20\.000 UTC evidence, not its word/);
    expect(answer.rows[4]?.value).toBe(
      '75 % to Agent-2, rerouted: given to Agent-3: not acknowledged in 2 tries (x1old000)',
    );
    expect(answer.data).toMatchObject({ delivery: standIn, replaces: old, replacedBy: null });
  });

  it.each([
    ['queued', 'Agent-2', 'It waits behind x6first0 for the same receiver, which is not laid down yet.'],
    [
      'unknown',
      'Agent-2',
      'It may wait behind x6first0 for the same receiver, which is unknown and may be tried before it.',
    ],
    ['sent', 'Agent-2', 'It is on its way to the inbox.'],
    ['queued', 'Agent-3', 'It is on its way to the inbox.'],
  ] as const)('tells what is queued behind what is %s for %s', async (state, to, said) => {
    const first = delivery('x6first00', { gas: { ...gas, id: 'x6first00', to, createdAt: ago(900) }, state });
    const second = delivery('x7second0', {
      gas: { ...gas, id: 'x7second0', to: 'Agent-2', createdAt: ago(600) },
      state: 'queued',
      steps: [at(600, 'pending'), at(599, 'queued')],
    });
    const third = delivery('x8third00', {
      gas: { ...second.gas, id: 'x8third00', createdAt: ago(300) },
      state: 'queued',
    });
    const { note } = await ask(
      'gas explain',
      { deliveries: [third, second, first] },
      { delivery: 'x7second0' },
    );
    expect(note).toBe(`Id x7second0. ${said}`);
  });

  it('tells of what stands for another when that was crossed, and no time where its record is gone', async () => {
    const third = delivery('x4third00', {
      gas: { ...standIn.gas, id: 'x4third00', replaces: 'x2new0000', createdAt: ago(5) },
    });
    const why = async (deliveries: readonly DeliveryView[]) =>
      (await ask('gas explain', { deliveries }, { delivery: 'x4third00' })).rows[0];
    expect(await why([third, standIn, old])).toMatchObject({ label: 'why', ageMs: 600_000 });
    expect(await why([third, standIn])).toMatchObject({ label: 'why', ageMs: null });
  });

  it('tells of gas that a join let go when the wait ended, and no time of the crossing', async () => {
    const freed = { ...gas, id: 'x5freed00', crossedFrom: 60, crossedAt: null, createdAt: ago(5) };
    const steps = [at(5, 'pending', 'Agent-1 had reached 75 %, and nobody else is waited for any more')];
    const deliveries = [delivery('x5freed00', { gas: freed, state: 'pending', steps })];
    const { rows } = await ask('gas explain', { deliveries }, { delivery: 'x5freed00' });
    expect(rows[0]).toMatchObject({
      value: expect.stringMatching(/\); it waited for others, and since when is not kept$/),
      ageMs: null,
    });
    expect(rows[1]).toMatchObject({ label: 'decided', ageMs: 5_000 });
    expect(rows[1]?.value).toMatch(/nobody else is waited for any more$/);
  });

  it.each([
    [
      { crossedFrom: null, percent: 100 },
      'Agent-1 crossed 75 %: from nothing known to 100 % (mission Survey 1, its 1st)',
    ],
    [{ percent: 40 }, "by a person's word, when Agent-1 was at 40 % (mission Survey 1, its 1st)"],
    [{ percent: null }, "by a person's word, when Agent-1 told no progress (mission Survey 1, its 1st)"],
    [{ checkpoint: null, from: 'person:ann' }, 'a person wrote it'],
    [{ checkpoint: null, from: 'schedule:tidy-up' }, 'its time had come by the clock'],
    [{ crossedFrom: 70, epoch: 12 }, 'Agent-1 crossed 75 %: from 70 % to 76 % (mission Survey 1, its 12th)'],
  ])('says of %j that %s', async (some, why) => {
    const one = delivery('x1a2b3c4d5', { gas: { ...gas, id: 'x1a2b3c4d5', ...some } });
    const { rows } = await ask('gas explain', { deliveries: [one] }, { delivery: 'x1a2b3c4d5' });
    expect(rows[0]).toMatchObject({ label: 'why', value: why });
  });

  it('tells of the gas of a join which mission of each it was', async () => {
    const { agent, mission, epoch, percent } = { agent: 'A', mission: 'Map', epoch: 3, percent: 77 };
    const parts = [
      { agent, mission, epoch, percent },
      { agent: 'Z', inPlaceOf: 'B', mission: 'Scan', epoch: 2, percent: null },
      { agent: 'D', mission: null, epoch: 11, percent: null },
      { agent: 'E', mission: 'Fly', epoch: 1, percent: 2, sentAheadBy: 'ann' },
    ];
    const one = delivery('x1a2b3c4d5', { gas: { ...gas, id: 'x1a2b3c4d5', crossedFrom: 60, parts } });
    const { rows } = await ask('gas explain', { deliveries: [one] }, { delivery: 'x1a2b3c4d5' });
    expect(rows.filter(({ label }) => label === 'joined').map(({ value }) => value)).toEqual([
      'A, at 77 % (mission Map, its 3rd)',
      'Z in the place of B, its progress unknown (mission Scan, its 2nd)',
      'D, its 11th mission; what it told was not kept',
      'E, at 2 % (mission Fly, its 1st), sent ahead by ann',
    ]);
  });

  it('says how long nobody has acknowledged it', async () => {
    const { note } = await ask('gas explain', known, { delivery: 'x3later00' });
    expect(note).toBe('Id x3later00. Agent-2 has not said for 30 s that it has it.');
  });

  it('says of one on its way that it could not be laid down yet, and why', async () => {
    const steps = [at(9, 'queued'), at(8, 'queued', 'not laid down: agent.example answered 500')];
    const stuck = delivery('x4stuck00', { state: 'queued', steps });
    const { rows, note } = await ask('gas explain', { deliveries: [stuck] }, { delivery: 'x4stuck00' });
    expect(rows.at(-1)).toMatchObject({ label: 'queued', value: expect.stringContaining('answered 500') });
    expect(note).toContain('It could not be laid down yet');
    expect(await told('gas status', { deliveries: [stuck] })).toContainEqual(
      expect.stringContaining('queued: not laid down: agent.example answered 500'),
    );
  });

  it('does not say of tries that came due that it was laid down by them', async () => {
    const since = [
      at(100, 'sent', 'not laid down: no such pane'),
      at(90, 'sent', 'try 3 of 3 is due: not acknowledged'),
      at(80, 'sent', 'a person is wanted: not acknowledged, 3 tries'),
    ];
    const one = { ...old, state: 'sent', steps: [...old.steps.slice(0, 4), ...since] } as const;
    const { note } = await ask('gas explain', { deliveries: [one] }, { delivery: 'x1old0000' });
    expect(note).toContain('. 2 more tries came due. ');
  });

  it('says that what it stood for is kept no longer', async () => {
    const { rows } = await ask('gas explain', { deliveries: [standIn] }, { delivery: 'x2new0000' });
    expect(rows.at(-1)?.value).toBe('x1old0000, which is kept no longer');
  });

  it('knows no delivery of such a name', async () => {
    expect(await told('gas explain', known, { delivery: 'x9' })).toEqual([
      '[warn]',
      'Unknown: No delivery that is kept is called `x9`. `gas status` shows the newest.',
    ]);
  });
});
