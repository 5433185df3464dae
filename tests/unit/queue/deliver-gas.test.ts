// Job `gas.deliver`: what is told of a gas, by what its inbox and the fault of its tries say.
import { describe, expect, it } from 'vitest';
import type { DeliveryState } from '../../../src/contracts/agents.ts';
import { domainErrors } from '../../../src/contracts/errors.ts';
import type { AgentInbox, Handed } from '../../../src/contracts/ports.ts';
import { SwarmError } from '../../../src/core/errors.ts';
import { makeDeliverGas } from '../../../src/queue/index.ts';
import { delivery } from '../commands/ports.ts';
import { context, envelope } from './job-context.ts';

describe('gas.deliver', () => {
  const { gas } = delivery('g-1');

  /** @param after the state that a word of the ledger leads to */
  function scene(
    state: DeliveryState | null,
    after: DeliveryState = 'sent',
    {
      handed = { state: 'sent', where: '/inbox/g-1.md' },
      has = async () => false,
      deliver,
    }: { readonly handed?: Handed } & Partial<Pick<AgentInbox, 'has' | 'deliver'>> = {},
  ) {
    const log: string[] = [];
    const handler = makeDeliverGas({
      ledger: {
        state: async () => state,
        record: async (id, event) => {
          log.push(`${id} ${event.state}: ${event.detail}`);
          return delivery(id, { state: after });
        },
      },
      inbox: {
        deliver:
          deliver ??
          (async ({ id }) => {
            log.push(`${id} laid down`);
            return handed;
          }),
        has,
        withdraw: async ({ id }) => {
          log.push(`${id} taken back`);
          return 'withdrawn';
        },
      },
    });
    return { handler, log };
  }

  // What is sent is laid down again while nobody has acknowledged it; the inbox knows what it has.
  it.each(['pending', 'queued', 'unknown', 'sent'] as const)(
    'lays a %s gas into the inbox, and then says sent',
    async (state) => {
      const { handler, log } = scene(state);
      await handler.run({ gas }, context());
      expect(log).toEqual(['g-1 laid down', 'g-1 sent: /inbox/g-1.md']);
    },
  );

  it.each(['held', 'accepted', 'working', 'suppressed', 'failed', 'rerouted', 'expired'] as const)(
    'does nothing to a gas that is %s already',
    async (state) => {
      const { handler, log } = scene(state);
      await handler.run({ gas }, context());
      expect(log).toEqual([]);
    },
  );

  it('notes why a try failed, and fails by that whatever becomes of the note', async () => {
    const notes: string[] = [];
    const handler = makeDeliverGas({
      ledger: { state: async () => 'queued', record: async (id) => delivery(id) },
      inbox: {
        deliver: () => Promise.reject(new SwarmError(domainErrors.inboxUnreachable, 'it answered 500')),
        has: async () => false,
        withdraw: async () => 'absent',
      },
      noteMissed: async (id, why) => {
        notes.push(`${id} ${why}`);
        throw new SwarmError(domainErrors.storeConflict, 'not noted');
      },
    });
    await expect(handler.run({ gas }, context())).rejects.toMatchObject({ code: 'INBOX_UNREACHABLE' });
    expect(notes).toEqual(['g-1 it answered 500']);
  });

  it.each([
    ['none where the inbox cannot say', null, []],
    ['one where the inbox does not have it', false, ['g-1 no answer']],
    ['none where the inbox has it', true, []],
  ] as const)('makes a note of a try that may have handed it over: %s', async (_what, lies, noted) => {
    const notes: string[] = [];
    const handler = makeDeliverGas({
      ledger: { state: async () => 'queued', record: async (id) => delivery(id) },
      inbox: {
        deliver: () => Promise.reject(new SwarmError(domainErrors.inboxUncertain, 'no answer')),
        has: async () => lies,
        withdraw: async () => 'absent',
      },
      noteMissed: async (id, why) => notes.push(`${id} ${why}`),
    });
    await expect(handler.run({ gas }, context())).rejects.toMatchObject({ code: 'INBOX_UNCERTAIN' });
    expect(notes).toEqual(noted);
  });

  it.each([
    ['refused', domainErrors.inboxUnreachable, ['true', 'false']],
    ['cut off', domainErrors.inboxUncertain, ['true']],
  ])(
    'says before its try that it may hand it over, and takes that back where it was %s',
    async (_what, kind, notes) => {
      const deliver = () => Promise.reject(new SwarmError(kind, 'what it met'));
      const { handler } = scene('queued', 'sent', { deliver });
      const noted: string[] = [];
      const doubt = { before: false, note: (may: boolean) => void noted.push(String(may)) };
      await expect(handler.run({ gas }, { ...context(), doubt })).rejects.toMatchObject({ code: kind.code });
      expect(noted).toEqual(notes);
    },
  );

  it('is told as unknown by a try that was refused, where an earlier one may have handed it over', async () => {
    const deliver = () => Promise.reject(new SwarmError(domainErrors.inboxUnreachable, 'nobody listens'));
    const { handler, log } = scene('queued', 'sent', { has: async () => null, deliver });
    const doubt = { before: true, note: () => undefined };
    await expect(handler.run({ gas }, { ...context(), doubt })).rejects.toThrow('nobody listens');
    expect(log).toEqual(['g-1 unknown: an earlier try may have handed it over; nobody listens']);
  });

  it('fails by what its try met, also where nobody can note that it may have been handed over', async () => {
    const handler = makeDeliverGas({
      ledger: {
        state: async () => 'queued',
        record: () => Promise.reject(new SwarmError(domainErrors.storeConflict, 'not noted')),
      },
      inbox: {
        deliver: () => Promise.reject(new SwarmError(domainErrors.inboxUncertain, 'no answer')),
        has: async () => null,
        withdraw: async () => 'absent',
      },
    });
    await expect(handler.run({ gas }, context())).rejects.toMatchObject({ code: 'INBOX_UNCERTAIN' });
  });

  it('says what the receiver acknowledged in the same breath', async () => {
    const { handler, log } = scene('queued', 'sent', {
      handed: { state: 'sent', where: 'https://agent.example', acknowledged: 'accepted' },
    });
    await handler.run({ gas }, context());
    expect(log).toEqual([
      'g-1 laid down',
      'g-1 sent: https://agent.example',
      'g-1 accepted: answered by https://agent.example',
    ]);
  });

  it('calls failed what the receiver refuses for good, and does not try it again', async () => {
    const refused = { state: 'refused', where: 'https://agent.example', reason: 'HTTP 410' } as const;
    const { handler, log } = scene('queued', 'sent', { handed: refused });
    await handler.run({ gas }, context());
    expect(log).toEqual(['g-1 laid down', 'g-1 failed: HTTP 410']);
  });

  it.for([
    ['of which nobody can tell', 'unknown', undefined],
    [
      'that an earlier try of the queue may have handed over',
      'queued',
      { before: true, note: () => undefined },
    ],
  ] as const)('does not call failed what is refused now and %s', async ([, state, doubt]) => {
    const handed = { state: 'refused', where: 'https://agent.example', reason: 'HTTP 410' } as const;
    const { handler, log } = scene(state, 'unknown', { handed, has: async () => null });
    await handler.run({ gas }, { ...context(), ...(doubt && { doubt }) });
    expect(log).toEqual(['g-1 laid down', 'g-1 unknown: an earlier try may have handed it over; HTTP 410']);
  });

  it.for([
    ['run', 'waits to be fetched'],
    ['dead', 'lies there to be fetched after all its tries'],
  ] as const)('(%s) does not call sent what %s', async ([way]) => {
    const handed = { state: 'waiting', where: 'mailbox of Agent-2' } as const;
    const { handler, log } = scene('queued', 'queued', { handed, has: async () => true });
    if (way === 'run') await handler.run({ gas }, context());
    else await handler.dead({ gas }, { envelope: envelope() }, 'given up');
    expect(log).toEqual(['g-1 laid down', 'g-1 queued: mailbox of Agent-2']);
  });

  it('takes back what was given to another agent while it was being laid down', async () => {
    const { handler, log } = scene('queued', 'rerouted');
    await handler.run({ gas }, context());
    expect(log.at(-1)).toBe('g-1 taken back');
  });

  it('does nothing for a delivery that nobody made', async () => {
    const { handler, log } = scene(null);
    await handler.run({ gas }, context());
    expect(log).toEqual([]);
  });

  const lies = async () => true;
  const absent = async () => false;
  const silent = async () => null;
  const blind = () => Promise.reject(new SwarmError(domainErrors.inboxUnwritable, 'no such host'));
  it.each([
    ['lies in the inbox after all', 'JOB_TIMED_OUT', lies, 'sent: /inbox/g-1.md'],
    ['lies nowhere, and no run of it is left', 'UNEXPECTED', absent, 'failed: why'],
    ['lies nowhere yet, but its run did not end', 'JOB_TIMED_OUT', absent, 'unknown: why'],
    ['was refused by an inbox that cannot be looked into', 'INBOX_UNWRITABLE', blind, 'failed: why'],
    ['went to an inbox that cannot be looked into', 'UNEXPECTED', blind, 'unknown: why'],
    ['went to an inbox that cannot tell', 'JOB_KILLS_WORKER', silent, 'unknown: why'],
    ['found nobody at an inbox that cannot tell', 'INBOX_UNREACHABLE', silent, 'failed: why'],
    ['found nobody at an inbox that has gone', 'INBOX_UNREACHABLE', blind, 'failed: why'],
    ['found no RabbitMQ', 'BRIDGE_DOWN', silent, 'failed: why'],
    ['was answered by nobody at last', 'INBOX_UNCERTAIN', silent, 'unknown: why'],
    ['was not confirmed by RabbitMQ', 'PUBLISH_UNCONFIRMED', silent, 'unknown: why'],
  ])('that has failed for good, and %s, is told with %s as such', async (_what, code, has, told) => {
    const { handler, log } = scene('queued', 'sent', { has });
    await handler.dead({ gas }, { envelope: envelope(), code }, 'why');
    expect(log.at(-1)).toBe(`g-1 ${told}`);
  });

  it.each([
    ['a try before the last may have handed over', 'unknown', {}],
    ['a process died over', 'queued', { doubted: true }],
  ] as const)('stays unknown where %s', async (_what, state, death) => {
    const { handler, log } = scene(state, 'sent', { has: silent });
    const code = 'INBOX_UNREACHABLE';
    await handler.dead({ gas }, { envelope: envelope(), code, ...death }, 'why');
    expect(log).toEqual(['g-1 unknown: why']);
  });

  it.each([
    ['unknown', 'may have handed it over', domainErrors.inboxUncertain, silent, ['g-1 unknown: what it met']],
    ['queued', 'handed nothing over', domainErrors.inboxUnreachable, silent, []],
    ['queued', 'left nothing where the inbox can be asked', domainErrors.inboxUncertain, absent, []],
  ])('is %s after a try that %s', async (_state, _what, kind, has, told) => {
    const deliver = () => Promise.reject(new SwarmError(kind, 'what it met'));
    const { handler, log } = scene('queued', 'sent', { has, deliver });
    await expect(handler.run({ gas }, context())).rejects.toMatchObject({ code: kind.code });
    expect(log).toEqual(told);
  });
});
