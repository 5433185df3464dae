// The store of wishes that wait for a word, in Redis: a click works after a crash, and each has one end, whoever clicks
// how often in how many processes. Who may decide is not judged here.
import { z } from 'zod';
import type { Address } from '../../contracts/chat.ts';
import { derivedId } from '../../contracts/ids.ts';
import type { Clock } from '../../core/clock.ts';
import { coreErrors, SwarmError } from '../../core/errors.ts';
import type { Redis } from '../../core/redis.ts';
import { fieldsOf, makeReader, toApproval, type Unreadable } from './read.ts';
import {
  type Approval,
  type ApprovalState,
  approvalStates,
  type Decided,
  hashOf,
  type Request,
} from './record.ts';
import { moveScript, openScript, remindedScript, shownScript } from './scripts.ts';

/** How long one's own yes may take, ms. */
const ownWordMs = 60_000;
/** Who has less time than this has hardly looked away, ms. */
const remindsFromMs = 60_000;
/** What nobody could see by then never will be, ms. */
const showWithinMs = 120_000;
// Kept after its end, so that a late click learns what became of it.
const recordTtlMs = 24 * 3_600_000;
/** Whoever decided does the rest; after this long they have died, and a sweep does it, ms. */
const mendAfterMs = 3_000;

/** What cannot be read is tried again after this long, ms. */
const putOffMs = 60_000;

const sweptAtOnce = 100;

/** What a surface asks for; the store adds id, hash and times. */
export type Asked = Omit<Request, 'id' | 'hash' | 'askedAt' | 'waitsMs' | 'remindAfterMs' | 'mirrors'>;

/** `moved`: this very call did it. `late`: its time was over. Else the state that it has. */
export type Move = 'moved' | 'missing' | 'late' | 'early' | ApprovalState;

/** The store. Every method rejects when Redis does not answer: then nothing is proposed and nothing decided. */
export interface Approvals {
  /**
   * The same invocation gets the same one back, in whatever state it is by now. @param options.shown whether it can be seen
   * from now on, or once `shown` is told; default false
   */
  open(asked: Asked, options?: { readonly shown?: boolean }): Promise<Approval>;
  /** Null when there is none under this id. @throws SwarmError RECORD_UNREADABLE that names its key */
  find(id: string): Promise<Approval | null>;
  /** It can be seen now: its time begins, if it had not. */
  shown(id: string): Promise<void>;
  /** From one state into another, if it has that one. */
  move(id: string, way: Way): Promise<Move>;
  /** It was brought to mind: it is due again when its time is over. */
  reminded(id: string): Promise<void>;
  /** It cannot be read now: it is due again in a minute, so that it keeps no other waiting. */
  putOff(id: string): Promise<void>;
  /** All that is told of its end: nobody need look after it any more. */
  settled(id: string): Promise<void>;
  /** What is pending, oldest first; what cannot be read is left out. */
  waiting(): Promise<readonly Approval[]>;
  /** What cannot be read, and so decided by nobody. */
  unreadable(): Promise<readonly Unreadable[]>;
  /** Ids of those that are to be brought to mind, whose time is over, or whose end was left undone. */
  due(): Promise<readonly string[]>;
}

export interface Way {
  readonly from: ApprovalState;
  readonly to: ApprovalState;
  readonly decided?: Decided;
  /** Whether nobody need look after it any more, as after `settled`; default false. */
  readonly settled?: boolean;
}

export interface ApprovalsOptions {
  readonly prefix: string;
  /** Where a request for a second person is shown besides the place of the wish. Default: nowhere. */
  readonly places?: readonly Address[];
  /** How long it waits for the second person, ms; default 900,000. */
  readonly expireMs?: number;
}

const moveSchema = z.enum(['moved', 'missing', 'late', 'early', ...approvalStates]);

/** Creates the store over a command client. */
export function createApprovals(
  deps: { readonly redis: Redis; readonly clock: Clock },
  { prefix, places = [], expireMs = 900_000 }: ApprovalsOptions,
): Approvals {
  const { redis, clock } = deps;
  const index = `${prefix}:approvals`;
  const key = (id: string) => `${prefix}:approval:${id}`;
  const { find, all } = makeReader(redis, { index, key });
  const complete = (asked: Asked, id: string): Request => {
    const alone = asked.level !== 'two-persons';
    const elsewhere = places.filter(
      ({ surface, place }) => surface !== asked.replyTo.surface || place !== asked.replyTo.place,
    );
    const waitsMs = alone ? ownWordMs : expireMs;
    const mirrors = alone ? [] : elsewhere;
    const reminds = !alone && waitsMs >= remindsFromMs && { remindAfterMs: Math.floor(waitsMs / 2) };
    return { ...asked, id, askedAt: clock.now(), waitsMs, ...reminds, mirrors, hash: hashOf(asked) };
  };
  return {
    find,
    open: async (asked, { shown = false } = {}) => {
      const full = derivedId('confirmation', asked.invocationId);
      // Short ids are for typing; a clash with another one takes more digits.
      for (const length of [6, 10, full.length]) {
        const request = complete(asked, full.slice(0, length));
        const { id, askedAt, waitsMs, remindAfterMs = waitsMs } = request;
        const after = (ms: number) => askedAt + (shown ? ms : showWithinMs);
        const times = [after(waitsMs), recordTtlMs, shown ? askedAt : '', after(remindAfterMs)];
        const given = [id, JSON.stringify(request), ...times];
        const stored = toApproval(fieldsOf(await openScript(redis, [key(id), index], given)));
        if (stored.invocationId === asked.invocationId) return stored;
      }
      throw new SwarmError(coreErrors.unexpected, `no free id for ${asked.invocationId}`);
    },
    shown: async (id) => {
      await shownScript(redis, [key(id), index], [id, clock.now()]);
    },
    move: async (id, { from, to, decided, settled = false }) => {
      const by = decided === undefined ? '' : JSON.stringify(decided);
      const now = clock.now();
      const args = [id, from, to, now, by, settled ? '' : now + mendAfterMs];
      return moveSchema.parse(await moveScript(redis, [key(id), index], args));
    },
    reminded: async (id) => {
      await remindedScript(redis, [key(id), index], [id]);
    },
    putOff: async (id) => {
      await redis.zadd(index, 'XX', clock.now() + putOffMs, id);
    },
    settled: async (id) => {
      await redis.zrem(index, id);
    },
    waiting: async () => {
      return (await all())
        .filter((one) => one !== null && 'state' in one)
        .filter(({ state, expiresAt }) => state === 'pending' && expiresAt >= clock.now())
        .toSorted((a, b) => a.askedAt - b.askedAt);
    },
    unreadable: async () => (await all()).filter((one) => one !== null && 'key' in one),
    due: () => redis.zrangebyscore(index, '-inf', clock.now() - 1, 'LIMIT', 0, sweptAtOnce),
  };
}
