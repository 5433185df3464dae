// When a board is edited, and when it ends.
import { describe, expect, it } from 'vitest';
import type { Board, BoardAgent } from '../../../src/contracts/board.ts';
import { boardLine, boardReport } from '../../../src/pipeline/board/board-report.ts';
import { beginBoard, judgeBoard, nextSeq, quietMs } from '../../../src/pipeline/board/record.ts';
import { makeSee } from '../../../src/pipeline/board/see.ts';

const begun = 1_800_000_000_000;
const agent = (more: Partial<BoardAgent> = {}): BoardAgent => ({
  ...{ agent: 'A', state: 'executing', tone: 'ok', percent: 50, nextCheckpoint: 75 },
  sign: { source: 'progress', at: begun },
  ...{ handsTo: ['B'], open: 0, course: [] },
  ...more,
});
const boardOf = (at: number, ...agents: readonly BoardAgent[]): Board => ({
  ...{ at, agents: [...agents], more: 0, alerts: [] },
});
const held = beginBoard(
  { about: 'x1', principal: 'discord:1', to: { surface: 'discord', place: '9' }, at: begun },
  boardOf(begun, agent()),
);

describe('what a board shows', () => {
  const see = (count: number) =>
    makeSee(
      {
        directory: { agents: async () => [] },
        store: {
          openDeliveries: async () => [],
          alerts: async () =>
            Array.from({ length: count }, (_, at) => ({
              ...{ id: `x${at}`, from: 'A', to: `B${at}`, checkpoint: 75, at: begun, why: 'away' },
            })),
        },
        boards: { courses: async () => [], keep: async () => undefined },
        clock: { now: () => begun },
      },
      { chain: () => ({ chain: [], end: 'stop', schedules: [] }) },
    )();

  it('has each alert, or says how many more there are', async () => {
    expect((await see(5)).alerts.at(-1)).toMatch(/^B4 does not take its gas/);
    expect((await see(7)).alerts).toHaveLength(5);
    expect((await see(7)).alerts.at(-1)).toBe('and 3 more alerts');
  });
});

describe('a board', () => {
  it('stays as it is while nothing changes', () => {
    expect(judgeBoard(held, boardOf(begun + 5_000, agent()))).toEqual({ kind: 'same' });
  });

  const changes: readonly (readonly [string, Partial<BoardAgent>])[] = [
    ['a percent', { percent: 51 }],
    ['a state', { state: 'completing' }],
    ['an open gas', { open: 1 }],
    ['a hand-over', { handsTo: ['C'] }],
    ['in whose place it works', { inPlaceOf: ['C'] }],
  ];
  for (const [what, change] of changes) {
    it(`is edited when ${what} changes`, () => {
      const step = judgeBoard(held, boardOf(begun + 5_000, agent(change)));
      expect(step).toMatchObject({ kind: 'edit', record: { changedAt: begun + 5_000, seq: 5 } });
    });
  }

  it('is edited for new evidence alone once a minute, and that is no change of the swarm', () => {
    const signed = (ms: number) => agent({ sign: { source: 'progress', at: begun + ms } });
    expect(judgeBoard(held, boardOf(begun + 5_000, signed(5_000))).kind).toBe('same');
    const step = judgeBoard(held, boardOf(begun + 65_000, signed(61_000)));
    expect(step).toMatchObject({ kind: 'edit', record: { changedAt: begun } });
  });

  it('ends an hour after the last change', () => {
    expect(judgeBoard(held, boardOf(begun + quietMs - 1, agent())).kind).toBe('same');
    const step = judgeBoard(held, boardOf(begun + quietMs, agent()));
    expect(step).toMatchObject({ kind: 'end', why: 'nothing changed for an hour' });
  });

  it('ends with the chain, but not while gas is on its way', () => {
    const done = agent({ state: 'complete', percent: 100 });
    expect(judgeBoard(held, boardOf(begun + 5_000, done, done)).kind).toBe('end');
    expect(judgeBoard(held, boardOf(begun + 5_000, done, { ...done, open: 1 })).kind).toBe('edit');
    expect(judgeBoard(held, boardOf(begun + 5_000)).kind).toBe('edit');
  });

  it('has numbers that grow, also within one second', () => {
    expect(nextSeq({ ...held, seq: 7 }, begun + 1_000)).toBe(8);
    expect(nextSeq(held, begun + 9_900)).toBe(9);
  });
});

describe('the line of a board', () => {
  it('has each agent, what is open and what is wrong; what nobody tells is unknown', () => {
    const board = {
      ...boardOf(begun, agent({ open: 2 }), agent({ agent: 'B', percent: null })),
      alerts: ['B does not take its gas'],
    };
    expect(boardLine(board)).toBe('A 50 %, B unknown; 2 deliveries open; B does not take its gas');
  });

  it('says who stands in for whom', () => {
    const board = boardOf(begun, agent({ agent: 'B', state: 'unknown' }), agent({ inPlaceOf: ['B'] }));
    expect(boardLine(board)).toBe('B unknown, A 50 % in place of B');
  });

  it('counts those that do not fit', () => {
    const all = Array.from({ length: 12 }, (_, i) => agent({ agent: `A${i}` }));
    expect(boardLine({ ...boardOf(begun, ...all), more: 3 })).toMatch(/A7 50 %, 7 more$/);
  });

  it('says of the last showing why it is the last', () => {
    const { body } = boardReport(held, boardOf(begun, agent()), { final: true, why: 'it was stopped' });
    expect(body).toMatchObject({ final: true, text: 'A 50 %. The board ends: it was stopped', about: 'x1' });
  });
});
