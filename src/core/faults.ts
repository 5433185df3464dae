// The one door through which a fault that is not simply returned is noted: counted by code, and told to whoever listens,
// such as alerts and metrics. It decides nothing and logs nothing.
import type { SwarmError } from './errors.ts';

/** @param where the part that met it, in few words of a bounded set: `job NAME`, `part NAME` */
export type FaultListener = (error: SwarmError, where: string) => void;

/** What a part takes to note its faults. */
export interface FaultSink {
  /** Never throws. */
  fault(error: SwarmError, where: string): void;
}

export class Faults implements FaultSink {
  readonly #listeners = new Set<FaultListener>();
  readonly #counts = new Map<string, number>();

  fault(error: SwarmError, where: string): void {
    this.#counts.set(error.code, (this.#counts.get(error.code) ?? 0) + 1);
    for (const listener of this.#listeners) {
      try {
        listener(error, where);
      } catch {
        // who listens badly must not keep the others from hearing, nor add a fault to a fault
      }
    }
  }

  /** Tells of every fault from now on. Returns how to stop that. */
  listen(listener: FaultListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** How many there were since the start, by code. The codes are those of the catalogues, so there are not many. */
  counts(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#counts);
  }
}
