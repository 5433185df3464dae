// Keeps the number of series finite: a label has known values, or a number of different ones that it may take.
import type { MetricSpec } from './catalogue.ts';

/** What stands for every value beyond the bound. */
const other = 'other';

export class LabelBounds {
  readonly #seen = new Map<string, Set<string>>();

  /** The labels with each value inside its bound, and how many were not. A label that the spec does not know is left out. */
  bound(
    metric: string,
    spec: MetricSpec,
    given: Readonly<Record<string, string>>,
  ): { readonly labels: Readonly<Record<string, string>>; readonly beyond: number } {
    let beyond = 0;
    const entries = Object.entries(spec.labels).map(([label, limit]) => {
      const value = given[label] ?? '';
      if (this.#fits(`${metric} ${label}`, limit, value)) return [label, value];
      beyond += 1;
      return [label, other];
    });
    return { labels: Object.fromEntries(entries), beyond };
  }

  #fits(place: string, limit: readonly string[] | number, value: string): boolean {
    if (typeof limit !== 'number') return limit.includes(value);
    const seen = this.#seen.get(place) ?? new Set();
    this.#seen.set(place, seen);
    if (seen.size < limit) seen.add(value);
    return seen.has(value);
  }
}
