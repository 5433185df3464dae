// What the metrics say of a service: of all of its instances, whichever of them spoke last.
import { describe, expect, it } from 'vitest';
import { serviceFigures } from '../../../src/app/observe/gauges.ts';
import { ago, instance, now, service } from '../commands/ports.ts';

const use = (cpu: number, rssBytes: number) => ({ cpu, rssBytes, at: ago(1) });
const starting = { state: 'starting', use: null } as const;

describe('the figures of a service', () => {
  it('are ready where one instance is, and sum what all of them use, though the last word is of another', () => {
    const instances = [
      instance('a', { use: use(0.5, 100) }),
      instance('b', { use: use(0.25, 50), state: 'starting' }),
      instance('c', starting),
    ];
    expect(serviceFigures(service('slam', { ...starting, instances }), now)).toEqual({
      ready: true,
      use: { cpu: 0.75, rssBytes: 150 },
    });
  });

  it('leave out the instances whose sidecars are silent', () => {
    const instances = [
      instance('a', { use: use(0.5, 100), seenAt: ago(11) }),
      instance('b', { use: use(0.25, 50), state: 'starting' }),
    ];
    expect(serviceFigures(service('slam', { instances }), now)).toEqual({
      ready: false,
      use: { cpu: 0.25, rssBytes: 50 },
    });
  });

  it.each([0, 1])('are those of the last word where %i instances live', (number) => {
    const instances = [instance('a', starting)].slice(0, number);
    const view = service('slam', { use: use(1, 7), instances });
    expect(serviceFigures(view, now)).toEqual({ ready: true, use: { cpu: 1, rssBytes: 7 } });
    expect(serviceFigures({ ...view, seenAt: ago(11) }, now)).toEqual({ ready: false, use: null });
  });
});
