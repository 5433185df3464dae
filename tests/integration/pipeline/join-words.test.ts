// What the receiver of a join reads, on a real Redis: what each of its parts did, in whatever order they came.
import { describe, expect } from 'vitest';
import type { PipelineOptions } from '../../../src/pipeline/index.ts';
import { gasConfigSchema } from '../../../src/pipeline/words/config.ts';
import { ownTemplates } from '../../../src/pipeline/words/own.ts';
import { ann, gasOf, order, record, status } from './orders.ts';
import { it, type Rig } from './rig.ts';

type Agents = NonNullable<PipelineOptions['chain']['agents']>;
const graph = (agents: Agents) => ({ chain: { chain: [], end: 'stop' as const, schedules: [], agents } });
const two: Agents = { A: { next: ['C'] }, B: { next: ['C'] }, C: { join: 'all' } };
const three: Agents = { ...two, D: { next: ['C'] } };

const percents = new Map([
  ['A', 77],
  ['B', 80],
  ['D', 83],
]);

/** It reports all that a hand-over can tell. */
const come = ({ twin }: Rig, agent: string, percent = percents.get(agent) ?? 75) =>
  twin.progress.report({
    ...{ agent, percent, mission: `mission of ${agent}`, note: `note of ${agent}` },
    ...{ done: [`done by ${agent}`], open: [`open of ${agent}`], artefacts: [`/srv/${agent}`] },
  });

/** All that one of them told, wherever it stands. */
const toldBy = (agent: string, percent = percents.get(agent)) => [
  `- Progress: ${percent} %`,
  `- Mission: \`mission of ${agent}\``,
  `- Note: \`note of ${agent}\``,
  ...[`\`done by ${agent}\``, `\`open of ${agent}\``, `\`/srv/${agent}\``],
];

function expectAll(text: string | undefined, agents: readonly string[]): void {
  expect(agents.flatMap((agent) => toldBy(agent)).filter((told) => !text?.includes(told))).toEqual([]);
}

describe('the gas of a join of two', () => {
  it.override({ options: graph(two) });

  it.for(['AB', 'BA'])('that came as %s tells what both did', async (comers, { rig }) => {
    for (const agent of comers) await come(rig, agent);
    const [gas] = gasOf(rig);
    expectAll(gas?.text, [...comers]);
    const [first = '', last = ''] = comers;
    const part = { agent: first, mission: `mission of ${first}`, epoch: 1, percent: percents.get(first) };
    expect(gas).toMatchObject({ from: last, parts: [part] });
    expect(gas?.text).toContain(`## What ${first} handed over\n`);
  });

  const again = (rig: Rig, epoch: number) =>
    rig.twin.progress.report({ agent: 'A', mission: 'same', epoch, percent: 76, done: [`done ${epoch}`] });
  const take = (rig: Rig) =>
    rig.pipeline.control['gas.skip'](order(), { ...ann, agent: 'A', checkpoint: 75, reason: '' });

  it('tells both missions of one that came twice, the newer one first', async ({ rig }) => {
    await come(rig, 'A');
    await rig.pipeline.observe('A', status(76, 'second'), Date.now() + 1);
    await come(rig, 'B');
    const [gas] = gasOf(rig);
    expect(gas?.parts).toEqual([
      { agent: 'A', mission: 'second', epoch: 2, percent: 76 },
      { agent: 'A', mission: 'mission of A', epoch: 1, percent: 77 },
    ]);
    expectAll(gas?.text, ['A', 'B']);
    expect(gas?.text).toMatch(
      /## What A handed over\n[^#]*`second`[^#]*## What A handed over before \(its mission no\. 1\)\n[^#]*`note of A`/,
    );
  });

  it('tells three missions of one that came often, and how many it does not tell', async ({ rig }) => {
    for (const epoch of [1, 2, 3, 4, 5]) await again(rig, epoch);
    await come(rig, 'B');
    const [gas] = gasOf(rig);
    expect(gas?.parts?.map(({ epoch }) => epoch)).toEqual([5, 4, 3]);
    expect(gas?.text).not.toContain('done 2');
    expect(gas?.text).toContain('- Before that it came 2 more times; what it told then is not kept');
  });

  it('tells the earlier mission where a person took out the later one', async ({ rig }) => {
    for (const epoch of [1, 2]) await again(rig, epoch);
    await take(rig);
    await come(rig, 'B');
    expect(gasOf(rig)[0]?.parts?.map(({ epoch }) => epoch)).toEqual([1]);
  });

  it('tells it also where the later one was taken out before it was reached', async ({ rig }) => {
    await again(rig, 1);
    await rig.twin.progress.report({ agent: 'A', mission: 'same', epoch: 2, percent: 5 });
    await take(rig);
    await come(rig, 'B');
    expect(gasOf(rig)[0]?.parts?.map(({ epoch }) => epoch)).toEqual([1]);
  });

  it('that is sent ahead tells what its own giver had left there before', async ({ rig }) => {
    await again(rig, 1);
    await rig.twin.progress.report({ agent: 'A', mission: 'same', epoch: 2, percent: 5 });
    await rig.pipeline.control['gas.send'](order(), { ...ann, agent: 'C', text: 'go now' });
    expect(gasOf(rig)).toMatchObject([{ from: 'A', epoch: 2, parts: [{ agent: 'A', epoch: 1 }] }]);
  });

  it('tells the earlier mission too where the chain joins no more', async ({ rig }) => {
    for (const epoch of [1, 2]) await again(rig, epoch);
    rig.pipeline.rechain(graph({ ...two, C: {} }).chain);
    await rig.pipeline.work.sweep();
    expect(gasOf(rig)).toMatchObject([{ from: 'A', epoch: 2, parts: [{ agent: 'A', epoch: 1 }] }]);
  });

  it('tells nothing of a part that a person took out', async ({ rig }) => {
    await come(rig, 'A');
    const words = { ...ann, agent: 'A', checkpoint: 75, reason: '' } as const;
    await rig.pipeline.control['gas.skip'](order(), words);
    await come(rig, 'B');
    expect(gasOf(rig)).toHaveLength(1);
    expect(gasOf(rig)[0]).not.toHaveProperty('parts');
    expect(gasOf(rig)[0]?.text).not.toContain('mission of A');
  });

  it('that a person sends ahead tells what has come so far', async ({ rig }) => {
    await come(rig, 'A');
    await rig.pipeline.observe('B', status(10), Date.now());
    await rig.pipeline.control['gas.send'](order(), { ...ann, agent: 'C', text: 'go now' });
    const [gas] = gasOf(rig);
    expect(gas).toMatchObject({
      from: 'B',
      text: expect.stringContaining('go now'),
      parts: [{ agent: 'A' }],
    });
    expectAll(gas?.text, ['A']);
  });

  it('says of a part whose record is of an older version that nothing was kept', async ({
    rig,
    redis,
    prefix,
  }) => {
    await redis.hset(`${prefix}:gas:joins`, 'C 75', '1 {"arrived":{"A":"3@5"},"fired":false}');
    await come(rig, 'B');
    const [gas] = gasOf(rig);
    expect(gas?.parts).toEqual([{ agent: 'A', mission: null, epoch: 3, percent: null }]);
    expect(gas?.text).toContain('## What A handed over\n\n- What it told was not kept');
  });
});

describe('the gas of a join where hand-overs are to be short', () => {
  const gas = { ...gasConfigSchema.parse({ maxBytes: 2_000 }), templates: ownTemplates };
  it.override({ options: { ...graph(two), gas } });

  it('has no more room for its parts where a person sends it ahead', async ({ rig }) => {
    const done = Array.from({ length: 10 }, (_, i) => `${i} ${'x'.repeat(150)}`);
    await rig.twin.progress.report({
      agent: 'A',
      mission: 'm',
      percent: 80,
      done,
      open: done,
      artefacts: done,
    });
    await rig.pipeline.observe('B', status(10), Date.now());
    await rig.pipeline.control['gas.send'](order(), { ...ann, agent: 'C', text: 'go now' });
    expect(gasOf(rig)[0]?.text).toContain('x`, and 7 more\n');
  });
});

describe('the gas of a join of three', () => {
  const agents = ['A', 'B', 'C', 'D'];
  it.override({
    options: { ...graph(three), agents: agents.map((id) => ({ id, inbox: { kind: 'pull' as const } })) },
  });

  it.for(['ABD', 'ADB', 'BAD', 'BDA', 'DAB', 'DBA'])(
    'that came as %s tells what all of them did, in the order of the chain',
    async (comers, { rig }) => {
      for (const agent of comers) await come(rig, agent);
      const [gas] = gasOf(rig);
      expectAll(gas?.text, [...comers]);
      const others = ['A', 'B', 'D'].filter((agent) => agent !== comers.at(-1));
      expect(gas?.parts?.map(({ agent }) => agent)).toEqual(others);
    },
  );

  it('tells what those did that wait, where a person takes out the last', async ({ rig }) => {
    for (const agent of ['B', 'A']) await come(rig, agent);
    await rig.pipeline.observe('D', status(10), Date.now());
    rig.advance(600_000);
    const words = { ...ann, agent: 'D', checkpoint: 75, reason: '' } as const;
    await rig.pipeline.control['gas.skip'](order(), words);
    expect((await record(rig)).toSorted()).toEqual(['A→C 75 queued', 'D→C 75 suppressed']);
    const [gas] = gasOf(rig);
    expectAll(gas?.text, ['A', 'B']);
    const parts = [{ agent: 'B', percent: 80 }];
    expect(gas).toMatchObject({ percent: 77, crossedFrom: null, parts });
    // It waited ten minutes for its gas to be made.
    expect((gas?.createdAt ?? 0) - (gas?.crossedAt ?? 0)).toBeGreaterThanOrEqual(600_000);
    expect(gas?.crossedAt).toBeGreaterThan(Date.now() - 600_000);
  });

  it('tells of each alone where the chain joins no more, also of a mission that is over', async ({ rig }) => {
    for (const agent of ['A', 'B']) await come(rig, agent);
    await rig.pipeline.observe('A', status(5, 'another'), Date.now());
    rig.pipeline.rechain(graph({ ...three, C: {} }).chain);
    await rig.pipeline.work.sweep();
    const texts = new Map(gasOf(rig).map(({ from, text, percent }) => [`${from} ${percent}`, text]));
    expect([...texts.keys()].toSorted()).toEqual(['A 77', 'B 80']);
    expect(texts.get('A 77')).toContain('- Mission: `mission of A`\n- Note: `note of A`');
    expect(texts.get('A 77')).toContain('- `/srv/A`');
    expect(texts.get('A 77')).not.toContain('mission of B');
  });
});

describe('a part of a join that a person sent ahead', () => {
  const agents = ['A', 'B', 'C', 'D', 'E'].map((id) => ({ id, inbox: { kind: 'pull' as const } }));
  it.override({ options: { ...graph({ ...three, D: { next: ['C', 'E'] } }), agents } });

  const sendAhead = async (rig: Rig) => {
    await rig.pipeline.observe('D', status(81, 'of D'), Date.now());
    await rig.pipeline.control['gas.send'](order(), { ...ann, agent: 'E', text: null });
  };
  const take = (rig: Rig, agent: string) =>
    rig.twin.control['gas.skip'](order(), { ...ann, agent, checkpoint: 90, reason: '' });
  const toC = (rig: Rig) => gasOf(rig).filter(({ to }) => to === 'C');

  it('is told as that where its join is freed, and is not held by a pause after it', async ({ rig }) => {
    await sendAhead(rig);
    rig.advance(600_000);
    await rig.pipeline.control['gas.pause'](order(), { ...ann, agent: 'D' });
    for (const agent of ['A', 'B']) {
      await rig.pipeline.observe(agent, status(10), Date.now());
      await take(rig, agent);
    }
    const [gas, ...more] = toC(rig);
    expect(more).toEqual([]);
    expect(gas).toMatchObject({ from: 'D', checkpoint: 90, percent: 81, mission: 'of D' });
    expect(gas).not.toHaveProperty('crossedFrom');
    expect(gas?.text).toContain('`ann` sends this before D has reached 90 %.');
    expect((gas?.createdAt ?? 0) - (gas?.crossedAt ?? 0)).toBeGreaterThanOrEqual(600_000);
    const { deliveries } = await rig.pipeline.directory.deliveries(100);
    expect(deliveries.find(({ gas: { id } }) => id === gas?.id)?.steps[0]?.detail).toBe(
      'sent ahead by ann, and nobody else is waited for any more',
    );
  });

  it('is told as that in the gas of the last, and one that was reached is not', async ({ rig }) => {
    await sendAhead(rig);
    for (const agent of ['A', 'B']) await come(rig, agent, 91);
    const gas = toC(rig).find(({ checkpoint }) => checkpoint === 90);
    expect(gas?.parts).toEqual([
      { agent: 'A', mission: 'mission of A', epoch: 1, percent: 91 },
      { agent: 'D', mission: 'of D', epoch: 1, percent: 81, sentAheadBy: 'ann' },
    ]);
    expect(gas?.text).toMatch(
      /## What D handed over\n\n- `ann` sent this before D had reached its checkpoint\n- Progress: 81 %\n/,
    );
    expect(gas?.text.match(/had reached its checkpoint/g)).toHaveLength(1);
  });
});
