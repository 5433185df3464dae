// What happens when, in virtual time: a binary heap. Of two things at one moment the one that was put in first comes first.

interface Entry {
  readonly at: number;
  readonly order: number;
  readonly run: () => Promise<void>;
}

export class Agenda {
  readonly #heap: Entry[] = [];
  #order = 0;
  #now = 0;

  /** Virtual time, ms since the run began. */
  get now(): number {
    return this.#now;
  }

  get isEmpty(): boolean {
    return this.#heap.length === 0;
  }

  /** Nothing happens until then. */
  pass(until: number): void {
    this.#now = Math.max(this.#now, until);
  }

  after(ms: number, run: () => Promise<void>): void {
    const entry = { at: this.#now + ms, order: this.#order, run };
    this.#order += 1;
    let hole = this.#heap.push(entry) - 1;
    while (hole > 0) {
      const above = (hole - 1) >> 1;
      const parent = this.#heap[above];
      if (parent === undefined || isBefore(parent, entry)) break;
      this.#heap[hole] = parent;
      hole = above;
    }
    this.#heap[hole] = entry;
  }

  /** Does what comes next; false when nothing does, or it comes after `until`. */
  async step(until: number): Promise<boolean> {
    const [first] = this.#heap;
    if (first === undefined || first.at > until) return false;
    this.#remove();
    this.#now = first.at;
    await first.run();
    return true;
  }

  #remove(): void {
    const last = this.#heap.pop();
    if (last === undefined || this.#heap.length === 0) return;
    let hole = 0;
    for (;;) {
      const left = this.#heap[2 * hole + 1];
      const right = this.#heap[2 * hole + 2];
      const isRight = left !== undefined && right !== undefined && isBefore(right, left);
      const child = isRight ? right : left;
      if (child === undefined || isBefore(last, child)) break;
      this.#heap[hole] = child;
      hole = 2 * hole + (isRight ? 2 : 1);
    }
    this.#heap[hole] = last;
  }
}

function isBefore(a: Entry, b: Entry): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}
