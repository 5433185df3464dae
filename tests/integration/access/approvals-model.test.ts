// Approvals under races against a model: whatever is done at once, in whatever order, there is one end, and it is that of
// the one call that was told so.
import fc from 'fast-check';
import { expect } from 'vitest';
import { type Approvals, createApprovals } from '../../../src/access/index.ts';
import { it } from '../../support/fixtures.ts';
import { ManualClock } from '../../unit/core/manual-clock.ts';

const identity = { surface: 'twitch', id: '1', name: 'x' } as const;
const from = { surface: 'twitch', place: 'swarm' } as const;
const act = fc.record({
  process: fc.constantFrom(0, 1),
  what: fc.constantFrom('approved', 'declined', 'withdrawn', 'expired', 'done', 'shown', 'invalid'),
});
/** What is done at once, and how much time goes by after it, ms. */
const round = fc.record({
  acts: fc.array(act, { minLength: 1, maxLength: 6 }),
  passes: fc.constantFrom(0, 1, 59_999, 60_000, 60_001, 130_000),
});

it('has one end, that of the one call that was told so', async ({ redis, prefix }) => {
  let run = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(round, { minLength: 1, maxLength: 5 }), async (rounds) => {
      run += 1;
      const clock = new ManualClock();
      const stores = [0, 1].map(() => createApprovals({ redis, clock }, { prefix }));
      const [first] = stores;
      if (!first) throw new Error('no store');
      const { id } = await first.open(wish(`run-${run}`));
      let state = 'pending';
      let by: string | null = null;
      for (const [r, { acts, passes }] of rounds.entries()) {
        const before = await first.find(id);
        const late = clock.now() > (before?.expiresAt ?? 0);
        const answers = await Promise.all(
          acts.map(({ process, what }, i) =>
            perform(stores[process] ?? first, { id, what, who: `${r}-${i}` }),
          ),
        );
        const moved = answers.flatMap((answer, i) => (answer === 'moved' ? [i] : []));
        for (const i of moved) {
          const what = acts[i]?.what ?? '';
          const fits =
            what === 'done'
              ? state === 'approved' || moved.length === 2
              : state === 'pending' || moved.length === 2;
          expect(fits, `${what} from ${state}`).toBe(true);
          if (what !== 'done') expect(what === 'expired').toBe(late);
          if (what !== 'done' && what !== 'expired') by = `${r}-${i}`;
        }
        expect(moved.length).toBeLessThanOrEqual(2);
        const after = await first.find(id);
        expect(after?.decided?.person ?? null).toBe(by);
        if (moved.length === 0) expect(after?.state).toBe(state);
        state = after?.state ?? 'missing';
        clock.advance(passes);
      }
    }),
    { numRuns: 40 },
  );
});

function perform(
  store: Approvals,
  { id, what, who }: { readonly id: string; readonly what: string; readonly who: string },
): Promise<string> {
  const decided = { person: who, identity, from, at: 0, reason: '', policyVersion: 'v' };
  switch (what) {
    case 'shown':
      return store.shown(id).then(() => 'shown');
    case 'done':
      return store.move(id, { from: 'approved', to: 'done' });
    case 'expired':
      return store.move(id, { from: 'pending', to: 'expired' });
    case 'approved':
    case 'declined':
    case 'withdrawn':
    case 'invalid':
      return store.move(id, { from: 'pending', to: what, decided });
    default:
      throw new Error(`no act ${what}`);
  }
}

function wish(invocationId: string) {
  return {
    invocationId,
    command: 'restart',
    args: { service: 'slam' },
    permission: 'service.restart:slam',
    level: 'confirm',
    prompt: 'Restart slam?',
    requester: { person: 'alice', identity },
    place: { surface: 'twitch', id: 'swarm' },
    replyTo: from,
    policyVersion: 'v',
  } as const;
}
