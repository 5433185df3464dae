// The stall watch of a simulation: the one that ships, with what it remembers in memory. Its nudges, and what it gives to
// another agent, are deliveries like any other. Beside it stands what it has decided, for whoever judges.
import type { AgentInbox } from '../../contracts/ports.ts';
import type { Clock } from '../../core/clock.ts';
import { coreErrors, SwarmError } from '../../core/errors.ts';
import { silentLogger } from '../../core/logger.ts';
import type { Ledger } from '../ledger.ts';
import { makeReassign } from '../orders/reassign.ts';
import type { Held } from '../records.ts';
import type { StallOptions } from '../stall/config.ts';
import { makePerform } from '../stall/perform.ts';
import type { Watch } from '../stall/record.ts';
import { createStallWatch } from '../stall/stall-watch.ts';
import type { WatchStore } from '../stall/store.ts';
import type { GasStore } from '../store.ts';
import type { Mishaps } from './memory-store.ts';

export interface WatchingDeps {
  readonly store: GasStore;
  readonly ledger: Ledger;
  readonly inbox: AgentInbox;
  readonly clock: Clock;
  readonly mishaps: Mishaps;
  /** Virtual time, ms since the run began, whatever the machine's clock says. */
  readonly elapsed: () => number;
}

export interface WatchingOptions {
  readonly agents: readonly string[];
  readonly stall: StallOptions;
}

/** The watch of one run, and what it did. */
export interface Watching {
  /** Whether a person is wanted for an agent, as the board of alerts shows it. */
  isCalled(agent: string): boolean;
  /** When the nudges of each agent were decided, ms of virtual time. */
  readonly nudged: ReadonlyMap<string, readonly number[]>;
  /** One look at every agent. */
  look(): Promise<void>;
}

export function createWatching(
  { store, ledger, inbox, clock, mishaps, elapsed }: WatchingDeps,
  { agents, stall }: WatchingOptions,
): Watching {
  const records = new Map<string, Held<Watch> & { readonly value: Watch }>();
  const nudged = new Map<string, number[]>();
  const watches = createMemoryWatches(records, mishaps, (before, after) => {
    if (isNewNudge(before, after)) nudged.set(after.agent, [...(nudged.get(after.agent) ?? []), elapsed()]);
  });
  const reassign = makeReassign({ store, ledger, inbox, clock, agents, inboxless: [] });
  const control = { 'gas.reassign': reassign };
  const perform = makePerform({ ledger, clock, control, logger: silentLogger }, operator);
  const watch = createStallWatch(
    { store, watches, perform, clock, logger: silentLogger },
    { agents: agents.map((id) => ({ id })), stall },
  );
  return {
    isCalled: (agent) => records.get(agent)?.value.tier === 'human',
    nudged,
    look: () => (stall.enabled ? watch.look() : Promise.resolve()),
  };
}

/** An effect is owed from when it is decided, and may stay so over many looks. */
function isNewNudge(before: Watch | null, after: Watch): boolean {
  if (after.owed.length === 0) return false;
  const owed = (watch: Watch | null) =>
    (watch?.owed ?? []).flatMap((effect) => (effect.kind === 'nudge' ? [effect.episode] : []));
  const known = owed(before);
  return owed(after).some((episode) => !known.includes(episode));
}

/** Who would be told of gas that is given to another; nobody reads it here. */
const operator = { surface: 'console', place: 'local' } as const;

/** As stall/store.ts keeps its promises. */
function createMemoryWatches(
  records: Map<string, Held<Watch> & { readonly value: Watch }>,
  { isRedisAway, wrote }: Mishaps,
  saved: (before: Watch | null, after: Watch) => void,
): WatchStore {
  const asked = async <T>(read: () => T): Promise<T> => {
    if (isRedisAway()) throw new SwarmError(coreErrors.redisUnavailable, 'away on purpose');
    return read();
  };
  const held = (agent: string): Held<Watch> => records.get(agent) ?? { version: 0, value: null };
  return {
    one: (agent) => asked(() => held(agent)),
    many: (agents) => asked(() => agents.map((agent) => held(agent).value)),
    save: async ({ version }, watch) => {
      const before = await asked(() => held(watch.agent));
      if (before.version !== version) return null;
      const next = { version: version + 1, value: watch };
      records.set(watch.agent, next);
      saved(before.value, watch);
      wrote();
      return next;
    },
  };
}
