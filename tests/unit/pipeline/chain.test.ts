import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { successor } from '../../../src/pipeline/chain.ts';
import { policyOf, receiversOf } from '../../../src/pipeline/graph.ts';
import { graphProblems } from '../../../src/pipeline/graph-check.ts';
import { loadChain } from '../../../src/pipeline/index.ts';
import {
  type Arrivals,
  arrive,
  asPaused,
  letGo,
  nobodyYet,
  passBy,
  releases,
  sendAhead,
} from '../../../src/pipeline/join.ts';

async function load(yaml: string, agents = ['A', 'B'], options = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'chain-'));
  const path = join(folder, 'chain.yaml');
  try {
    await writeFile(path, yaml);
    return await loadChain(path, agents, options);
  } finally {
    await rm(folder, { recursive: true });
  }
}

const nothing = { chain: [], end: 'stop', policy: 'always', agents: {}, missions: [], schedules: [] };

describe('chain.yaml', () => {
  it('of the repository is valid without any agent', async () => {
    expect(await loadChain('config/chain.yaml', [])).toEqual(nothing);
  });

  it('may be empty', async () => {
    expect(await load('# nothing\n')).toEqual(nothing);
  });

  it('names all problems at once, each with place and mend', async () => {
    const yaml = [
      'chain: [A, X, A]',
      'end: never',
      'schedules:',
      '  - { name: n, cron: "* * *", to: B, text: go }',
      '  - { name: n, cron: "0 9 1 * 1", to: Y, text: go }',
    ].join('\n');
    const error = await load(yaml).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'CONFIG_INVALID' });
    for (const problem of [
      'chain.yaml: chain[1]: no agent "X"; configured: A, B',
      'chain.yaml: chain[2]: "A" stands in the chain twice; keep one',
      'chain.yaml: end: ',
      'chain.yaml: schedules[0].cron: "* * *" is no cron expression of five fields; write one such as',
      'chain.yaml: schedules[1].cron: day of month and day of week are both set; set one of them to *',
      'chain.yaml: schedules[1].to: no agent "Y"',
      'chain.yaml: schedules[1]: "n" names two schedules; rename one',
    ]) {
      expect(String(error)).toContain(problem);
    }
  });

  it('that is not YAML is refused with the place', async () => {
    await expect(load('chain: [A')).rejects.toThrow(/chain\.yaml: .*line 1, column/);
  });

  it('that is missing is refused with what to do', async () => {
    await expect(loadChain('none.yaml', [])).rejects.toThrow(
      /none\.yaml: cannot be read .*create it.*counts from Swarmline's own folder/,
    );
  });
});

describe('the graph of chain.yaml', () => {
  const agents = ['A', 'B', 'C', 'D'];

  it('takes one receiver or several', async () => {
    const chain = await load('agents: { A: { next: B }, B: { next: [C, D] } }', agents);
    expect(['A', 'B', 'C'].map((agent) => receiversOf(chain, agent))).toEqual([['B'], ['C', 'D'], []]);
  });

  it('goes from each end back to the beginnings that lead to it', async () => {
    const chain = await load('end: loop\nagents: { A: { next: C }, B: { next: D } }', agents);
    expect(['C', 'D'].map((agent) => receiversOf(chain, agent))).toEqual([['A'], ['B']]);
  });

  it.each([
    [
      'agents: { A: { next: B }, B: { next: C }, C: { next: A } }',
      'A → B → C → A is a circle without an exit; take `next` of C away',
    ],
    ['agents: { A: { next: X } }', 'agents.A.next: '],
    ['agents: { A: { next: [B, X] } }', 'no agent "X"; configured: A, B, C, D'],
    ['chain: [A, B]\nagents: { B: { join: all } }', 'agents.B.join: only A hands over to it'],
    [
      'agents: { A: { next: B }, B: { next: [C, D], join: all }, C: { next: B } }',
      'B → C → B: the join of B can never be complete, since C begins only after B; write `join: any`',
    ],
    ['chain: [A, B]\nagents: { B: { fallback: B } }', 'agents.B.fallback: B cannot stand in for itself'],
    ['chain: [A, B]\nagents: { A: { end: loop } }', 'agents.A.end: A → B, so nothing ends there'],
    [
      'end: loop\nagents: { A: { next: B }, B: { next: [A, C] } }',
      'C ends in `loop`, and its chain has no beginning to go back to',
    ],
    ['chain: [A]\nend: next-mission', 'missions: A ends in `next-mission`, and there is none'],
    ['chain: [A]\nmissions: [go]', 'missions: nothing ends in `next-mission`'],
    ['chain: [A]\nend: next-mission\nmissions: [{ file: none.md }]', 'none.md cannot be read'],
  ])('refuses %s', async (yaml, problem) => {
    await expect(load(yaml, agents)).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining(problem),
    });
  });

  it('lets a circle be that somebody leaves', async () => {
    await expect(load('agents: { A: { next: B }, B: { next: [A, C] } }', agents)).resolves.toBeDefined();
  });

  it('refuses a receiver without an inbox, with the way to it', () => {
    const chain = { chain: ['A', 'B'], end: 'stop' } as const;
    expect(graphProblems(chain, { inboxless: ['A', 'B'] })).toEqual([
      'A → B: B has no inbox; give it one under pipeline.agents, or take it out of the chain',
    ]);
  });

  it('is refused at load where a schedule gives gas to an agent without an inbox', async () => {
    const yaml = 'chain: [B, A]\nschedules: [{ name: nine, cron: "0 9 * * *", to: B, text: go }]';
    await expect(load(yaml, ['A', 'B'], { inboxless: ['B'] })).rejects.toThrow(
      'schedules[0]: nine → B: B has no inbox',
    );
  });

  it('reads missions from files beside it', async () => {
    const yaml = `chain: [A]\nend: next-mission\nmissions: [first, { file: ${join(import.meta.dirname, 'gas.ts')} }]`;
    const { missions } = await load(yaml, agents);
    expect(missions).toEqual(['first', expect.stringContaining('A gas for tests')]);
  });
});

describe('a policy', () => {
  const chain = { chain: ['A', 'B'], end: 'stop' } as const;

  it('in its short form is about 90 alone', () => {
    const some = { ...chain, policy: 'until-acknowledged' } as const;
    expect(([75, 90, 100] as const).map((checkpoint) => policyOf(some, 'A', checkpoint))).toEqual([
      'always',
      'until-acknowledged',
      'always',
    ]);
  });

  it('of an agent stands before that of the chain', () => {
    const some = { ...chain, policy: 'until-acknowledged', agents: { A: { policy: 'always' } } } as const;
    expect(policyOf(some, 'A', 90)).toBe('always');
  });
});

describe('a join', () => {
  const play = (mode: 'all' | 'any', comers: string) => {
    let arrivals = nobodyYet;
    const join = { mode, of: ['A', 'B'] };
    return [...comers].filter((one) => {
      const by = { a: passBy, b: passBy, '>': sendAhead }[one];
      if (by) {
        arrivals = by(arrivals, one === '>' ? 'A' : one.toUpperCase(), '1', join);
        return false;
      }
      const step = arrive(arrivals, one, '1', join);
      arrivals = step.arrivals;
      return step.fires;
    });
  };

  it('of all fires with the last of each round', () => {
    expect(play('all', 'ABBAAAB').join('')).toBe('BAB');
  });

  it('of any fires with the first of each round', () => {
    expect(play('any', 'ABBAAAB').join('')).toBe('ABAA');
  });

  // small letters are taken out by a person, `>` is the gas of A sent ahead
  it.each([
    ['all', 'aB', 'B'],
    ['all', 'abAB', 'B'],
    ['any', 'aBA', 'BA'],
    ['any', 'AbA', 'AA'],
    ['all', '>BAB', 'B'],
    ['all', 'B>AB', 'B'],
    ['any', '>BA', 'A'],
  ] as const)('of %s after %s has fired with %s', (mode, comers, fired) => {
    expect(play(mode, comers).join('')).toBe(fired);
  });

  it('of all tells who came while paused, until that comes again, is taken out, or the round is over', () => {
    const join = { mode: 'all', of: ['A', 'B'] } as const;
    const first = asPaused(arrive(nobodyYet, 'A', '1', join).arrivals, 'A', 'Z');
    expect(arrive(first, 'B', '1', join)).toMatchObject({ fires: true, paused: ['Z'], arrivals: nobodyYet });
    const again = arrive(first, 'A', '2', join);
    expect(again.paused).toEqual([]);
    expect(arrive(again.arrivals, 'B', '1', join).paused).toEqual([]);
    expect(arrive(passBy(first, 'A', '1', join), 'B', '1', join).paused).toEqual([]);
    expect(arrive({ ...first, fired: true }, 'A', '2', join).paused).toEqual([]);
    expect(passBy(first, 'A', '2', join)).toEqual(first);
  });

  it('of all is held by the pause of a mission again whose newer one is taken out, until a resume', () => {
    const join = { mode: 'all', of: ['A', 'B'] } as const;
    const first = asPaused(arrive(nobodyYet, 'A', '1', join).arrivals, 'A', 'Z');
    const second = asPaused(arrive(first, 'A', '2', join).arrivals, 'A', 'A');
    const heldBy = (now: Arrivals) => arrive(passBy(now, 'A', '2', join), 'B', '1', join).paused;
    expect(heldBy(second)).toEqual(['Z']);
    expect(heldBy(arrive(first, 'A', '2', join).arrivals)).toEqual(['Z']);
    expect(heldBy(letGo(second, ['A']))).toEqual(['Z']);
    expect(heldBy(letGo(second, ['Z']))).toEqual([]);
    expect(letGo(second, ['B'])).toBe(second);
  });

  it('that became one of all in the middle of a round says of nobody that they sent its gas', () => {
    const of = ['A', 'B', 'C'];
    const { arrivals } = arrive(nobodyYet, 'A', '1', { mode: 'any', of });
    const later = arrive(arrivals, 'B', '1', { mode: 'all', of });
    expect(later).toMatchObject({ fires: false, detail: 'after the gas of its round had gone' });
  });

  it('of any asks nobody but the first', () => {
    const join = { mode: 'any', of: ['A', 'B'] } as const;
    const other = { ...nobodyYet, arrived: { A: '1' }, paused: { A: 'A' } };
    expect(arrive(other, 'B', '1', join)).toMatchObject({ fires: true, paused: [] });
  });

  const waiting: Arrivals = { ...nobodyYet, arrived: { A: '1', B: '2' } };

  it('lets go what waits where a person, or another chain, took away what it waited for', () => {
    const join = { mode: 'all', of: ['A', 'B', 'C'] } as const;
    expect(releases(waiting, join)).toBeNull();
    expect(releases(passBy(waiting, 'C', '1', join), join)).toEqual({ from: ['B'], arrivals: nobodyYet });
    expect(releases(waiting, { mode: 'all', of: ['A', 'B'] })?.from).toEqual(['B']);
    expect(releases(waiting, { mode: 'any', of: ['A', 'B', 'C'] })?.from).toEqual(['A']);
    expect(releases(waiting, null)?.from).toEqual(['A', 'B']);
    expect(releases({ ...waiting, fired: true }, null)).toEqual({ from: [], arrivals: nobodyYet });
  });
});

describe('the next agent', () => {
  const chain = { chain: ['A', 'B'], schedules: [] };

  it.each([
    ['stop', 'A', 'B'],
    ['stop', 'B', null],
    ['loop', 'B', 'A'],
    ['loop', 'X', null],
  ] as const)('at end %s behind %s is %s', (end, agent, next) => {
    expect(successor({ ...chain, end }, agent)).toBe(next);
  });
});
