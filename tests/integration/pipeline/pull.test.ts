// The inbox that its agent asks for, on real Redis: gas is handed out until it is acknowledged, and to nobody else.
import { describe, expect } from 'vitest';
import { reportWords } from '../../../src/contracts/agents.ts';
import { bodySchema } from '../../../src/contracts/jobs.ts';
import type { Pipeline } from '../../../src/pipeline/index.ts';
import { it as base, type Rig } from './rig.ts';

const agents = ['A', 'B', 'C'].map((id) => ({ id, inbox: { kind: 'pull' } as const }));
const it = base.extend({ options: { agents } });
const never = new AbortController().signal;

/** Lays down what the queue was given, as its worker would. */
async function work({ jobs, pipeline }: Rig, { saysSo = true } = {}): Promise<void> {
  for (const { body } of jobs.of('gas.deliver')) {
    const { gas } = bodySchema('gas.deliver').parse(body);
    const { state, where } = await pipeline.inbox.deliver(gas);
    expect(state).toBe('waiting');
    if (saysSo) await pipeline.ledger.record(gas.id, { state: 'queued', detail: where, waits: true });
  }
}

async function handOver(rig: Rig, percent = 80): Promise<void> {
  await rig.pipeline.progress.report({ agent: 'A', mission: 'map', percent });
  await work(rig);
}

const told = ({ jobs }: Rig) => bodySchema('chat.report').parse(jobs.of('chat.report').at(-1)?.body).text;
const fetched = async ({ desk }: Pipeline, agent = 'B', waitMs = 0) => desk.fetch(agent, waitMs, never);
const stateOf = async ({ directory }: Pipeline, i = 0) =>
  (await directory.deliveries(9)).deliveries[i]?.state;

describe('gas that is fetched', () => {
  it('is handed out to its receiver alone, oldest first', async ({ rig }) => {
    await handOver(rig, 92);
    expect((await fetched(rig.pipeline)).map(({ to, checkpoint }) => [to, checkpoint])).toEqual([
      ['B', 75],
      ['B', 90],
    ]);
    expect([await fetched(rig.pipeline, 'A'), await fetched(rig.pipeline, 'C')]).toEqual([[], []]);
  });

  it('waits until it is fetched, is sent then, and accepted by word alone', async ({ rig }) => {
    await handOver(rig);
    expect([await stateOf(rig.pipeline), told(rig)]).toEqual([
      'queued',
      'the 75 % gas of A waits until B fetches it (mission map)',
    ]);
    const [gas] = await fetched(rig.pipeline);
    expect([await stateOf(rig.pipeline), told(rig)]).toEqual([
      'sent',
      'B has the 75 % gas of A in its inbox and has not accepted it yet (mission map)',
    ]);
    await rig.pipeline.desk.acknowledge('B', gas?.id ?? '', 'accepted');
    expect(await stateOf(rig.pipeline)).toBe('accepted');
  });

  it('that nobody fetches is laid down again, and then wants a person', async ({ rig }) => {
    await handOver(rig);
    for (const minutes of [5, 10, 20]) {
      rig.advance(minutes * 60_000 + 1_000);
      await rig.pipeline.work.sweep();
      await work(rig);
    }
    const { deliveries } = await rig.pipeline.directory.deliveries(1);
    expect(deliveries[0]?.state).toBe('queued');
    expect(deliveries[0]?.steps.at(-1)?.detail).toMatch(
      /^a person is wanted: not fetched within \d+ s, 3 tries$/,
    );
    expect(await fetched(rig.pipeline)).toHaveLength(1);
  });

  it('is handed out again until it is acknowledged, and says that it was', async ({ rig }) => {
    await handOver(rig);
    const [first] = await fetched(rig.pipeline);
    const [second] = await fetched(rig.twin);
    expect([first?.id, first?.handedAt, second?.handedAt]).toEqual([second?.id, null, expect.any(Number)]);
    expect(first?.text).toContain(`POST to \`/v1/agents/B/gas/${first?.id}/ack\``);
    const { state, gas } = await rig.twin.desk.acknowledge('B', first?.id ?? '', 'working');
    expect(gas.text).toBe(first?.text);
    expect([state, await fetched(rig.pipeline), await stateOf(rig.pipeline)]).toEqual([
      'working',
      [],
      'working',
    ]);
  });

  it('reads the same wherever its record is shown', async ({ rig }) => {
    await handOver(rig);
    const [{ id = '', text = '' } = {}] = await fetched(rig.pipeline);
    const { directory, ledger } = rig.pipeline;
    const shown = [
      (await directory.deliveries(1)).deliveries[0],
      await ledger.find(id),
      await ledger.record(id, { state: 'accepted', detail: 'on the word of cli:local' }),
    ];
    expect(text).not.toContain('move this file');
    expect(shown.map((view) => view?.gas.text)).toEqual([text, text, text]);
  });

  it('is told as fetched by whoever did', async ({ rig }) => {
    await handOver(rig, 92);
    const fetchedBy = async () => {
      const { deliveries } = await rig.pipeline.directory.deliveries(2);
      return new Set(deliveries.map(({ steps }) => steps.at(-1)?.detail));
    };
    await rig.pipeline.desk.fetch('B', 0, never, 'on the word of cli:local');
    expect(await fetchedBy()).toEqual(new Set(['fetched on the word of cli:local']));
    await handOver(rig, 100);
    await fetched(rig.pipeline);
    expect(await fetchedBy()).toContain('fetched by its agent');
  });

  it('is told as never fetched where its agent acknowledges it all the same, and whose word that is', async ({
    rig,
  }) => {
    await handOver(rig, 92);
    const { deliveries } = await rig.pipeline.directory.deliveries(2);
    const [second = '', first = ''] = deliveries.map(({ gas }) => gas.id);
    const own = await rig.pipeline.desk.acknowledge('B', first, 'accepted');
    expect(own.steps.slice(-2).map(({ detail }) => detail)).toEqual([
      'never fetched, told by B',
      'told by B',
    ]);
    const word = 'on the word of cli:local';
    const persons = await rig.pipeline.desk.acknowledge('B', second, 'accepted', word);
    expect(persons.steps.slice(-2).map(({ detail }) => detail)).toEqual([`never fetched, ${word}`, word]);
    await fetched(rig.twin, 'B');
    expect((await rig.pipeline.directory.deliveries(2)).deliveries.map(({ state }) => state)).toEqual([
      ...['accepted', 'accepted'],
    ]);
  });

  it('is laid down once, also after it was taken', async ({ rig }) => {
    await handOver(rig);
    await work(rig);
    const gas = await fetched(rig.pipeline);
    await rig.pipeline.desk.acknowledge('B', gas[0]?.id ?? '', 'accepted');
    await work(rig);
    expect([gas.length, await fetched(rig.pipeline)]).toEqual([1, []]);
  });

  it('is told as sent when it is handed out, though its worker died before it could say so', async ({
    rig,
  }) => {
    await rig.pipeline.progress.report({ agent: 'A', mission: 'map', percent: 80 });
    await work(rig, { saysSo: false });
    expect(await stateOf(rig.pipeline)).toBe('queued');
    await fetched(rig.pipeline);
    expect(await stateOf(rig.pipeline)).toBe('sent');
  });

  it('comes to whoever waits for it', async ({ rig }) => {
    const waiting = fetched(rig.pipeline, 'B', 20_000);
    await handOver(rig);
    expect(await waiting).toHaveLength(1);
  });

  it('is no longer waited for when nobody would read it', async ({ rig }) => {
    const gone = new AbortController();
    const waiting = rig.pipeline.desk.fetch('B', 3_600_000, gone.signal);
    gone.abort();
    expect(await waiting).toEqual([]);
  });

  it('that comes when its reader has gone is told as waiting, and handed out to the next', async ({
    rig,
  }) => {
    await handOver(rig);
    expect(await rig.pipeline.desk.fetch('B', 0, AbortSignal.abort())).toEqual([]);
    expect(await stateOf(rig.pipeline)).toBe('queued');
    expect(await fetched(rig.pipeline)).toHaveLength(1);
  });

  it('is not handed out any more once it was given to somebody else', async ({ rig }) => {
    await handOver(rig);
    const [gas] = await fetched(rig.pipeline);
    const replyTo = { surface: 'console', place: 'main' } as const;
    const order = { id: 'o-1', at: Date.now(), principal: 'console:local' };
    const body = { by: 'you', replyTo, delivery: gas?.id ?? '', to: 'C' };
    expect(await rig.pipeline.control['gas.reassign'](order, body)).toEqual({ kind: 'delivering' });
    // the worker that had it in its hands at that moment
    await work(rig);
    expect([(await fetched(rig.pipeline)).length, (await fetched(rig.pipeline, 'C')).length]).toEqual([0, 1]);
  });

  it('is acknowledged by nobody but its receiver', async ({ rig }) => {
    await handOver(rig);
    const [gas] = await fetched(rig.pipeline);
    for (const [agent, id] of [
      ['C', gas?.id ?? ''],
      ['B', 'x-nobody'],
    ] as const) {
      await expect(rig.pipeline.desk.acknowledge(agent, id, 'accepted')).rejects.toMatchObject({
        code: 'DELIVERY_UNKNOWN',
      });
    }
    expect(await stateOf(rig.pipeline)).toBe('sent');
  });
});

describe('who has a status file', () => {
  const [A, ...others] = agents;
  const mixed = base.extend({
    options: { agents: [{ ...A, id: 'A', statusFile: '/nowhere/A.json' }, ...others] },
  });

  mixed('is told of each agent, so that a command can ask for what it can do', async ({ rig }) => {
    const views = await rig.pipeline.directory.agents();
    expect(views.map(({ agent, hasStatusFile }) => [agent, hasStatusFile])).toEqual([
      ['A', true],
      ['B', undefined],
      ['C', undefined],
    ]);
  });

  mixed('changes no word that a person wrote to one', async ({ rig }) => {
    const text = `Tell Bea: ${reportWords.blocked.door}`;
    const order = { id: 'o1', at: Date.now(), principal: 'cli:local' };
    const replyTo = { surface: 'console', place: 'main' } as const;
    await rig.pipeline.control['agent.message'](order, { by: 'ann', to: 'A', text, replyTo });
    await work(rig);
    const [gas] = await fetched(rig.pipeline, 'A');
    expect(gas?.text).toContain(`\n\n${text}\n\nWhen you take this on, call the tool`);
    const { deliveries } = await rig.pipeline.directory.deliveries(1);
    expect(deliveries[0]?.gas.text).toBe(gas?.text);
  });
});
