// What people order, on a real Redis and real files: one effect each however often it runs, in whichever process.
import { readFile, rename } from 'node:fs/promises';
import { describe, expect } from 'vitest';
import { jobCatalogue } from '../../../src/contracts/jobs.ts';
import type { Gas } from '../../../src/contracts/agents.ts';
import { it, type Rig } from './rig.ts';

const status = (progress: number, mission = 'm') => JSON.stringify({ current_mission: mission, progress });
const replyTo = { surface: 'discord', place: '9', message: '77' } as const;
const ann = { by: 'ann', replyTo };
let drawn = 0;
const order = (id = `o-${(drawn += 1)}`) => ({ id, at: Date.now(), principal: 'discord:1' });

function gasOf({ jobs }: Rig): Gas[] {
  return jobs.of('gas.deliver').map(({ body }) => jobCatalogue['gas.deliver'].body.parse(body).gas);
}

function reportsTo({ jobs }: Rig, surface: string) {
  const all = jobs.of('chat.report').map(({ body }) => jobCatalogue['chat.report'].body.parse(body));
  return all.filter(({ to }) => to.surface === surface);
}

/** Every delivery, oldest first, as `sender→receiver state`. */
async function record({ pipeline }: Rig): Promise<string[]> {
  const { deliveries } = await pipeline.directory.deliveries(100);
  return deliveries.map(({ gas, state }) => `${gas.from}→${gas.to} ${gas.checkpoint} ${state}`).toReversed();
}

/** What a worker does with the jobs so far: lays each gas down. */
async function layDown({ pipeline, jobs }: Rig): Promise<void> {
  for (const { body } of jobs.of('gas.deliver')) {
    const { gas } = jobCatalogue['gas.deliver'].body.parse(body);
    const state = await pipeline.ledger.state(gas.id);
    if (state !== 'pending' && state !== 'queued') continue;
    const { where } = await pipeline.inbox.deliver(gas);
    await pipeline.ledger.record(gas.id, { state: 'sent', detail: where });
  }
}

async function take({ path, inbox }: Rig, agent: string): Promise<void> {
  for (const name of await inbox(agent)) {
    await rename(path(agent, 'inbox', name), path(agent, 'inbox', 'done', name));
  }
}

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

describe('a pause', () => {
  const all = { ...ann, agent: null };
  const one = { ...ann, agent: 'A' };

  it('holds what is crossed in any process, says so, and sends it once when resumed', async ({ rig }) => {
    await rig.pipeline.control['gas.pause'](order(), one);
    await rig.twin.observe('A', status(80, 'X'), Date.now());
    await rig.pipeline.work.sweep();
    expect(gasOf(rig)).toEqual([]);
    expect(await record(rig)).toEqual(['A→B 75 held']);
    expect(reportsTo(rig, 'console').map(({ text }) => text)).toEqual([
      'B does not get the 75 % gas of A yet: A reached 80 % while paused by ann (mission X)',
    ]);
    const once = { ...order(), at: Date.now() + 1 };
    const outcome = await rig.twin.control['gas.resume'](once, { ...one, held: 'deliver' });
    expect(outcome).toEqual({ kind: 'done', text: 'A resumed: 1 held and now sent' });
    await rig.pipeline.control['gas.resume'](once, { ...one, held: 'deliver' });
    await rig.pipeline.work.sweep();
    expect(gasOf(rig)).toHaveLength(1);
    expect(await record(rig)).toEqual(['A→B 75 queued']);
  });

  it('holds over a new mission, and lets all of it go in order', async ({ rig }) => {
    await rig.pipeline.control['gas.pause'](order(), all);
    await rig.pipeline.observe('A', status(100, 'one'), Date.now());
    await rig.pipeline.observe('A', status(80, 'two'), Date.now());
    const outcome = await rig.pipeline.control['gas.resume'](
      { ...order(), at: Date.now() + 1 },
      { ...all, held: 'deliver' },
    );
    expect(outcome).toEqual({ kind: 'done', text: '3 agents resumed: 4 held and now sent' });
    expect(gasOf(rig).map(({ mission, checkpoint }) => `${mission} ${checkpoint}`)).toEqual([
      'one 75',
      'one 90',
      'one 100',
      'two 75',
    ]);
  });

  it('that ends with skip sends nothing of what was held, and everything after it', async ({ rig }) => {
    await rig.pipeline.control['gas.pause'](order(), one);
    await rig.pipeline.observe('A', status(80), Date.now());
    await rig.pipeline.control['gas.resume']({ ...order(), at: Date.now() + 1 }, { ...one, held: 'skip' });
    await rig.pipeline.work.sweep();
    await rig.pipeline.observe('A', status(92), Date.now());
    expect(await record(rig)).toEqual(['A→B 75 suppressed', 'A→B 90 queued']);
    expect(gasOf(rig).map(({ checkpoint }) => checkpoint)).toEqual([90]);
  });

  it('whose end was lost on its way to the queue is ended by the sweep', async ({ rig }) => {
    await rig.pipeline.control['gas.pause'](order(), one);
    await rig.pipeline.observe('A', status(80), Date.now());
    rig.jobs.failNext = 1;
    const ending = rig.pipeline.control['gas.resume'](
      { ...order(), at: Date.now() + 1 },
      { ...one, held: 'deliver' },
    );
    await expect(ending).rejects.toThrow('lost');
    await rig.twin.work.sweep();
    expect(gasOf(rig)).toHaveLength(1);
  });

  it('that was given before a resume changes nothing when its job runs after it', async ({ rig }) => {
    const paused = order();
    await rig.pipeline.control['gas.resume']({ ...order(), at: paused.at + 1 }, { ...one, held: 'deliver' });
    expect(await rig.twin.control['gas.pause'](paused, one)).toEqual({
      kind: 'done',
      text: 'nothing was changed: a later word has been given',
    });
    await rig.pipeline.observe('A', status(80), Date.now());
    expect(await record(rig)).toEqual(['A→B 75 queued']);
  });

  it('longer than gas may wait for an acknowledgement does not make it expire', async ({ rig }) => {
    await rig.pipeline.control['gas.pause'](order(), one);
    await rig.pipeline.observe('A', status(80), Date.now());
    rig.advance(2 * 3_600_000);
    await rig.pipeline.work.sweep();
    await rig.pipeline.control['gas.resume']({ ...order(), at: Date.now() + 1 }, { ...one, held: 'deliver' });
    await rig.pipeline.work.sweep();
    expect(await record(rig)).toEqual(['A→B 75 queued']);
  });

  it('is shown of the agent, with who gave it', async ({ rig }) => {
    const paused = order();
    await rig.pipeline.control['gas.pause'](paused, one);
    const [a, b] = await rig.twin.directory.agents();
    expect([a?.paused, b?.paused]).toEqual([{ by: 'ann', at: paused.at }, null]);
  });
});

describe('skip', () => {
  const body = { ...ann, agent: 'A', checkpoint: 90, reason: 'reviewed by hand' } as const;

  it('is recorded as suppressed with who and why, and the checkpoint does not fire', async ({ rig }) => {
    await rig.pipeline.observe('A', status(40), Date.now());
    const once = order();
    const outcome = await rig.pipeline.control['gas.skip'](once, body);
    expect(await rig.twin.control['gas.skip'](once, body)).toEqual(outcome);
    expect(outcome).toEqual({
      kind: 'done',
      text: 'the 90 % gas of A does not go to B: skipped by ann: reviewed by hand',
    });
    await rig.pipeline.observe('A', status(100), Date.now());
    expect((await record(rig)).toSorted()).toEqual(['A→B 100 queued', 'A→B 75 queued', 'A→B 90 suppressed']);
  });

  it('takes out what is held', async ({ rig }) => {
    await rig.pipeline.control['gas.pause'](order(), { ...ann, agent: 'A' });
    await rig.pipeline.observe('A', status(92), Date.now());
    await rig.pipeline.control['gas.skip'](order(), body);
    expect(await record(rig)).toEqual(['A→B 75 held', 'A→B 90 suppressed']);
  });

  it('does not claim what is under way', async ({ rig }) => {
    await rig.pipeline.observe('A', status(92), Date.now());
    await layDown(rig);
    expect(await rig.pipeline.control['gas.skip'](order(), body)).toEqual({
      kind: 'refused',
      reason: 'the 90 % gas of A is sent already; `gas reassign` gives it to another agent',
    });
  });

  it.for([
    ['A', 'A has told no mission yet'],
    ['C', 'C hands over to nobody'],
  ] as const)('of %s, which has none, says so', async ([agent, reason], { rig }) => {
    const outcome = await rig.pipeline.control['gas.skip'](order(), { ...body, agent });
    expect(outcome).toEqual({ kind: 'refused', reason });
  });
});

describe('reassign', () => {
  async function sent(rig: Rig): Promise<string> {
    await rig.pipeline.observe('A', status(80), Date.now());
    await layDown(rig);
    return gasOf(rig)[0]?.id ?? '';
  }

  it('takes it from one inbox and lays it into another, under an id that names the old one', async ({
    rig,
  }) => {
    const delivery = await sent(rig);
    const once = order();
    await rig.pipeline.control['gas.reassign'](once, { ...ann, delivery, to: 'C' });
    await rig.twin.control['gas.reassign'](once, { ...ann, delivery, to: 'C' });
    await layDown(rig);
    expect(await rig.inbox('B')).toEqual([]);
    expect(await record(rig)).toEqual(['A→B 75 rerouted', 'A→C 75 sent']);
    expect(gasOf(rig)[1]).toMatchObject({ to: 'C', replaces: delivery });
    const told = reportsTo(rig, 'console').filter(({ about }) => about === delivery);
    expect(told.at(-1)).toMatchObject({
      final: true,
      text: 'the 75 % gas of A is no longer for B: given to C by ann (mission m)',
    });
  });

  it('whose job was killed in the middle goes on from there', async ({ rig }) => {
    const delivery = await sent(rig);
    const once = order();
    rig.jobs.failNext = 1;
    const killed = rig.pipeline.control['gas.reassign'](once, { ...ann, delivery, to: 'C' });
    await expect(killed).rejects.toThrow('lost');
    await rig.twin.control['gas.reassign'](once, { ...ann, delivery, to: 'C' });
    expect(await record(rig)).toEqual(['A→B 75 rerouted', 'A→C 75 queued']);
    await rig.pipeline.work.sweep();
    expect(
      reportsTo(rig, 'console')
        .filter(({ about }) => about === delivery)
        .at(-1)?.final,
    ).toBe(true);
  });

  it('of two persons at once gives it to one agent', async ({ rig }) => {
    const delivery = await sent(rig);
    const outcomes = await Promise.all(
      [rig.pipeline, rig.twin].map((process) =>
        process.control['gas.reassign'](order(), { ...ann, delivery, to: 'C' }),
      ),
    );
    expect(outcomes.map(({ kind }) => kind).sort()).toEqual(['delivering', 'refused']);
    expect(await record(rig)).toEqual(['A→B 75 rerouted', 'A→C 75 queued']);
  });

  it('does not take what the agent has taken, though nobody has seen it yet', async ({ rig }) => {
    const delivery = await sent(rig);
    await take(rig, 'B');
    const outcome = await rig.pipeline.control['gas.reassign'](order(), { ...ann, delivery, to: 'C' });
    expect(outcome).toEqual({ kind: 'refused', reason: 'B has accepted it already' });
    expect(await record(rig)).toEqual(['A→B 75 accepted']);
  });

  it('of what was acknowledged over HTTP says so', async ({ rig }) => {
    const delivery = await sent(rig);
    await rig.pipeline.ledger.record(delivery, { state: 'accepted', detail: 'HTTP' });
    const outcome = await rig.pipeline.control['gas.reassign'](order(), { ...ann, delivery, to: 'C' });
    expect(outcome).toEqual({ kind: 'refused', reason: 'it is accepted already' });
    expect(await rig.inbox('B')).toHaveLength(1);
  });

  it('mends a delivery that has expired', async ({ rig }) => {
    const delivery = await sent(rig);
    rig.advance(3_600_001);
    await rig.pipeline.work.sweep();
    await rig.pipeline.control['gas.reassign'](order(), { ...ann, delivery, to: 'C' });
    expect(await record(rig)).toEqual(['A→B 75 rerouted', 'A→C 75 queued']);
  });

  it.for([
    ['nothing', 'C', 'there is no delivery nothing'],
    [null, 'B', 'it is for B already'],
  ] as const)('of %s to %s is refused', async ([id, to, reason], { rig }) => {
    const delivery = await sent(rig);
    const outcome = await rig.pipeline.control['gas.reassign'](order(), {
      ...ann,
      delivery: id ?? delivery,
      to,
    });
    expect(outcome).toEqual({ kind: 'refused', reason });
  });
});
