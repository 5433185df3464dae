// The face of the metrics: bounded, typed by a catalogue, lazy, and honest at each scrape.
import { describe, expect, it } from 'vitest';
import { createMetrics } from '../../../src/core/metrics/index.ts';

const catalogue = {
  uses_total: { type: 'counter', help: 'Uses', labels: { who: 3, how: ['well', 'badly'] } },
  took_seconds: { type: 'histogram', help: 'Time', labels: {}, buckets: [0.1, 1] },
  depth: { type: 'gauge', help: 'Depth', labels: { queue: 2 } },
} as const;
const create = () => createMetrics(catalogue, { prefix: 'test_' });

async function linesOf(metrics: ReturnType<typeof create>, pattern: RegExp) {
  const { text } = await metrics.scrape();
  return text.split('\n').filter((line) => !line.startsWith('#') && pattern.test(line));
}

describe('metrics', () => {
  it('count from the first moment, before the library is loaded', async () => {
    const metrics = create();
    metrics.count('uses_total', { who: 'ann', how: 'well' });
    metrics.count('uses_total', { who: 'ann', how: 'well' }, 2);
    expect(await linesOf(metrics, /uses/)).toEqual(['test_uses_total{who="ann",how="well"} 3']);
  });

  it('tell a value outside its bound as other, and count that', async () => {
    const metrics = create();
    for (let i = 0; i < 1_000; i += 1) metrics.count('uses_total', { who: `id-${i}`, how: 'well' });
    metrics.count('uses_total', { who: 'id-1', how: 'somehow' });
    expect(await linesOf(metrics, /uses/)).toEqual([
      'test_uses_total{who="id-0",how="well"} 1',
      'test_uses_total{who="id-1",how="well"} 1',
      'test_uses_total{who="id-2",how="well"} 1',
      'test_uses_total{who="other",how="well"} 997',
      'test_uses_total{who="id-1",how="other"} 1',
      'test_metric_label_overflows_total{metric="test_uses_total"} 998',
    ]);
  });

  it('observe into the buckets of the catalogue', async () => {
    const metrics = create();
    metrics.observe('took_seconds', {}, 0.5);
    expect(await linesOf(metrics, /took/)).toEqual([
      'test_took_seconds_bucket{le="0.1"} 0',
      'test_took_seconds_bucket{le="1"} 1',
      'test_took_seconds_bucket{le="+Inf"} 1',
      'test_took_seconds_sum 0.5',
      'test_took_seconds_count 1',
    ]);
  });

  it('ask for gauges at each scrape, and forget what is not told any more', async () => {
    const metrics = create();
    let queue = 'a';
    metrics.collect((set) => set('depth', { queue }, 7));
    expect(await linesOf(metrics, /depth/)).toEqual(['test_depth{queue="a"} 7']);
    queue = 'b';
    expect(await linesOf(metrics, /depth/)).toEqual(['test_depth{queue="b"} 7']);
  });

  it('lose nothing but its own where a source fails', async () => {
    const metrics = create();
    metrics.collect(() => Promise.reject(new Error('Redis is away')));
    metrics.collect((set) => set('depth', { queue: 'a' }, 1));
    expect(await linesOf(metrics, /depth/)).toEqual(['test_depth{queue="a"} 1']);
  });

  it('give two who ask at the same time the same whole scrape', async () => {
    const metrics = create();
    metrics.collect(async (set) => {
      await new Promise(setImmediate);
      set('depth', { queue: 'a' }, 1);
    });
    const [one, two] = await Promise.all([metrics.scrape(), metrics.scrape()]);
    expect(one.text).toBe(two.text);
    expect(one.text).toContain('test_depth{queue="a"} 1');
  });

  it('do not mix with those of another', async () => {
    const [one, other] = [create(), create()];
    one.count('uses_total', { who: 'ann', how: 'well' });
    await one.scrape();
    expect(await linesOf(other, /uses/)).toEqual([]);
  });
});
