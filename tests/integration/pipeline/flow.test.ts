import { describe, expect } from 'vitest';
import type { JobBody } from '../../../src/contracts/jobs.ts';
import { jobCatalogue } from '../../../src/contracts/jobs.ts';
import { it, type Rig } from './rig.ts';

const at = () => Date.now();
const status = (progress: number, mission = 'm') => JSON.stringify({ current_mission: mission, progress });

function gasOf({ jobs }: Rig): JobBody<'gas.deliver'>['gas'][] {
  return jobs.of('gas.deliver').map(({ body }) => jobCatalogue['gas.deliver'].body.parse(body).gas);
}

function reportsOf({ jobs }: Rig) {
  return jobs.of('chat.report').map(({ body }) => jobCatalogue['chat.report'].body.parse(body));
}

async function statesOf({ pipeline }: Rig) {
  return (await pipeline.directory.deliveries(100)).deliveries.map(({ state }) => state);
}

describe('a checkpoint', () => {
  it('becomes one job per crossing, in order, for the next agent', async ({ rig }) => {
    await rig.pipeline.observe('A', status(100), at());
    expect(gasOf(rig).map(({ from, to, checkpoint }) => [from, to, checkpoint])).toEqual([
      ['A', 'B', 75],
      ['A', 'B', 90],
      ['A', 'B', 100],
    ]);
  });

  it('that two processes see together is one delivery', async ({ rig }) => {
    const now = at();
    const seen = Array.from({ length: 10 }, (_, i) => (i % 2 ? rig.pipeline : rig.twin));
    await Promise.all(seen.map((process, i) => process.observe('A', status(75), now + i)));
    expect(await statesOf(rig)).toHaveLength(1);
    expect(gasOf(rig)).toHaveLength(1);
  });

  it('does not fire again after a regression, nor in another process', async ({ rig }) => {
    await rig.pipeline.observe('A', status(80), at());
    await rig.twin.observe('A', status(10), at());
    await rig.twin.observe('A', status(80), at());
    expect(gasOf(rig)).toHaveLength(1);
  });

  it('of the last agent is kept in the run and delivers nothing', async ({ rig }) => {
    await rig.pipeline.observe('C', status(100), at());
    expect(gasOf(rig)).toEqual([]);
    expect((await rig.pipeline.directory.agents())[2]).toMatchObject({
      agent: 'C',
      percent: 100,
      state: 'complete',
    });
  });

  it('lost between decided and enqueued is found by the sweep', async ({ rig }) => {
    rig.jobs.failNext = 1;
    await expect(rig.pipeline.observe('A', status(100), at())).rejects.toMatchObject({
      code: 'QUEUE_UNAVAILABLE',
    });
    expect(await statesOf(rig)).toEqual(['pending', 'pending', 'pending']);
    await rig.twin.work.sweep();
    expect(gasOf(rig).map(({ checkpoint }) => checkpoint)).toEqual([75, 90, 100]);
    expect(await statesOf(rig)).toEqual(['queued', 'queued', 'queued']);
  });
});

describe('a version', () => {
  it('read before the newest stored one is dropped, so that no mission comes back', async ({ rig }) => {
    const now = at();
    await rig.pipeline.observe('A', status(10, 'new'), now);
    await rig.twin.observe('A', status(90, 'old'), now - 5);
    expect((await rig.pipeline.directory.agents())[0]).toMatchObject({
      mission: 'new',
      epoch: 1,
      percent: 10,
    });
  });

  it('read by a process that stood still for minutes is dropped too', async ({ rig }) => {
    await rig.pipeline.observe('A', status(80, 'new'), at());
    await rig.twin.observe('A', status(90, 'old'), at() - 120_000);
    expect((await rig.pipeline.directory.agents())[0]).toMatchObject({ mission: 'new', epoch: 1 });
    expect(gasOf(rig)).toHaveLength(1);
  });

  it('read at the same moment as a newer one is dropped by what its file says', async ({ rig }) => {
    const now = at();
    await rig.pipeline.observe('A', status(10, 'new'), now, now);
    await rig.twin.observe('A', status(90, 'old'), now, now - 1);
    expect((await rig.pipeline.directory.agents())[0]).toMatchObject({ mission: 'new', epoch: 1 });
  });

  it.for([3, 30, 7_200])('read after the clock was set back by %i s counts at once', async (s, { rig }) => {
    await rig.pipeline.observe('A', status(80, 'old'), at());
    rig.advance(-s * 1_000);
    expect(await rig.twin.observe('A', status(10, 'new'), at() - s * 1_000)).toBe(true);
    expect((await rig.pipeline.directory.agents())[0]).toMatchObject({ mission: 'new', epoch: 2 });
  });

  it.for([
    ['before the clock was set back', -30, -1],
    ['by a process that stood still until after that', -30, -60],
    ['by a process that stood still for longer', -7_200, -7_230],
  ] as const)('read %s brings no earlier mission back', async ([, setBackS, readS], { rig }) => {
    await rig.pipeline.observe('A', status(80, 'new'), at() + 1);
    rig.advance(setBackS * 1_000);
    expect(await rig.twin.observe('A', status(90, 'old'), at() + readS * 1_000)).toBe(false);
    expect((await rig.pipeline.directory.agents())[0]).toMatchObject({ mission: 'new', epoch: 1 });
  });

  it('read before the clock was set back brings no earlier mission back, after the next one was read', async ({
    rig,
  }) => {
    const then = at();
    await rig.pipeline.observe('A', status(10, 'old'), then);
    rig.advance(-30_000);
    await rig.pipeline.observe('A', status(95, 'new'), at() - 30_000);
    expect(await rig.twin.observe('A', status(10, 'old'), then)).toBe(false);
    expect((await rig.pipeline.directory.agents())[0]).toMatchObject({ mission: 'new', epoch: 2 });
  });

  it('that is refused since the clock was set back by a moment counts at the next sweep', async ({ rig }) => {
    await rig.write('A', { current_mission: 'old', progress: 80 });
    rig.advance(30_000);
    await rig.pipeline.work.sweep();
    rig.advance(-1_000);
    await rig.write('A', { current_mission: 'new', progress: 10 });
    await rig.pipeline.work.sweep();
    expect((await rig.pipeline.directory.agents())[0]).toMatchObject({ mission: 'old' });
    rig.advance(60_000);
    await rig.pipeline.work.sweep();
    expect((await rig.pipeline.directory.agents())[0]).toMatchObject({ mission: 'new' });
  });

  it('that cannot be used is named with its file and keeps the last good value', async ({ rig }) => {
    await rig.pipeline.observe('A', status(40), at());
    await rig.pipeline.observe('A', '{"torn', at());
    const problem = `${rig.path('A', 'status.json')}: not JSON at position 1 (line 1, column 2)`;
    expect((await rig.pipeline.directory.agents())[0]).toMatchObject({ percent: 40, problem });
  });

  it('that is read again does not make its agent look alive', async ({ rig }) => {
    const then = at() - 3_600_000;
    await rig.pipeline.observe('A', status(40), at(), then);
    await rig.pipeline.observe('A', status(40), at(), then);
    expect((await rig.pipeline.directory.agents())[0]).toMatchObject({ percent: 40, seenAt: then });
  });

  it('read later counts, though its file is older', async ({ rig }) => {
    const now = at();
    await rig.pipeline.observe('A', status(40), now, now - 1_000);
    await rig.twin.observe('A', status(50), now + 1, now - 2_000);
    expect((await rig.pipeline.directory.agents())[0]).toMatchObject({ percent: 50, seenAt: now - 2_000 });
  });

  it('with a mission full of control characters is shown plain, and kept as it is', async ({ rig }) => {
    const mission = '\u001b[2Jevil\n\u009b31m plan';
    await rig.pipeline.observe('A', status(80, mission), at());
    await rig.pipeline.observe('A', status(81, mission), at());
    const shown = { mission: '[2Jevil 31m plan', epoch: 1 };
    expect((await rig.pipeline.directory.agents())[0]).toMatchObject(shown);
    expect((await rig.pipeline.directory.deliveries(9)).deliveries).toMatchObject([{ gas: shown }]);
    expect(gasOf(rig)).toMatchObject([{ mission }]);
  });

  it('of an agent that nobody configured is refused', async ({ rig }) => {
    await expect(rig.pipeline.observe('X', status(1), at())).rejects.toMatchObject({ code: 'AGENT_UNKNOWN' });
  });

  it('of an absent file changes nothing', async ({ rig }) => {
    await rig.pipeline.observe('A', null, at());
    expect((await rig.pipeline.directory.agents())[0]).toMatchObject({
      percent: null,
      seenAt: null,
      epoch: 0,
    });
  });

  it('that was torn and is gone is complained of no more; what was good before it stands', async ({
    rig,
  }) => {
    const viewOfA = async () => (await rig.pipeline.directory.agents())[0];
    await rig.pipeline.observe('A', status(40, 'X'), at());
    await rig.pipeline.observe('A', '{', at());
    expect((await viewOfA())?.problem).toContain('not JSON');
    await rig.pipeline.observe('A', null, at());
    expect(await viewOfA()).toMatchObject({ problem: null, percent: 40, mission: 'X' });
  });
});

describe('a delivery', () => {
  it('is told step by step, the last one final', async ({ rig }) => {
    await rig.pipeline.observe('A', status(80, 'X'), at());
    const [gas] = gasOf(rig);
    await rig.pipeline.ledger.record(gas?.id ?? '', { state: 'sent', detail: 'inbox' });
    await rig.twin.ledger.record(gas?.id ?? '', { state: 'accepted', detail: 'ack' });
    const told = reportsOf(rig).map(({ about, seq, final, text }) => ({ about, seq, final, text }));
    expect(told).toEqual([
      {
        about: gas?.id,
        seq: 2,
        final: false,
        text: 'B is to get the 75 % gas of A; it is queued (mission X)',
      },
      {
        about: gas?.id,
        seq: 3,
        final: false,
        text: 'B has the 75 % gas of A in its inbox and has not accepted it yet (mission X)',
      },
      { about: gas?.id, seq: 4, final: true, text: 'B accepted the 75 % gas of A (mission X)' },
    ]);
  });

  it('whose last report was lost is told by the sweep', async ({ rig }) => {
    await rig.pipeline.observe('A', status(80), at());
    const id = gasOf(rig)[0]?.id ?? '';
    await rig.pipeline.ledger.record(id, { state: 'sent', detail: 'inbox' });
    rig.jobs.failNext = 1;
    await expect(rig.pipeline.ledger.record(id, { state: 'accepted', detail: '' })).rejects.toThrow('lost');
    await rig.pipeline.work.sweep();
    expect(reportsOf(rig).at(-1)).toMatchObject({ about: id, final: true });
  });

  it('that nobody acknowledges expires, and a late acknowledgement still counts', async ({ rig }) => {
    await rig.pipeline.observe('A', status(80), at());
    rig.advance(3_600_001);
    await rig.pipeline.work.sweep();
    expect(await statesOf(rig)).toEqual(['expired']);
    await rig.pipeline.ledger.record(gasOf(rig)[0]?.id ?? '', { state: 'accepted', detail: 'late' });
    expect(await statesOf(rig)).toEqual(['accepted']);
  });

  it('whose job was lost gets another after two minutes, and few in an hour', async ({ rig }) => {
    await rig.pipeline.observe('A', status(80), at());
    await rig.pipeline.work.sweep();
    expect(gasOf(rig)).toHaveLength(1);
    for (let minute = 0; minute < 59; minute += 1) {
      rig.advance(60_000);
      await rig.pipeline.work.sweep();
    }
    // A silent hour has a nudge too, with tries of its own.
    expect(gasOf(rig).filter(({ checkpoint }) => checkpoint === 75)).toHaveLength(1 + 5);
  });

  it('whose job lies in a queue that is paused gets no other', async ({ rig }) => {
    await rig.pipeline.observe('A', status(80), at());
    rig.jobs.found = 'open';
    for (let minute = 0; minute < 10; minute += 1) {
      rig.advance(60_000);
      await rig.pipeline.work.sweep();
    }
    expect(gasOf(rig)).toHaveLength(1);
    rig.jobs.found = 'done';
    await rig.pipeline.work.sweep();
    expect(gasOf(rig)).toHaveLength(2);
  });

  it('that has failed may be given again, and one that was sent may not', async ({ rig }) => {
    await rig.pipeline.observe('A', status(95), at());
    const [failed = '', sent = ''] = gasOf(rig).map(({ id }) => id);
    await rig.pipeline.ledger.record(sent, { state: 'sent', detail: 'inbox' });
    await rig.pipeline.ledger.record(failed, { state: 'failed', detail: 'disk full' });
    expect(rig.jobs.forgotten).toEqual([failed]);
  });

  it.for(['accepted', 'working'] as const)('that was not sent yet cannot be %s', async (state, { rig }) => {
    await rig.pipeline.observe('A', status(80), at());
    const record = rig.pipeline.ledger.record(gasOf(rig)[0]?.id ?? '', { state, detail: 'over HTTP' });
    await expect(record).rejects.toMatchObject({
      code: 'DELIVERY_NOT_SENT',
      retryable: false,
      kind: { class: 'conflict' },
    });
    expect(await statesOf(rig)).toEqual(['queued']);
  });

  it('is found by the beginning of its id, where that fits it alone', async ({ rig }) => {
    await rig.pipeline.observe('A', status(95), at());
    const [id = '', other = ''] = gasOf(rig).map((gas) => gas.id);
    await rig.pipeline.ledger.record(id, { state: 'sent', detail: 'it lies there' });
    const record = (some: string) =>
      rig.pipeline.ledger.record(some, { state: 'accepted', detail: 'over HTTP' });
    expect(await record(id.slice(0, 8))).toMatchObject({ gas: { id }, state: 'accepted' });
    expect(await rig.pipeline.ledger.state(other)).toBe('queued');
    await expect(record(id.slice(0, 5))).rejects.toMatchObject({ code: 'DELIVERY_UNKNOWN' });
  });

  it('that was never made is unknown', async ({ rig }) => {
    expect(await rig.pipeline.ledger.state('none')).toBeNull();
    const record = rig.pipeline.ledger.record('none', { state: 'accepted', detail: '' });
    await expect(record).rejects.toMatchObject({ code: 'DELIVERY_UNKNOWN' });
  });
});

describe('a scheduled gas', () => {
  const order = {
    schedule: 'morning',
    to: 'B',
    text: 'Look into the inbox.',
    tick: '2026-01-02T07:00:00.000Z',
  };

  it('is one delivery however often its tick comes', async ({ rig }) => {
    await Promise.all([rig.pipeline.work.scheduled(order), rig.twin.work.scheduled(order)]);
    await rig.pipeline.work.scheduled(order);
    expect(gasOf(rig)).toMatchObject([{ from: 'schedule:morning', to: 'B', checkpoint: null }]);
    expect(await statesOf(rig)).toHaveLength(1);
  });

  it('for nobody is refused and never enqueued', async ({ rig }) => {
    const refused = rig.pipeline.work.scheduled({ ...order, to: 'X' });
    await expect(refused).rejects.toMatchObject({ code: 'AGENT_UNKNOWN', retryable: false });
    expect(rig.jobs.orders).toEqual([]);
  });
});
