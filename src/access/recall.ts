// What is recorded of an identity: through whom it is linked, what was granted and revoked, what its platform vouched for.
// Always read anew, so that a change by one process holds in all at once; only whoever asks may be answered by memory.
import type { Mark } from '../contracts/chat.ts';
import type { Clock } from '../core/clock.ts';
import { within } from '../core/timer.ts';
import { type Grant, type Grants, standing, wordsOf } from './grants.ts';
import type { Links } from './links.ts';

export interface Recorded {
  readonly via: string | null;
  readonly grants: readonly Grant[];
  readonly marks: readonly Mark[];
}

/** Whose identity one is by the file; null: nobody's. */
export type OwnerOf = (principal: string) => string | null;

/** What is recorded of identities. */
export interface Recall {
  /** What is recorded now. @throws SwarmError RECORD_UNREADABLE, and what Redis met */
  read(principal: string, ownerOf: OwnerOf): Promise<Recorded>;
  /**
   * As `read`; where that takes too long or fails, what was known last, without its grants but with its revocations.
   * Never rejects.
   */
  readSoon(principal: string, ownerOf: OwnerOf): Promise<Recorded>;
  /** Keeps what a platform vouches for, for the time right before the effect. */
  vouch(principal: string, marks: readonly Mark[]): Promise<void>;
}

const nothing: Recorded = { via: null, grants: [], marks: [] };

/** Of a policy that is nothing but its file. */
export const nothingRecorded: Recall = {
  read: () => Promise.resolve(nothing),
  readSoon: () => Promise.resolve(nothing),
  vouch: () => Promise.resolve(),
};

/** A question has 2.5 s for all of its answer. */
const patienceMs = 300;
const rememberedIdentities = 1_000;

/** Creates it over the stores of grants and links. */
export function createRecall(deps: {
  readonly grants: Grants;
  readonly links: Links;
  readonly clock: Clock;
}): Recall {
  const { grants, links, clock } = deps;
  const memory = new Map<string, Recorded>();
  const read: Recall['read'] = async (principal, ownerOf) => {
    const owner = ownerOf(principal);
    const now = clock.now();
    const [via, marks, own] = await Promise.all([
      owner === null ? links.viaOf(principal) : null,
      links.marksOf(principal),
      grants.of([principal, owner ?? principal], now),
    ]);
    const joined = via === null ? [] : await grants.of([via, ownerOf(via) ?? via], now);
    const recorded = { via, marks, grants: [...own, ...joined] };
    remember(memory, principal, recorded);
    return recorded;
  };
  return {
    read,
    readSoon: async (principal, ownerOf) => {
      const answer = read(principal, ownerOf).catch(() => null);
      const recorded = await within(clock, { ms: patienceMs, late: () => null }, answer);
      return recorded ?? withoutGrants(memory.get(principal) ?? nothing, clock.now());
    },
    vouch: (principal, marks) => links.vouch(principal, marks),
  };
}

function withoutGrants(recorded: Recorded, now: number): Recorded {
  const denying = recorded.grants.flatMap(wordsOf).filter(({ effect }) => effect === 'deny');
  return { ...recorded, grants: denying.filter((word) => standing(word, now) === word) };
}

function remember(memory: Map<string, Recorded>, principal: string, recorded: Recorded): void {
  memory.delete(principal);
  memory.set(principal, recorded);
  for (const oldest of memory.keys()) {
    if (memory.size <= rememberedIdentities) return;
    memory.delete(oldest);
  }
}
