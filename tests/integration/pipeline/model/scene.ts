// Who is in a world of the model, and who hands over to whom: A → B → C, or A, B and D before a join at C, where A may hand over
// to E as well. E is in no chain otherwise; people give it what others do not take.

export const agents = ['A', 'B', 'C', 'D', 'E'] as const;
export type Agent = (typeof agents)[number];

/** `prompt` takes what lies in its inbox in the end; `never` only where a command has it do so. */
export type Habit = 'prompt' | 'never';

export interface Scene {
  readonly habits: Readonly<Record<Agent, Habit>>;
  /** Whether C stands in for B; not where there is a join. */
  readonly standsIn: boolean;
  /** How C takes the gas of A, B and D together; null where A hands over to B, and B to C. */
  readonly join: 'all' | 'any' | null;
  /** Whether A hands over to E too, where there is a join. */
  readonly isAside: boolean;
  /** Whether A and B have come to their first checkpoint before anything happens, and D has begun. */
  readonly isBegun: boolean;
}

/** Those that join at C. */
export const parts: readonly Agent[] = ['A', 'B', 'D'];

export function chainOf({ standsIn, join, isAside }: Scene) {
  const rest = { end: 'stop', schedules: [] } as const;
  if (join === null)
    return { ...rest, chain: ['A', 'B', 'C'], agents: standsIn ? { B: { fallback: ['C'] } } : {} };
  const next = ['C'];
  const agents = { A: { next: isAside ? ['C', 'E'] : next }, B: { next }, D: { next }, C: { join } };
  return { ...rest, chain: [], agents };
}

/** To whom an agent hands over. */
export function behind({ join, isAside }: Scene, agent: Agent): readonly Agent[] {
  if (join === null) return agent === 'A' ? ['B'] : agent === 'B' ? ['C'] : [];
  if (!parts.includes(agent)) return [];
  return agent === 'A' && isAside ? ['C', 'E'] : ['C'];
}

export function isAgent(name: string): name is Agent {
  return agents.some((agent) => agent === name);
}

/** Of the gas that lies in a file. */
export function idIn(file: string): string {
  return /-([A-Za-z0-9_]{1,64})\.md$/.exec(file)?.[1] ?? file;
}
