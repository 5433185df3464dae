// Who was first and who was last in a round of a join: by when they came, whatever their ids are.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Arrivals, arrive, nobodyYet, passBy, releases, reopened } from '../../../src/pipeline/join.ts';
import { arrivalsSchema, decodeRecord, encodeRecord } from '../../../src/pipeline/records.ts';

// The keys of an object that are digits stand before all others, by their number.
const of = ['1', '2', '3', 'A', 'B'];
const all = { mode: 'all', of: [...of, 'late'] } as const;
const any = { mode: 'any', of: [...of, 'late'] } as const;

/** As the record in Redis gives it back. */
function kept(now: Arrivals): Arrivals {
  const read = decodeRecord(encodeRecord(1, now), arrivalsSchema, 'here');
  if ('value' in read) return read.value;
  throw read;
}

const play = (comers: readonly string[], now = nobodyYet) =>
  comers.reduce((before, one, at) => kept(arrive(before, one, `${at}`, all).arrivals), now);
const lastOf = (now: Arrivals) => releases(passBy(now, 'late', '1', all), all)?.from;

describe('the order in a join', () => {
  it('is that in which they came last, for whoever hands over where nobody else is waited for', () => {
    const comers = fc.array(fc.constantFrom(...of), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(comers, (some) => {
        const present = { mode: 'all', of: [...new Set(some)] } as const;
        expect(releases(play(some), present)?.from).toEqual(some.slice(-1));
        const order = [...new Set(some.toReversed())].toReversed();
        expect(releases(play(some), null)?.from).toEqual(order);
        expect(releases(play(some), any)?.from).toEqual(order.slice(0, 1));
      }),
    );
  });

  it('is that in which they came first, for what a join of any tells', () => {
    const { arrivals } = arrive(nobodyYet, '3', '1', any);
    const second = arrive(kept(arrivals), '1', '1', any);
    expect(second.detail).toBe('3 was first');
    expect(arrive(kept(second.arrivals), '2', '1', any).detail).toBe('3 was first');
    const anew = arrive(reopened(second.arrivals), '2', '1', any);
    expect(arrive(kept(anew.arrivals), 'A', '1', any).detail).toBe('2 was first');
  });

  it('is that of its mission before again, where a newer one is taken out', () => {
    const others = ['1', '3', 'A'];
    const again = play([...others, 'B', '2', 'B']);
    expect(lastOf(again)).toEqual(['B']);
    const back = kept(passBy(again, 'B', '5', all));
    expect(lastOf(back)).toEqual(['2']);
    expect(lastOf(play(['B'], kept(passBy(back, 'B', '3', all))))).toEqual(['B']);
  });

  it('has those of an older record before whoever comes after it', () => {
    const old = decodeRecord('4 {"arrived":{"3":"1","A":"2","B":"1"},"fired":false}', arrivalsSchema, 'here');
    const now = 'value' in old ? old.value : nobodyYet;
    expect(releases(now, null)?.from).toEqual(['3', 'A', 'B']);
    expect(releases(play(['2', 'A'], now), null)?.from).toEqual(['3', 'B', '2', 'A']);
  });
});
