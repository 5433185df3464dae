// Looks at one agent's files and feeds the intake: its status, and what it moved to done/. Watcher and sweep of a
// process share these rounds, so that no agent is read twice at the same time and versions come in order.
import { join } from 'node:path';
import type { Clock } from '../core/clock.ts';
import { deliveryIdOf, doneFiles, doneFolder } from './inboxes/file-inbox.ts';
import type { Intake, PipelineAgent } from './intake.ts';
import { readStatusFile } from './progress/read-file.ts';

export interface Rounds {
  /** Resolves when a reading that began after this call is through. */
  status(agent: string): Promise<void>;
  done(agent: string): Promise<void>;
  /** Every agent, both ways; one that fails does not keep the others back, and the first failure is thrown after. */
  all(): Promise<void>;
}

export interface RoundsDeps {
  readonly intake: Intake;
  readonly clock: Clock;
}

export function createRounds(deps: RoundsDeps, agents: readonly PipelineAgent[]): Rounds {
  const rounds = new Map(agents.map((agent) => [agent.id, roundsOf(deps, agent)]));
  return {
    status: async (agent) => rounds.get(agent)?.status(),
    done: async (agent) => rounds.get(agent)?.done(),
    all: async () => {
      const both = [...rounds.values()].flatMap(({ status, done }) => [status(), done()]);
      const failed = (await Promise.allSettled(both)).find((result) => result.status === 'rejected');
      if (failed) throw failed.reason;
    },
  };
}

function roundsOf({ intake, clock }: RoundsDeps, agent: PipelineAgent) {
  // only spares reading old files again; what counts is in the ledger, so another process may start with none
  const settled = new Set<string>();

  async function status(): Promise<void> {
    const version = await readStatusFile(agent.statusFile, clock);
    if (version.fault === undefined) await intake.observe(agent.id, version.raw, version.at);
    else await intake.unreadable(agent.id, version.fault, version.at);
  }

  async function done(): Promise<void> {
    for (const name of await doneFiles(agent.inbox)) {
      if (settled.has(name)) continue;
      const id = await deliveryIdOf(join(doneFolder(agent.inbox), name)).catch(() => null);
      if (id !== null) await intake.acknowledge(agent.id, id, 'moved to done/');
      settled.add(name);
    }
  }

  return { status: makeOneAtATime(status), done: makeOneAtATime(done) };
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
