// What one process tells of what several see, where Redis is away at the wrong moment.
import { expect, it } from 'vitest';
import type { Alert, AlertSignal } from '../../../src/core/alerts/alert.ts';
import { AlertBook } from '../../../src/core/alerts/book.ts';
import type { AlertClaims } from '../../../src/core/alerts/claims.ts';
import { Voice } from '../../../src/core/alerts/voice.ts';

const signal: AlertSignal = {
  key: 'link-lost/discord',
  source: 'links',
  severity: 'warning',
  title: 'discord is away',
  detail: '',
  runbook: '',
  count: 1,
  labels: {},
};

/** Claims of the only process there is. */
function claimsOf(state: { away: boolean }): AlertClaims {
  const claimed = new Set<string>();
  const told = new Map<string, Alert>();
  return {
    claim: async (key) => {
      if (state.away) return null;
      if (claimed.has(key)) return 'own';
      claimed.add(key);
      return told.has(key) ? 'told' : 'new';
    },
    told: async (alert) => void (state.away || told.set(alert.key, alert)),
    taken: async () => null,
    release: async (key) => void (state.away || claimed.delete(key)),
    left: async () => (state.away ? null : [...told.values()].filter(({ key }) => !claimed.has(key))),
    end: async (key) => (state.away ? null : !claimed.has(key) && told.delete(key)),
  };
}

it('an end that was told while Redis was away is told once, and a new beginning is told', async () => {
  const state = { away: false };
  const book = new AlertBook();
  let now = 60_000;
  const voice = new Voice({
    book,
    claims: claimsOf(state),
    wayOf: () => ({ state: 'told', at: now }),
    unwanted: () => undefined,
  });
  const told: string[] = [];
  const pass = async (seconds: number) => {
    for (let i = 0; i < seconds; i += 1) {
      now += 1_000;
      await voice.attend(now);
      for (const notice of book.take(now)) {
        const own = await voice.ownOf(notice, now);
        if (own.length > 0) told.push(notice.kind);
        await voice.sent(own);
      }
    }
  };
  book.firing(signal, now);
  await pass(20);
  state.away = true;
  book.resolved(signal.key, now);
  await pass(20);
  state.away = false;
  await pass(200);
  expect(told).toEqual(['firing', 'resolved']);
  book.firing(signal, now);
  await pass(20);
  expect(told).toEqual(['firing', 'resolved', 'firing']);
});
