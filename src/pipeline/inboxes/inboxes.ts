// All inboxes behind one port: whom a gas is for decides which one takes it.
import { resolve } from 'node:path';
import type { Gas } from '../../contracts/agents.ts';
import { domainErrors } from '../../contracts/errors.ts';
import type { AgentInbox, GasBus } from '../../contracts/ports.ts';
import type { Clock } from '../../core/clock.ts';
import { SwarmError } from '../../core/errors.ts';
import type { PipelineAgent } from '../intake.ts';
import { acceptance } from '../text.ts';
import { createAmqpInbox } from './amqp-inbox.ts';
import type { InboxConfig } from './config.ts';
import { createFileInbox } from './file-inbox.ts';
import { asRead } from './frame.ts';
import type { Acknowledgement, Inbox } from './inbox.ts';
import type { Mailbox } from './mailbox.ts';
import { noInbox } from './no-inbox.ts';
import { createPullInbox } from './pull-inbox.ts';
import { createTmux } from './tmux.ts';
import { createTmuxInbox } from './tmux-inbox.ts';
import { createWebhookInbox } from './webhook-inbox.ts';

export interface InboxesDeps {
  readonly clock: Clock;
  /** Default: there is no RabbitMQ. */
  readonly bus?: (() => GasBus | undefined) | undefined;
  /** Where gas lies that is fetched. Default: there is no Redis. */
  readonly mailbox?: Mailbox | undefined;
}

export interface Inboxes extends AgentInbox {
  /** A gas as its receiver reads it; of one that is configured no more, as it is stored. */
  asRead(gas: Gas): Gas;
  /** How an agent acknowledges. @throws SwarmError AGENT_UNKNOWN */
  ackOf(agent: string): Acknowledgement;
}

/** Makes the inbox of each agent; opens nothing. */
export function createInboxes(
  deps: InboxesDeps,
  agents: readonly Pick<PipelineAgent, 'id' | 'inbox' | 'statusFile'>[],
): Inboxes {
  const filed = new Set(agents.flatMap(({ id, statusFile }) => (statusFile === undefined ? [] : [id])));
  const inboxes = new Map(agents.map(({ id, inbox }) => [id, makeInbox(deps, inbox)]));
  const asReadBy = ({ takeOn }: Pick<Inbox, 'takeOn'>, gas: Gas) =>
    asRead(gas, { takeOn, hasStatusFile: filed.has(gas.to) });
  const known = (agent: string): Inbox => {
    const inbox = inboxes.get(agent);
    if (inbox) return inbox;
    throw new SwarmError(domainErrors.agentUnknown, `no agent ${agent} has an inbox`);
  };
  return {
    ackOf: (agent) => known(agent).ack,
    asRead: (gas) => asReadBy(inboxes.get(gas.to) ?? ofFolder, gas),
    deliver: async (gas, signal) => {
      const inbox = known(gas.to);
      return inbox.deliver(asReadBy(inbox, gas), signal ?? endless());
    },
    has: async (gas, signal) => known(gas.to).has(gas, signal ?? endless()),
    withdraw: async (gas, signal) => known(gas.to).withdraw(gas, signal ?? endless()),
  };
}

/** Whoever is configured no more reads what is stored. */
const ofFolder: Pick<Inbox, 'takeOn'> = { takeOn: () => acceptance };

/** The inbox of one agent. */
export function makeInbox(
  { clock, bus, mailbox }: InboxesDeps,
  inbox: string | InboxConfig | undefined,
): Inbox {
  if (inbox === undefined) return noInbox;
  if (typeof inbox === 'string') return createFileInbox({ folder: resolve(inbox) });
  switch (inbox.kind) {
    case 'file':
      return createFileInbox({ folder: resolve(inbox.path) });
    case 'tmux':
      return createTmuxInbox({ tmux: createTmux(inbox), clock }, inbox);
    case 'webhook':
      return createWebhookInbox({ clock }, inbox);
    case 'amqp':
      return createAmqpInbox({ bus: () => bus?.() });
    case 'pull':
      return createPullInbox({ mailbox });
  }
}

/** Each inbox has deadlines of its own. */
function endless(): AbortSignal {
  return new AbortController().signal;
}
