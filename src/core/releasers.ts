// A stack of things to close: pushed when opened, released last-in-first-out, once, all of them.

export type Release = () => void | Promise<void>;

export class Releasers {
  readonly #stack: Release[] = [];

  /** Call right after opening something. */
  push(release: Release): void {
    this.#stack.push(release);
  }

  /** Runs every releaser even when one fails; throws the first failure afterwards. */
  async releaseAll(): Promise<void> {
    const failures: unknown[] = [];
    for (let release = this.#stack.pop(); release; release = this.#stack.pop()) {
      try {
        await release();
      } catch (thrown) {
        failures.push(thrown);
      }
    }
    if (failures.length > 0) throw failures[0];
  }
}
