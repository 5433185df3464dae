// What people order, on a real Redis and real files: one effect each however often it runs, in whichever process.
import { readFile } from 'node:fs/promises';
import { describe, expect } from 'vitest';
import { ann, gasOf, layDown, order, record, reportsTo, status, take } from './orders.ts';
import { it } from './rig.ts';

describe('a message', () => {
  const body = { ...ann, to: 'B', text: 'hello' };

  it('lies in the inbox, and is accepted by the receiver alone; who sent it is told, and nobody else', async ({
    rig,
  }) => {
    await rig.pipeline.control['agent.message'](order('c-1'), body);
    await layDown(rig);
    const [name] = await rig.inbox('B');
    expect(await readFile(rig.path('B', 'inbox', name ?? ''), 'utf8')).toContain('hello');
    await take(rig, 'B');
    await rig.pipeline.work.sweep();
    expect(reportsTo(rig, 'discord').map(({ about, text, final }) => ({ about, text, final }))).toEqual([
      { about: 'c-1', text: 'B is to get the message of ann; it is queued', final: false },
      {
        about: 'c-1',
        text: 'B has the message of ann in its inbox and has not accepted it yet',
        final: false,
      },
      { about: 'c-1', text: 'B accepted the message of ann', final: true },
    ]);
    expect(reportsTo(rig, 'console')).toEqual([]);
  });

  it('whose job runs again, in two processes, is one message', async ({ rig }) => {
    const once = order();
    await Promise.all(
      [rig.pipeline, rig.twin, rig.pipeline].map((process) => process.control['agent.message'](once, body)),
    );
    await layDown(rig);
    await rig.twin.control['agent.message'](once, body);
    expect(gasOf(rig)).toHaveLength(1);
    expect(await record(rig)).toEqual(['person:ann→B null sent']);
  });

  it('to all is one delivery each, told with counts that end when all took it', async ({ rig }) => {
    const once = order('c-1');
    rig.jobs.failNext = 1;
    await expect(rig.pipeline.control['agent.message'](once, { ...body, to: null })).rejects.toThrow('lost');
    await rig.twin.control['agent.message'](once, { ...body, to: null });
    await layDown(rig);
    expect(await record(rig)).toEqual(['A', 'B', 'C'].map((agent) => `person:ann→${agent} null sent`));
    for (const agent of ['A', 'B', 'C']) await take(rig, agent);
    await rig.pipeline.work.sweep();
    expect(reportsTo(rig, 'discord').at(-1)).toMatchObject({
      about: 'c-1',
      text: 'broadcast: 3 of 3 sent, 3 acknowledged',
      final: true,
    });
  });

  it('to an agent that nobody configured is refused', async ({ rig }) => {
    const sending = rig.pipeline.control['agent.message'](order(), { ...body, to: 'X' });
    await expect(sending).rejects.toMatchObject({ code: 'AGENT_UNKNOWN' });
    expect(await record(rig)).toEqual([]);
  });
});

describe('send', () => {
  const body = { ...ann, agent: 'B', text: null };

  it('takes the next checkpoint of whoever hands over, which then does not fire', async ({ rig }) => {
    await rig.pipeline.observe('A', status(40), Date.now());
    await rig.pipeline.control['gas.send'](order(), body);
    await rig.twin.observe('A', status(92), Date.now());
    expect(gasOf(rig).map(({ from, to, checkpoint, percent }) => [from, to, checkpoint, percent])).toEqual([
      ['A', 'B', 75, 40],
      ['A', 'B', 90, 92],
    ]);
  });

  it('that runs again does not take the checkpoint behind it', async ({ rig }) => {
    await rig.pipeline.observe('A', status(40), Date.now());
    const once = order();
    rig.jobs.failNext = 1;
    await expect(rig.pipeline.control['gas.send'](once, body)).rejects.toThrow('lost');
    await rig.twin.control['gas.send'](once, body);
    await rig.pipeline.control['gas.send'](once, body);
    expect(gasOf(rig).map(({ checkpoint }) => checkpoint)).toEqual([75]);
  });

  it('is told to the swarm as its gas, and to whoever sent it under the command', async ({ rig }) => {
    await rig.pipeline.observe('A', status(40), Date.now());
    await rig.pipeline.control['gas.send'](order('c-1'), body);
    expect(reportsTo(rig, 'discord')).toMatchObject([{ about: 'c-1', seq: 2 }]);
    expect(reportsTo(rig, 'console')).toMatchObject([{ about: gasOf(rig)[0]?.id, seq: 2 }]);
  });

  it.for([
    ['B', 'A has told no mission yet, so it needs a text'],
    ['A', 'nobody hands over to A, so it needs a text'],
  ] as const)(
    'without a text and without anything to hand over to %s says so',
    async ([agent, reason], { rig }) => {
      const outcome = await rig.pipeline.control['gas.send'](order(), { ...body, agent });
      expect(outcome).toEqual({ kind: 'refused', reason });
    },
  );

  it('with a text goes to an agent to which nobody hands over, once', async ({ rig }) => {
    const once = order();
    for (const process of [rig.pipeline, rig.twin]) {
      await process.control['gas.send'](once, { ...body, agent: 'A', text: 'begin' });
    }
    expect(gasOf(rig)).toMatchObject([{ to: 'A', from: 'person:ann', checkpoint: null }]);
  });

  it('as a message stays one when the chain has something by the time it runs again', async ({ rig }) => {
    const once = order();
    await rig.pipeline.control['gas.send'](once, { ...body, text: 'begin' });
    await rig.pipeline.observe('A', status(40), Date.now());
    await rig.pipeline.control['gas.send'](once, { ...body, text: 'begin' });
    expect(await record(rig)).toEqual(['person:ann→B null queued']);
  });
});
