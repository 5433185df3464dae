// An agent without an inbox is no receiver: an order that would give it something changes nothing. Real Redis, real files.
import { describe, expect } from 'vitest';
import type { Gas } from '../../../src/contracts/agents.ts';
import type { PipelineOptions } from '../../../src/pipeline/index.ts';
import { createQuestions } from '../../../src/pipeline/questions.ts';
import { ann, gasOf, layDown, order, record, reportsTo, status } from './orders.ts';
import { it, type Rig } from './rig.ts';

const hour = 3_600_000;
const day = 24 * hour;
const said = 'C has no inbox, so nothing can be given to it; give it one in pipeline.agents';
const agents: PipelineOptions['agents'] = [
  { id: 'A', inbox: { kind: 'pull' } },
  { id: 'B', inbox: { kind: 'pull' } },
  { id: 'C' },
];

describe('an agent without an inbox', () => {
  it.override({ options: { agents, chain: { chain: ['A', 'B'], end: 'stop', schedules: [] } } });

  it('is given no gas of another, which keeps it', async ({ rig }) => {
    const { control, directory, desk } = rig.pipeline;
    await rig.pipeline.observe('A', status(76), Date.now());
    await layDown(rig);
    const [view] = (await directory.deliveries(1)).deliveries;
    const delivery = view?.gas.id ?? '';
    const outcome = await control['gas.reassign'](order(), { ...ann, delivery, to: 'C' });
    expect(outcome).toEqual({ kind: 'refused', reason: said });
    const fetched = await desk.fetch('B', 0, new AbortController().signal);
    expect(fetched.map(({ id }) => id)).toEqual([delivery]);
    expect(gasOf(rig).map(({ to }) => to)).toEqual(['B']);
  });

  it('is sent no words, by a message nor as gas', async ({ rig }) => {
    const { control } = rig.pipeline;
    const refusal = { kind: 'refused', reason: said };
    expect(await control['agent.message'](order(), { ...ann, to: 'C', text: 'x' })).toEqual(refusal);
    expect(await control['gas.send'](order(), { ...ann, agent: 'C', text: 'x' })).toEqual(refusal);
    expect(await record(rig)).toEqual([]);
  });

  it('is left out of what goes to all', async ({ rig }) => {
    await rig.pipeline.control['agent.message'](order(), { ...ann, to: null, text: 'x' });
    expect(await record(rig)).toEqual(['person:ann→A null queued', 'person:ann→B null queued']);
  });
});

describe('the answer to an agent without an inbox', () => {
  it.override({ options: { agents, chain: { chain: ['A', 'B'], end: 'stop', schedules: [] } } });

  const asked = async ({ pipeline }: Rig) => {
    const told = await pipeline.ask('C', 'Left or right?');
    expect(told).toMatchObject({ asked: true, answer: 'is told by get_answer alone' });
    return told.asked ? told.id : '';
  };
  const word = (answers: string) => ({ ...ann, to: 'C', text: 'left', answers });
  const laid = async ({ pipeline }: Rig, gas: Gas | undefined) => {
    if (!gas) throw new Error('nothing was to be delivered');
    const { state, where: detail } = await pipeline.inbox.deliver(gas);
    expect(state).toBe('waiting');
    await pipeline.ledger.record(gas.id, { state: 'queued', detail, waits: true });
  };
  const texts = (rig: Rig) => reportsTo(rig, 'discord').map(({ text }) => text);

  it('is told as waiting to be fetched, and as fetched when it was', async ({ rig }) => {
    const id = await asked(rig);
    expect(await rig.pipeline.control['agent.message'](order(), word(id))).toEqual({ kind: 'delivering' });
    await laid(rig, gasOf(rig)[0]);
    expect(texts(rig).at(-1)).toBe('the answer of ann waits until C fetches it');
    expect(await rig.twin.lookUp('C', id)).toMatchObject({ state: 'answered', answer: 'left' });
    expect(reportsTo(rig, 'discord').at(-1)).toMatchObject({
      text: 'C has fetched the answer of ann',
      final: true,
    });
    expect(await record(rig)).toEqual(['person:ann→C null accepted']);
    expect(await rig.twin.lookUp('C', id)).toMatchObject({ answer: 'left' });
  });

  it('is told as taken on the word of whoever fetched it, until its agent does', async ({ rig }) => {
    const id = await asked(rig);
    await rig.pipeline.control['agent.message'](order(), word(id));
    await laid(rig, gasOf(rig)[0]);
    await rig.twin.lookUp('C', id, 'on the word of cli:local');
    expect(texts(rig).at(-1)).toBe(
      'the answer of ann for C was taken on the word of cli:local, fetched with get_answer',
    );
    await rig.twin.lookUp('C', id);
    expect(texts(rig).at(-1)).toBe('C has fetched the answer of ann');
  });

  it('is told as expired when the question goes, seven days after it was asked, and not before', async ({
    rig,
  }) => {
    const id = await asked(rig);
    rig.advance(2 * day);
    await rig.pipeline.control['agent.message'](order(), word(id));
    await laid(rig, gasOf(rig)[0]);
    rig.advance(5 * day - hour);
    await rig.pipeline.work.sweep();
    expect(texts(rig).at(-1)).toBe('the answer of ann waits until C fetches it');
    rig.advance(hour);
    await rig.pipeline.work.sweep();
    expect(await record(rig)).toEqual(['person:ann→C null expired']);
    expect(texts(rig).at(-1)).toMatch(/not fetched within 432000 s/);
  });

  it('to one that has an inbox is told as any gas is that nobody acknowledged', async ({ rig }) => {
    const told = await rig.pipeline.ask('A', 'Left or right?');
    const answers = told.asked ? told.id : '';
    await rig.pipeline.control['agent.message'](order(), { ...word(answers), to: 'A' });
    rig.advance(hour);
    await rig.pipeline.work.sweep();
    expect(await record(rig)).toEqual(['person:ann→A null expired']);
  });

  it('is told as fetched also where that came before its delivery was on record', async ({
    rig,
    redis,
    prefix,
  }) => {
    const id = await asked(rig);
    const once = order();
    // As an order leaves it that is killed right behind this.
    const questions = createQuestions(redis, { prefix });
    await questions.answer('C', id, { order: once.id, by: 'ann', answer: 'left', answeredAt: once.at });
    expect(await rig.twin.lookUp('C', id)).toMatchObject({ answer: 'left' });
    await rig.pipeline.control['agent.message'](once, word(id));
    expect(await record(rig)).toEqual(['person:ann→C null accepted']);
  });
});
