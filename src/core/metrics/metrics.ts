// Counts what a catalogue declares, in a registry of its own. The library behind it is loaded by the first thing that is
// counted or asked for, and nobody waits for that; what is counted meanwhile is kept.
import type { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { LabelBounds } from './bounds.ts';
import type { MetricCatalogue, Metrics, MetricSpec, Scrape, SetGauge } from './catalogue.ts';

export interface MetricsOptions {
  /** Before every name, with its `_`. */
  readonly prefix: string;
}

/** Creates the metrics of one process; loads and opens nothing. */
export function createMetrics<C extends MetricCatalogue>(catalogue: C, options: MetricsOptions): Metrics<C> {
  return new Board(catalogue, options.prefix);
}

type Labels = Readonly<Record<string, string>>;

/** The metrics once the library is there. */
interface Loaded {
  readonly registry: Registry;
  readonly counters: ReadonlyMap<string, Counter>;
  readonly gauges: ReadonlyMap<string, Gauge>;
  readonly histograms: ReadonlyMap<string, Histogram>;
}

/** Counts how often a label had to be cut, so that a bound that is too narrow is noticed. */
const overflows = 'metric_label_overflows_total';
const overflowSpec: MetricSpec = {
  type: 'counter',
  help: 'Label values told as "other" because they were outside their bound',
  labels: { metric: 200 },
};
// The library is loaded within milliseconds; this is for a process that cannot load it at all.
const keptAtMost = 10_000;

class Board implements Metrics<MetricCatalogue> {
  readonly #specs: ReadonlyMap<string, MetricSpec>;
  readonly #prefix: string;
  readonly #bounds = new LabelBounds();
  readonly #sources: ((set: SetGauge<MetricCatalogue>) => void | Promise<void>)[] = [];
  #loading: Promise<Loaded> | undefined;
  #loaded: Loaded | undefined;
  #kept: ((loaded: Loaded) => void)[] = [];
  #scraping: Promise<Scrape> | undefined;

  constructor(catalogue: MetricCatalogue, prefix: string) {
    this.#specs = new Map([...Object.entries(catalogue), [overflows, overflowSpec]]);
    this.#prefix = prefix;
  }

  count(name: string, labels: Labels, by = 1): void {
    this.#record(name, labels, (bounded, { counters }) => counters.get(name)?.inc(bounded, by));
  }

  observe(name: string, labels: Labels, value: number): void {
    this.#record(name, labels, (bounded, { histograms }) => histograms.get(name)?.observe(bounded, value));
  }

  collect(source: (set: SetGauge<MetricCatalogue>) => void | Promise<void>): void {
    this.#sources.push(source);
  }

  /** Two at the same time get the same one: gauges are emptied at its beginning. */
  scrape(): Promise<Scrape> {
    this.#scraping ??= this.#scrape().finally(() => {
      this.#scraping = undefined;
    });
    return this.#scraping;
  }

  async #scrape(): Promise<Scrape> {
    const { registry, gauges } = await this.#load();
    for (const gauge of gauges.values()) gauge.reset();
    const set = (name: string, labels: Labels, value: number) =>
      this.#record(name, labels, (bounded) => gauges.get(name)?.set(bounded, value));
    await Promise.allSettled(this.#sources.map(async (source) => source(set)));
    return { contentType: registry.contentType, text: await registry.metrics() };
  }

  #record(name: string, given: Labels, write: (labels: Labels, loaded: Loaded) => void): void {
    const spec = this.#specs.get(name);
    if (!spec) return;
    const { labels, beyond } = this.#bounds.bound(name, spec, given);
    this.#withLibrary((loaded) => write(labels, loaded));
    if (beyond > 0) this.count(overflows, { metric: `${this.#prefix}${name}` }, beyond);
  }

  #withLibrary(write: (loaded: Loaded) => void): void {
    if (this.#loaded) {
      write(this.#loaded);
      return;
    }
    if (this.#kept.length < keptAtMost) this.#kept.push(write);
    // A process that cannot load it goes on without metrics, and a scrape says why.
    void this.#load().catch(() => undefined);
  }

  #load(): Promise<Loaded> {
    this.#loading ??= this.#open();
    return this.#loading;
  }

  async #open(): Promise<Loaded> {
    const { prometheus } = await import('./library.ts');
    const registry = new prometheus.Registry();
    const counters = new Map<string, Counter>();
    const gauges = new Map<string, Gauge>();
    const histograms = new Map<string, Histogram>();
    for (const [key, { type, help, labels, buckets = [] }] of this.#specs) {
      const base = {
        name: `${this.#prefix}${key}`,
        help,
        labelNames: Object.keys(labels),
        registers: [registry],
      };
      if (type === 'counter') counters.set(key, new prometheus.Counter(base));
      else if (type === 'gauge') gauges.set(key, new prometheus.Gauge(base));
      else histograms.set(key, new prometheus.Histogram({ ...base, buckets: [...buckets] }));
    }
    this.#loaded = { registry, counters, gauges, histograms };
    const kept = this.#kept;
    this.#kept = [];
    for (const write of kept) write(this.#loaded);
    return this.#loaded;
  }
}
