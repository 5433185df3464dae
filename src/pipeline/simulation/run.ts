// Runs one world until it comes to rest, and many of them by their seeds.
import type { DeliveryState } from '../../contracts/agents.ts';
import { type StallOptions, stallConfigSchema } from '../stall/config.ts';
import { isNudge } from '../stall/nudge.ts';
import { createChance } from './random.ts';
import { drawScenario } from './scenario.ts';
import { judge, type NudgeBudget, type Verdict } from './verdict.ts';
import { createWorld, type World } from './world.ts';

export interface SimulationOptions {
  readonly runs: number;
  /** Of the first run; each takes the next number. */
  readonly seed: number;
  /** Most agents of one run; default 200. */
  readonly most?: number;
  /** How the watch is set; default: as an empty section `stall` of the configuration. */
  readonly stall?: Partial<StallOptions>;
  /** What no watch may exceed; default: as that section says. */
  readonly budget?: NudgeBudget;
  /** Ends it between two runs. */
  readonly signal?: AbortSignal;
}

/** What many runs came to. */
export interface SimulationSummary {
  readonly runs: number;
  readonly seed: number;
  readonly agents: number;
  readonly largest: number;
  readonly deliveries: number;
  /** Given to whoever stood in. */
  readonly rerouted: number;
  /** Runs in which a person was wanted at the end. */
  readonly withAlert: number;
  /** Flows that an outage or a kill cut off. */
  readonly cut: number;
  readonly nudges: number;
  readonly failed: readonly { readonly seed: number; readonly problems: readonly string[] }[];
}

/** One world, from its seed. */
export async function simulateOne(
  seed: number,
  { most = 200, stall = {}, budget = byDefault }: Omit<SimulationOptions, 'runs' | 'seed'> = {},
): Promise<Verdict> {
  const chance = createChance(seed);
  const world = createWorld(drawScenario(chance, most), chance, { ...byDefault, ...stall });
  await begin(world);
  const isAtRest = await settle(world);
  return judge(world, { isAtRest, budget });
}

export async function simulate({
  runs,
  seed,
  signal,
  ...options
}: SimulationOptions): Promise<SimulationSummary> {
  const sum = { agents: 0, largest: 0, deliveries: 0, rerouted: 0, withAlert: 0, cut: 0, nudges: 0 };
  const failed: { seed: number; problems: readonly string[] }[] = [];
  let done = 0;
  for (; done < runs && !signal?.aborted; done += 1) {
    const verdict = await simulateOne(seed + done, options);
    sum.agents += verdict.agents;
    sum.largest = Math.max(sum.largest, verdict.agents);
    sum.deliveries += verdict.deliveries;
    sum.rerouted += verdict.rerouted;
    sum.withAlert += verdict.hasAlert ? 1 : 0;
    sum.cut += verdict.cut;
    sum.nudges += verdict.nudges;
    if (verdict.problems.length > 0) failed.push({ seed: seed + done, problems: verdict.problems });
  }
  return { runs: done, seed, ...sum, failed };
}

const byDefault = stallConfigSchema.parse({});
/** Not further apart than the watch takes for being watched at all. */
const sweepEveryMs = 300_000;
const horizonMs = 40 * 86_400_000;
/** A chain that goes round is not waited for longer. */
const roundsMs = 4 * 86_400_000;

async function begin({ scenario, agents }: World): Promise<void> {
  const { chain, agents: links = {} } = scenario.chain;
  const behind = new Set(Object.values(links).flatMap(({ next = [] }) => next));
  const [first] = scenario.cast;
  const firsts = chain.length > 0 ? [first] : scenario.cast.filter(({ id }) => !behind.has(id));
  for (const one of firsts) if (one) await agents.get(one.id)?.start();
}

/** False when it never came to rest, and is no chain that goes round and in which somebody works. */
async function settle(world: World): Promise<boolean> {
  const { agenda, scenario } = world;
  const goesRound = scenario.chain.end === 'loop';
  for (let until = sweepEveryMs; until < horizonMs; until += sweepEveryMs) {
    while (await agenda.step(until));
    agenda.pass(until);
    await world.sweep();
    if (isAtRest(world)) return true;
    if (goesRound && until > roundsMs && isAnyActive(world)) return true;
  }
  return false;
}

function isAtRest({ agenda, agents, store, watching }: World): boolean {
  if (!agenda.isEmpty) return false;
  for (const agent of agents.values()) {
    if (agent.isActive || agent.isUnread || agent.unseen.size > 0) return false;
    if (agent.isStuck && !watching.isCalled(agent.id)) return false;
  }
  return [...store.all.values()].every(
    // A nudge is owed to nobody, so nobody waits for what becomes of it.
    ({ gas, state, alert }) => alert !== null || isNudge(gas) || !unfinished.includes(state),
  );
}

function isAnyActive({ agents }: World): boolean {
  return [...agents.values()].some(({ isActive }) => isActive);
}

const unfinished: readonly DeliveryState[] = ['held', 'pending', 'queued', 'sent', 'failed', 'expired'];
