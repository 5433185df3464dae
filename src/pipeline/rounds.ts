// Looks at one agent's files and feeds the intake: its status, and what it moved to done/. Watcher and sweep of a
// process share these rounds, so that no agent is read twice at the same time and versions come in order.
import { domainErrors } from '../contracts/errors.ts';
import type { Clock } from '../core/clock.ts';
import { SwarmError } from '../core/errors.ts';
import { folderOf } from './inboxes/config.ts';
import { deliveryIdOf, doneFiles } from './inboxes/file-inbox.ts';
import type { Intake, PipelineAgent } from './intake.ts';
import { fileVersion, freshMs, readStatusFile } from './progress/read-file.ts';

export interface Rounds {
  /** Resolves when a reading that began after this call is through. */
  status(agent: string): Promise<void>;
  done(agent: string): Promise<void>;
  /** Every agent, both ways; one that fails does not keep the others back, and the first failure is thrown after. */
  all(): Promise<void>;
}

export interface RoundsDeps {
  readonly intake: Pick<Intake, 'observe' | 'unreadable' | 'acknowledge'>;
  readonly clock: Clock;
}

export function createRounds(deps: RoundsDeps, agents: readonly PipelineAgent[]): Rounds {
  const rounds = new Map(agents.map((agent, at) => [agent.id, roundsOf(deps, agent, at)]));
  return {
    status: async (agent) => rounds.get(agent)?.status(),
    done: async (agent) => rounds.get(agent)?.done(),
    all: async () => {
      const all = [...rounds.values()];
      const failed: unknown[] = [];
      for (let at = 0; at < all.length; at += atOnce) {
        const both = all.slice(at, at + atOnce).flatMap(({ status, done }) => [status(), done()]);
        for (const result of await Promise.allSettled(both))
          if (result.status === 'rejected') failed.push(result.reason);
      }
      if (failed.length > 0) throw failed[0];
    },
  };
}

/** Files of so many agents are read together: of more Redis could not take the words within its time. */
const atOnce = 200;
/** So long a version that was dealt with is not read again. Redis may have lost what came of it, so it is in the end. */
const againMs = 600_000;

function roundsOf({ intake, clock }: RoundsDeps, agent: PipelineAgent, position: number) {
  let known: { readonly version: string; readonly at: number } | null = null;
  // Not all of them in the same sweep.
  const restMs = againMs - (position % 5) * 60_000;
  // path → the version that was dealt with. It only spares reading old files again; what counts is in the ledger, so
  // another process may start with none. A version, since a copy is seen half-written, and a name is used again.
  const settled = new Map<string, string>();

  async function status(): Promise<void> {
    if (agent.statusFile === undefined) return;
    if (await isKnown(agent.statusFile)) return;
    const read = await readStatusFile(agent.statusFile, clock);
    const { raw, fault, at, writtenAt } = read;
    known = null;
    const isThrough = await getsThrough(
      fault === undefined
        ? intake.observe(agent.id, raw, at, writtenAt)
        : intake.unreadable(agent.id, fault, at),
    );
    if (isThrough && read.raw !== null && at - read.writtenAt > freshMs)
      known = { version: read.version, at };
  }

  async function isKnown(path: string): Promise<boolean> {
    if (known === null) return false;
    const sinceMs = clock.now() - known.at;
    return sinceMs >= 0 && sinceMs < restMs && (await fileVersion(path)) === known.version;
  }

  async function done(): Promise<void> {
    const folder = folderOf(agent.inbox);
    if (folder === null) return;
    for (const { path, version } of await doneFiles(folder)) {
      if (settled.get(path) !== version && (await isDealtWith(path))) settled.set(path, version);
    }
  }

  /** False when it has to be looked at again, though it stays as it is. */
  async function isDealtWith(path: string): Promise<boolean> {
    const id = await deliveryIdOf(path).catch(() => undefined);
    if (id === undefined) return false;
    return id === null || getsThrough(intake.acknowledge(agent.id, id, 'moved to done/'));
  }

  return { status: makeOneAtATime(status), done: makeOneAtATime(done) };
}

/**
 * False when a record in Redis cannot be read: it concerns itself alone, and its reader has logged it. So it is where the work
 * says so itself.
 */
async function getsThrough(work: Promise<unknown>): Promise<boolean> {
  try {
    return (await work) !== false;
  } catch (thrown) {
    if (thrown instanceof SwarmError && thrown.kind === domainErrors.recordUnreadable) return false;
    throw thrown;
  }
}

/** Calls made while `work` runs share one more run after it. */
export function makeOneAtATime(work: () => Promise<void>): () => Promise<void> {
  let last: Promise<void> = Promise.resolve();
  let waiting: Promise<void> | undefined;
  return () => {
    waiting ??= last.then(() => {
      waiting = undefined;
      return work();
    });
    last = waiting.catch(() => undefined);
    return waiting;
  };
}
