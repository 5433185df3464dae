// What a metric is, before any library has seen it: the row of a catalogue, and the types that callers get from it.

/** One metric. Its name is its key in the catalogue, in base units: `_seconds`, `_bytes`, `_ratio`, counters `_total`. */
export interface MetricSpec {
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  /** Label → its values, or how many different ones are told apart. Whatever else comes is told as `other`. */
  readonly labels: Readonly<Record<string, readonly string[] | number>>;
  /** Upper bounds of a histogram, in the unit of its name. */
  readonly buckets?: readonly number[];
}

export type MetricCatalogue = Readonly<Record<string, MetricSpec>>;

type MetricsOf<C extends MetricCatalogue, T extends MetricSpec['type']> = {
  readonly [N in keyof C]: C[N]['type'] extends T ? N : never;
}[keyof C] &
  string;

type LabelsOf<C extends MetricCatalogue, N extends keyof C> = {
  readonly [L in keyof C[N]['labels']]: string;
};

/** Puts one value of a gauge into the scrape under way. */
export type SetGauge<C extends MetricCatalogue> = <N extends MetricsOf<C, 'gauge'>>(
  name: N,
  labels: LabelsOf<C, N>,
  value: number,
) => void;

/** A scrape as HTTP gives it. */
export interface Scrape {
  readonly contentType: string;
  readonly text: string;
}

/** The metrics of one process. Nothing here throws or waits, but `scrape`. */
export interface Metrics<C extends MetricCatalogue> {
  /** @param by default 1 */
  count<N extends MetricsOf<C, 'counter'>>(name: N, labels: LabelsOf<C, N>, by?: number): void;
  observe<N extends MetricsOf<C, 'histogram'>>(name: N, labels: LabelsOf<C, N>, value: number): void;
  /** Adds a source of gauges, asked at each scrape; what it does not set then is absent. One that fails takes only its own away. */
  collect(source: (set: SetGauge<C>) => void | Promise<void>): void;
  scrape(): Promise<Scrape>;
}
