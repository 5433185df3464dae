// Read models that hold what a test puts into them, and words to fill them with.

import type { Access } from '../../../src/access/index.ts';
import { answerLines, catalogue } from '../../../src/commands/index.ts';
import type { CommandPorts } from '../../../src/commands/spec.ts';
import type { ActionView } from '../../../src/contracts/actions.ts';
import type { AgentView, DeliveryView, SkippedTicks } from '../../../src/contracts/agents.ts';
import type { Learning } from '../../../src/contracts/brain.ts';
import type { Answer } from '../../../src/contracts/chat.ts';
import type { DroneView } from '../../../src/contracts/drones.ts';
import type { DeadLetter, QueueView } from '../../../src/contracts/queues.ts';
import type { InstanceView, ServiceView } from '../../../src/contracts/services.ts';
import type { ProcessView } from '../../../src/contracts/system.ts';
import { inQueue } from '../../support/kept.ts';
import { ManualClock } from '../core/manual-clock.ts';

export const now = 1_700_000_000_000;
export const ago = (seconds: number) => now - seconds * 1_000;

export interface Known {
  readonly services?: readonly ServiceView[];
  readonly skipped?: readonly SkippedTicks[];
  readonly agents?: readonly AgentView[];
  readonly deliveries?: readonly DeliveryView[];
  /** How many records of deliveries cannot be read. */
  readonly unreadable?: number;
  readonly learnings?: readonly Learning[];
  readonly drones?: readonly DroneView[];
  readonly processes?: readonly ProcessView[];
  readonly actions?: readonly ActionView[];
  readonly queues?: readonly QueueView[];
  /** The newest first. */
  readonly letters?: readonly DeadLetter[];
  /** Dead letters that were removed. */
  readonly cut?: number;
}

export function portsOf(known: Known): CommandPorts {
  return {
    clock: new ManualClock(now),
    services: {
      services: async () => known.services ?? [],
      names: async () => (known.services ?? []).map(({ service }) => service),
      service: async (name) => known.services?.find(({ service }) => service === name) ?? null,
    },
    agents: {
      agents: async () => known.agents ?? [],
      skipped: async () => known.skipped ?? [],
      deliveries: async (limit) => ({
        deliveries: (known.deliveries ?? []).slice(0, limit),
        unreadable: known.unreadable ?? 0,
      }),
    },
    brain: { search: async () => (known.learnings ?? []).map((one) => ({ ...one, score: 1 })) },
    drones: { drones: async () => known.drones ?? [] },
    system: { processes: async () => known.processes ?? [] },
    queues: queuesOf(known),
    jobs: { add: async () => inQueue },
    record: {
      query: async () => ({ lines: [], looked: 0, complete: true, unreadable: 0 }),
      find: async () => null,
    },
    access: nobodyKnown,
    actions: { note: async () => undefined, find: async () => known.actions ?? [] },
    approvals: { find: async () => null, waiting: async () => [], unreadable: async () => [] },
    policy: {
      decide: async () => ({ allowed: true, gates: [], blockedBy: null, policyVersion: 'test' }),
      dangerOf: () => 'none',
      personOf: async ({ surface, id }) => `${surface}:${id}`,
    },
  };
}

/** Of a policy that has no people. */
const nobodyKnown: Access = {
  people: [],
  roles: [],
  portrait: async () => null,
  why: async () => null,
  objection: async () => null,
  grant: async () => true,
  lockingOut: async () => null,
  denying: async () => null,
  afterwards: async () => null,
  revoke: async () => true,
  offerCode: async () => ({ code: 'AAAAA-CCCCC', expiresAt: now }),
  enterCode: async () => ({ kind: 'wrong', left: 4 }),
  unlink: async () => false,
};
function queuesOf({ queues = [], letters = [], cut = 0 }: Known): CommandPorts['queues'] {
  return {
    queues: async () => queues,
    deadLetters: async (limit, queue) => {
      const wanted = letters.filter((letter) => queue === undefined || letter.queue === queue);
      return { letters: wanted.slice(0, limit), total: wanted.length, cut };
    },
    deadLetter: async (typed) => {
      const found = letters.filter(({ id }) => id.startsWith(typed));
      return { letter: (found.length === 1 && found[0]) || null, ids: found.map(({ id }) => id) };
    },
  };
}

/** Asks a question of the catalogue. */
export async function ask(
  name: string,
  known: Known,
  args: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const spec = catalogue.find((one) => one.name === name || one.aliases?.includes(name));
  if (spec?.kind !== 'question') throw new Error(`${name} is no question`);
  const identity = { surface: 'console', id: 'local', name: 'you' } as const;
  return spec.answer({ args, identity }, portsOf(known));
}

/** The answer as a person at the console reads it, behind its tone. */
export async function told(name: string, known: Known, args: Readonly<Record<string, string>> = {}) {
  const answer = await ask(name, known, args);
  return [`[${answer.tone}]`, ...answerLines(answer)];
}

export const service = (name: string, given: Partial<ServiceView> = {}): ServiceView => ({
  service: name,
  state: 'ready',
  incarnation: 'a1b2c3d4e5f6',
  readySince: ago(300),
  seenAt: ago(1),
  instances: [],
  use: null,
  detail: '',
  ...given,
});

export const instance = (id: string, given: Partial<InstanceView> = {}): InstanceView => ({
  instance: id,
  state: 'ready',
  incarnation: 'a1b2c3d4e5f6',
  readySince: ago(300),
  seenAt: ago(1),
  detail: '',
  host: 'hall',
  pid: 7,
  version: null,
  use: null,
  ...given,
});

export const agent = (id: string, given: Partial<AgentView> = {}): AgentView => ({
  agent: id,
  state: 'executing',
  mission: 'Survey 1',
  epoch: 1,
  percent: 75,
  seenAt: ago(3),
  problem: null,
  hasInbox: true,
  next: null,
  receivers: given.next == null ? [] : [given.next],
  waits: [],
  nextCheckpoint: 90,
  paused: null,
  watch: { signs: [], silentSince: null, tier: 'none', outOfGasSince: null, waitsFor: null },
  ...given,
});

export const delivery = (id: string, given: Partial<DeliveryView> = {}): DeliveryView => {
  const state = given.state ?? 'sent';
  return {
    gas: {
      id,
      from: 'Agent-1',
      to: 'Agent-2',
      mission: 'Survey 1',
      epoch: 1,
      checkpoint: 75,
      percent: 76,
      createdAt: ago(60),
      text: 'Go on.',
    },
    state,
    since: ago(30),
    steps: [{ state, at: ago(30), detail: '' }],
    ...given,
  };
};

export const drone = (id: string, given: Partial<DroneView['status']> = {}, seenAt = ago(1)): DroneView => ({
  status: {
    drone: id,
    at: ago(1),
    link: 'connected',
    batteryPercent: 81.6,
    flying: true,
    altitudeM: 24.25,
    video: 'streaming',
    ...given,
  },
  seenAt,
});

type LinkView = ProcessView['links'][number];

export const link = (name: string, given: Partial<LinkView> = {}): LinkView => ({
  name,
  state: 'up',
  detail: '',
  since: ago(600),
  lastProofAt: ago(1),
  seen: {},
  recreated: 0,
  hard: true,
  ...given,
});

export const process = (pid: number, links: readonly LinkView[], at = ago(1)): ProcessView => ({
  instance: `i-${pid}`,
  pid,
  roles: ['workers', 'pipeline'],
  startedAt: ago(600),
  at,
  links: [...links],
  components: [],
  resources: [],
  breakers: [],
  alerts: [],
});

type PartView = ProcessView['components'][number];

/** A part that has failed. */
export const failedPart = (name: string, given: Partial<PartView> = {}): PartView => ({
  name,
  state: 'failed',
  hard: false,
  restarts: 0,
  braked: false,
  error: 'no luck',
  ...given,
});
