// What the record has of hand-overs, put together by what is in each: of which crossings, and what went in the place of what.
import type { Checkpoint } from '../../../../src/contracts/agents.ts';
import type { Delivery } from '../../../../src/pipeline/delivery.ts';
import { isNudge } from '../../../../src/pipeline/stall/nudge.ts';
import type { GasStore } from '../../../../src/pipeline/store.ts';
import type { Crossing } from './crossings.ts';

/** A hand-over, and all that went in its place. */
export interface Line {
  readonly root: Delivery;
  readonly all: readonly Delivery[];
  readonly receiver: string;
  /** Nobody was to get it from the beginning. */
  readonly isStillborn: boolean;
  /** A person had a hand in it: sent it, or gave it to another. */
  readonly isByPerson: boolean;
}

export interface Book {
  readonly deliveries: readonly Delivery[];
  readonly handovers: readonly Delivery[];
  readonly lines: readonly Line[];
}

export async function readBook(store: GasStore): Promise<Book> {
  const { deliveries } = await store.recentDeliveries(1_000);
  const handovers = deliveries.filter(isHandover);
  const roots = handovers.filter(({ gas }) => gas.replaces === undefined);
  return { deliveries, handovers, lines: roots.map((root) => lineOf(root, handovers)) };
}

/** Of an agent to another: neither a person's words nor a nudge. */
export function isHandover({ gas }: Delivery): boolean {
  return gas.checkpoint !== null && !isNudge(gas);
}

function lineOf(root: Delivery, handovers: readonly Delivery[]): Line {
  const all = [root];
  for (const one of all) all.push(...handovers.filter(({ gas }) => gas.replaces === one.gas.id));
  return {
    ...{ root, all, receiver: root.meant ?? root.gas.to },
    isStillborn: root.steps[0]?.state === 'suppressed',
    isByPerson: all.some(({ asked }) => asked !== null),
  };
}

/** The missions whose hand-over is in it. */
export function missionsIn({ root: { gas } }: Pick<Line, 'root'>): readonly string[] {
  return [gas.mission, ...(gas.parts ?? []).map(({ mission }) => mission ?? 'unknown')];
}

export function has(line: Line, { mission, checkpoint }: Pick<Crossing, 'mission' | 'checkpoint'>): boolean {
  return line.root.gas.checkpoint === checkpoint && missionsIn(line).includes(mission);
}

export function at(book: Book, receiver: string, checkpoint: Checkpoint): readonly Line[] {
  return book.lines.filter((line) => line.receiver === receiver && line.root.gas.checkpoint === checkpoint);
}

export function name({ gas }: Delivery): string {
  return `the ${gas.checkpoint} % gas of ${gas.mission} for ${gas.to}`;
}

export function nameOf({ mission, checkpoint }: Crossing): string {
  return `the ${checkpoint} % of ${mission}`;
}

export const isTaken = ({ state }: Delivery) => state === 'accepted' || state === 'working';
