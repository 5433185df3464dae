// What the pipeline does when a job of its own comes round: looks for everything that events may have missed.
// Safe to run in several processes; one on a machine without the agents' files just finds none.
import type { PipelineWork } from '../contracts/ports.ts';
import type { FreeJoins } from './free-joins.ts';
import type { Intake } from './intake.ts';
import type { Ledger } from './ledger.ts';
import type { Rounds } from './rounds.ts';
import type { GasStore } from './store.ts';

export interface SweepDeps {
  /** Judges a tick whose time is over. */
  readonly late: PipelineWork['late'];
  readonly rounds: Rounds;
  readonly store: GasStore;
  readonly ledger: Ledger;
  readonly intake: Intake;
  readonly freeJoins: FreeJoins;
  /** Looks for silent agents. */
  readonly look: () => Promise<void>;
}

/** `sweep` goes through everything even when parts of it fail, and throws the first failure afterwards. */
export function createPipelineWork(deps: SweepDeps): PipelineWork {
  const { rounds, store, ledger, intake, late, freeJoins, look } = deps;
  return {
    sweep: async () => {
      const [read] = await Promise.allSettled([rounds.all()]);
      const open = await store.openDeliveries();
      const results: PromiseSettledResult<void>[] = [read];
      // one after the other, oldest first: the order in which they were decided is the order of delivery
      for (const delivery of open) results.push(...(await Promise.allSettled([ledger.settle(delivery)])));
      results.push(...(await Promise.allSettled([ledger.passOn(open)])));
      results.push(...(await Promise.allSettled([freeJoins()])));
      results.push(...(await Promise.allSettled([intake.findDry()])));
      // Last, since what was just read may be the sign that it looks for.
      results.push(...(await Promise.allSettled([look()])));
      const failed = results.find((result) => result.status === 'rejected');
      if (failed) throw failed.reason;
    },
    scheduled: (tick) => intake.scheduled(tick),
    late,
  };
}
