// Finds agents that have run out of gas: complete for long, with nothing on its way to them.
import type { Clock } from '../core/clock.ts';
import type { Logger } from '../core/logger.ts';
import { transitionBySign } from './machine.ts';
import type { GasStore } from './store.ts';
import { untilSaved } from './until-saved.ts';

export interface DryDeps {
  readonly store: GasStore;
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface DryOptions {
  readonly agents: readonly string[];
  /** Complete for so long is long, ms. */
  readonly dryAfterMs: number;
}

/** @throws SwarmError RECORD_UNREADABLE, STORE_CONFLICT, REDIS_* */
export async function findDry(deps: DryDeps, { agents, dryAfterMs }: DryOptions): Promise<void> {
  const { store } = deps;
  const complete = (await store.runs(agents)).values.filter((run) => run?.state === 'complete');
  if (complete.length === 0) return;
  const owed = new Set((await store.openDeliveries()).map(({ gas }) => gas.to));
  for (const run of complete) if (run && !owed.has(run.agent)) await runDry(deps, run.agent, dryAfterMs);
}

function runDry({ store, clock, logger }: DryDeps, agent: string, dryAfterMs: number): Promise<true> {
  const now = clock.now();
  return untilSaved(`run of ${agent}`, async () => {
    const held = await store.run(agent);
    const { value: before } = held;
    if (before?.since == null || now - before.since < dryAfterMs) return true;
    const run = transitionBySign(before, 'dry', now);
    if (run === before) return true;
    if (!(await store.saveRun(held, run, []))) return null;
    logger.warn({ agent }, 'complete, and no next gas came: out of gas');
    return true;
  });
}
