// Gas that no try could hand over goes to whoever stands in; where one may have, a person is wanted. On real Redis.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect } from 'vitest';
import type { Gas } from '../../../src/contracts/agents.ts';
import { toSwarmError } from '../../../src/core/errors.ts';
import { inboxSchema } from '../../../src/pipeline/inboxes/config.ts';
import { makeDeliverGas } from '../../../src/queue/index.ts';
import { alerts, ann, gasOf, order, record, status, sweepAfter } from './orders.ts';
import { it, type Rig } from './rig.ts';

const standIn = {
  chain: { chain: ['A', 'B'], end: 'stop', schedules: [], agents: { B: { fallback: ['C'] } } },
} as const;

const minute = 60_000;

describe('a receiver that no try reached', () => {
  const pull = inboxSchema.parse({ kind: 'pull' });
  const from = (inbox: object) => ({
    ...standIn,
    agents: [{ id: 'A' }, { id: 'B', inbox: inboxSchema.parse(inbox) }, { id: 'C', inbox: pull }],
  });
  /** All that the queue makes of it: a try, and its end by what that met. */
  async function giveUp({ pipeline }: Rig, gas: Gas): Promise<void> {
    const { ledger, inbox } = pipeline;
    const handler = makeDeliverGas({ ledger, inbox, noteMissed: pipeline.noteMissed });
    const at = { issuedAt: 0, deadline: 0, principal: 'system:test', causationId: null } as const;
    const envelope = { v: 1, id: gas.id, correlationId: gas.id, ...at } as const;
    const signal = new AbortController().signal;
    const met = await Promise.resolve(handler.run({ gas }, { envelope, signal })).then(
      () => null,
      (thrown: unknown) => toSwarmError(thrown),
    );
    if (met === null) throw new Error('it was handed over');
    await handler.dead({ gas }, { envelope, code: met.code }, met.message);
  }

  const secretFile = join(mkdtempSync(join(tmpdir(), 'swarmline-secret-')), 'secret');
  writeFileSync(secretFile, `whsec_${Buffer.alloc(32, 7).toString('base64')}`);
  afterAll(() => rmSync(dirname(secretFile), { recursive: true }));
  describe.each([
    ['a webhook where nobody listens', { kind: 'webhook', url: 'http://127.0.0.1:2/', secretFile }],
    ['RabbitMQ that is not there', { kind: 'amqp' }],
    ['a tmux that has gone', { kind: 'tmux', pane: 'gone:0.0', socket: '/nowhere/tmux' }],
  ])('%s', (_what, inbox) => {
    it.override({ options: from(inbox) });

    it('has none of it, and whoever stands in gets it', async ({ rig }) => {
      await rig.pipeline.observe('A', status(80), Date.now());
      const [gas] = gasOf(rig);
      if (gas) await giveUp(rig, gas);
      expect(await record(rig)).toEqual(['A→B 75 failed']);
      await rig.pipeline.work.sweep();
      expect(await record(rig)).toEqual(['A→B 75 rerouted', expect.stringMatching(/^A→C 75 /)]);
    });

    it('is not said to have had it again, where it was sent before and another try came due', async ({
      rig,
    }) => {
      await rig.pipeline.observe('A', status(80), Date.now());
      const [gas] = gasOf(rig);
      if (!gas) throw new Error('there is no gas');
      await rig.pipeline.ledger.record(gas.id, { state: 'sent', detail: 'where it was' });
      rig.advance(6 * minute);
      await rig.pipeline.work.sweep();
      await giveUp(rig, gas);
      const [now] = (await rig.pipeline.directory.deliveries(1)).deliveries;
      expect(now?.steps.slice(-3)).toMatchObject([
        { state: 'sent', detail: 'where it was' },
        { state: 'sent', detail: expect.stringMatching(/^try 2 of 3 is due: not acknowledged within/) },
        { state: 'sent', detail: expect.stringMatching(/^not laid down: /) },
      ]);
    });
  });
});

describe('gas of which nobody knows whether it was handed over', () => {
  it.override({ options: standIn });

  it('goes to nobody else, and wants a person when what was sent would', async ({ rig }) => {
    await rig.pipeline.observe('A', status(80), Date.now());
    const [gas] = gasOf(rig);
    await rig.pipeline.ledger.record(gas?.id ?? '', { state: 'unknown', detail: 'no answer' });
    rig.advance(34 * minute);
    await rig.pipeline.work.sweep();
    expect(await alerts(rig)).toEqual([]);
    rig.advance(2 * minute);
    await rig.pipeline.work.sweep();
    expect(await record(rig)).toEqual(['A→B 75 unknown']);
    expect(await alerts(rig)).toMatchObject([
      { receiver: 'B', detail: expect.stringMatching(/nobody can tell .*: no answer$/) },
    ]);
    const words = { ...ann, agent: 'A', checkpoint: 75, reason: 'no need' } as const;
    expect(await rig.pipeline.control['gas.skip'](order(), words)).toMatchObject({ kind: 'done' });
    expect([await record(rig), await alerts(rig)]).toEqual([['A→B 75 suppressed'], []]);
  });

  describe('until a person is wanted', () => {
    async function wanting(rig: Rig): Promise<string> {
      await rig.pipeline.observe('A', status(80), Date.now());
      const id = gasOf(rig)[0]?.id ?? '';
      await rig.pipeline.ledger.record(id, { state: 'unknown', detail: 'no answer' });
      await sweepAfter(rig, 36);
      expect(await alerts(rig)).toHaveLength(1);
      return id;
    }

    it('wants nobody any more where it was, and is owed as what was sent is', async ({ rig }) => {
      const id = await wanting(rig);
      await rig.pipeline.ledger.record(id, { state: 'sent', detail: 'its inbox' });
      expect(await alerts(rig)).toEqual([]);
      const before = rig.jobs.of('gas.deliver').length;
      await sweepAfter(rig, 6);
      expect(rig.jobs.of('gas.deliver')).toHaveLength(before + 1);
      await sweepAfter(rig, 11, 20, 1);
      expect(await record(rig)).toEqual(['A→B 75 rerouted', 'A→C 75 sent']);
    });

    it('goes to whoever stands in where it was not', async ({ rig }) => {
      const id = await wanting(rig);
      await rig.pipeline.ledger.record(id, { state: 'failed', detail: 'nobody listens' });
      await sweepAfter(rig, 1, 1);
      expect(await record(rig)).toEqual(['A→B 75 rerouted', 'A→C 75 sent']);
      expect(await alerts(rig)).toEqual([]);
    });
  });

  it('is laid down on once a person is wanted', async ({ rig }) => {
    await rig.pipeline.observe('A', status(80), Date.now());
    const [gas] = gasOf(rig);
    await rig.pipeline.ledger.record(gas?.id ?? '', { state: 'unknown', detail: 'no answer' });
    await sweepAfter(rig, 36);
    const before = rig.jobs.of('gas.deliver').length;
    await sweepAfter(rig, 20);
    expect(rig.jobs.of('gas.deliver')).toHaveLength(before + 1);
  });
});
