// The jobs of what people order: asked again whether they may, done once at the door, told only what no delivery tells.
import { describe, expect, it } from 'vitest';
import { domainErrors } from '../../../src/contracts/errors.ts';
import type { JobName, JobOrder } from '../../../src/contracts/jobs.ts';
import { jobCatalogue } from '../../../src/contracts/jobs.ts';
import type { SwarmControl, SwarmJobName, SwarmOutcome } from '../../../src/contracts/swarm-orders.ts';
import { SwarmError } from '../../../src/core/errors.ts';
import { makeSwarmOrders } from '../../../src/queue/index.ts';
import { notingSink } from '../../support/kept.ts';
import { ManualClock } from '../core/manual-clock.ts';

const replyTo = { surface: 'discord', place: '9' } as const;
const base = { by: 'ann', replyTo };

const orders = [
  ['agent.message', { ...base, to: 'Agent-2', text: 'hello' }, 'agent.message:Agent-2'],
  ['agent.message', { ...base, to: null, text: 'hello' }, 'agent.message:*'],
  ['gas.send', { ...base, agent: 'Agent-2', text: null }, 'gas.send:Agent-2'],
  ['gas.pause', { ...base, agent: 'Agent-1' }, 'gas.pause:Agent-1'],
  ['gas.pause', { ...base, agent: null }, 'gas.pause:*'],
  ['gas.resume', { ...base, agent: 'Agent-1', held: 'skip' }, 'gas.resume:Agent-1'],
  ['gas.resume', { ...base, agent: null, held: 'deliver' }, 'gas.resume:*'],
  ['gas.skip', { ...base, agent: 'Agent-1', checkpoint: 90, reason: '' }, 'gas.skip:Agent-1'],
  ['gas.board', { ...base, show: true }, 'gas.board'],
  ['gas.reassign', { ...base, delivery: 'x1', to: 'Agent-3' }, 'gas.reassign:Agent-3'],
  ['brain.note', { ...base, learning: 'a', tags: [] }, 'brain.note'],
] as const satisfies readonly (readonly [SwarmJobName, unknown, string])[];

interface Given {
  readonly outcome?: SwarmOutcome | SwarmError;
  readonly may?: boolean;
  readonly began?: boolean;
}

function scene({ outcome = { kind: 'delivering' }, may = true, began = false }: Given = {}) {
  const clock = new ManualClock(1_000);
  const called: unknown[] = [];
  const permissions: string[] = [];
  const jobs: JobOrder<JobName>[] = [];
  const answer = (name: string) => async (order: unknown) => {
    called.push([name, order]);
    if (outcome instanceof SwarmError) throw outcome;
    return outcome;
  };
  const control: SwarmControl = {
    'agent.message': answer('agent.message'),
    'gas.send': answer('gas.send'),
    'gas.pause': answer('gas.pause'),
    'gas.resume': answer('gas.resume'),
    'gas.skip': answer('gas.skip'),
    'gas.board': answer('gas.board'),
    'gas.reassign': answer('gas.reassign'),
    'brain.note': answer('brain.note'),
  };
  const handlers = makeSwarmOrders({
    control,
    traces: { began: async () => began },
    clock,
    jobs: notingSink((order) => jobs.push(order)),
    authority: {
      allows: async (principal, permission) => {
        permissions.push(`${principal} ${permission}`);
        return may;
      },
    },
  });
  const envelope = {
    ...({ v: 1, id: 'j-1', correlationId: 'c-1', causationId: null, principal: 'discord:1' } as const),
    issuedAt: 900,
    deadline: 2_000,
  };
  const handler = (name: SwarmJobName) => {
    const found = handlers.find((one) => one.name === name);
    if (!found) throw new Error(`no handler for ${name}`);
    return found;
  };
  const told = () =>
    jobs.map(({ body }) => {
      const report = jobCatalogue['chat.report'].body.parse(body);
      return { about: report.about, text: report.text, states: report.steps.map(({ state }) => state) };
    });
  return {
    clock,
    called,
    permissions,
    jobs,
    told,
    run: (name: SwarmJobName, body: unknown) =>
      handler(name).take(body, { envelope })({ envelope, signal: new AbortController().signal }),
    dead: (name: SwarmJobName, body: unknown) => handler(name).dead(body, { envelope }, 'no luck'),
  };
}

const pause = { ...base, agent: 'Agent-1' };

describe('an order of a person', () => {
  it.each(orders)('%s %j needs %s, and is done under its correlation id', async (name, body, permission) => {
    const { run, called, permissions, told } = scene();
    await run(name, body);
    expect(permissions).toEqual([`discord:1 ${permission}`]);
    expect(called).toEqual([[name, { id: 'c-1', at: 900, principal: 'discord:1' }]]);
    expect(told()).toEqual([]);
  });

  it.each(orders)(
    '%s %j is not done for somebody who may not, and they are told',
    async (name, body, permission) => {
      const { run, called, told } = scene({ may: false });
      await run(name, body);
      expect(called).toEqual([]);
      const text = `nothing was done: discord:1 needs the permission ${permission}`;
      expect(told()).toEqual([{ about: 'c-1', text, states: ['failed'] }]);
    },
  );

  it('tells what was done', async () => {
    const { run, told } = scene({ outcome: { kind: 'done', text: 'Agent-1 paused' } });
    await run('gas.pause', pause);
    expect(told()).toEqual([{ about: 'c-1', text: 'Agent-1 paused', states: [] }]);
  });

  it('tells why nothing was done', async () => {
    const { run, told } = scene({ outcome: { kind: 'refused', reason: 'it is accepted already' } });
    await run('gas.pause', pause);
    expect(told()).toEqual([
      { about: 'c-1', text: 'nothing was done: it is accepted already', states: ['failed'] },
    ]);
  });

  it('about an agent that is no longer configured is refused and not tried again', async () => {
    const outcome = new SwarmError(domainErrors.agentUnknown, 'no agent Agent-1');
    const { run, told } = scene({ outcome });
    await run('gas.pause', pause);
    expect(told()).toMatchObject([{ text: 'nothing was done: no agent Agent-1' }]);
  });

  it('that met a fault is left to be tried again', async () => {
    const outcome = new SwarmError(domainErrors.queueUnavailable, 'gone');
    const { run, told } = scene({ outcome });
    await expect(run('gas.pause', pause)).rejects.toMatchObject({ code: 'QUEUE_UNAVAILABLE' });
    expect(told()).toEqual([]);
  });

  it('is done in the last moment of its time, and not after it', async () => {
    const { run, clock, called, told } = scene();
    clock.advance(1_000);
    await run('gas.pause', pause);
    clock.advance(1);
    await run('gas.pause', pause);
    expect(called).toHaveLength(1);
    expect(told()).toMatchObject([{ states: ['expired'] }]);
  });

  it('that took effect before its time was over is told as it came out', async () => {
    const { run, clock, told } = scene({ outcome: { kind: 'done', text: 'Agent-1 paused' }, began: true });
    clock.advance(1_001);
    await run('gas.pause', pause);
    expect(told()).toEqual([{ about: 'c-1', text: 'Agent-1 paused', states: [] }]);
  });

  it('that failed for good is told as unknown', async () => {
    const { dead, told } = scene();
    await dead('gas.pause', pause);
    expect(told()).toEqual([
      { about: 'c-1', text: 'unknown whether it was done: no luck', states: ['unknown'] },
    ]);
  });

  it('that is run again after it failed for good tells what it came to, above what nobody knew', async () => {
    const { run, dead, jobs } = scene({ outcome: { kind: 'done', text: 'Agent-1 paused' } });
    await dead('gas.pause', pause);
    await run('gas.pause', pause);
    const [unknown, end] = jobs.map(({ id, body }) => ({
      id,
      ...jobCatalogue['chat.report'].body.parse(body),
    }));
    expect([unknown?.seq, end?.seq, end?.text]).toEqual([0, 1, 'Agent-1 paused']);
    expect(end?.id).not.toBe(unknown?.id);
  });
});
