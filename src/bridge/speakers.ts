// How many sidecars speak for one service at the same time. Each replica counts what it hears itself, since all of
// them hear everything; a sidecar that follows another on the same name is no second one.

/** A sidecar beats every 2 s; after this silence it no longer counts, ms. */
const silentAfterMs = 10_000;

/** From a sidecar's first word to its last, ms since the epoch. */
interface Span {
  readonly first: number;
  readonly last: number;
}

/** The sidecars heard of late, by service. */
export class Speakers {
  readonly #heard = new Map<string, Map<string, Span>>();

  /** Notes a word of `instance` at `now` (ms) and returns how many speak for the service: those heard since the youngest began. */
  count(service: string, instance: string, now: number): number {
    const all = this.#heard.get(service) ?? new Map<string, Span>();
    this.#heard.set(service, all);
    all.set(instance, { first: all.get(instance)?.first ?? now, last: now });
    for (const [id, { last }] of all) if (now - last > silentAfterMs) all.delete(id);
    const spans = [...all.values()];
    const youngest = Math.max(...spans.map(({ first }) => first));
    return spans.filter(({ last }) => last >= youngest).length;
  }
}
