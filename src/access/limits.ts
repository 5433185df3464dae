// How much may be asked, counted in Redis for all processes together: how fast, how soon again, and the same use once. One
// script and one round trip before a command. Whose right it is to ask at all is not decided here.
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { randomId } from '../contracts/ids.ts';
import type { Redis } from '../core/redis.ts';
import { admitScript, beginScript, settleScript, takeScript } from './limits-scripts.ts';

/** How fast somebody may ask: so many at once, and one more each `everyMs`. */
export interface Rate {
  readonly burst: number;
  readonly everyMs: number;
}

/** A pause after a use, for whoever shares its key. */
export interface Cooldown {
  readonly scope: 'person' | 'place' | 'global';
  /** Command and scope, such as `restart:place:discord:1`. */
  readonly key: string;
  readonly ms: number;
}

/** One use of a command, before it is done. */
export interface UseRequest {
  /** Who asks, as `surface:id`. */
  readonly principal: string;
  readonly rate: Rate;
  /** The platform's id of the use and what was asked; null for one that leaves no trace. */
  readonly use: { readonly id: string; readonly input: unknown; readonly keepMs: number } | null;
  readonly cooldowns: readonly Cooldown[];
  /** Whether they begin now; else it is only looked whether all are over. */
  readonly begins: boolean;
}

export type Admission =
  /** `ticket` names the use when it is settled. */
  | { readonly kind: 'admitted'; readonly ticket: Ticket }
  /** It came before; `reply` is what it was answered then. */
  | { readonly kind: 'repeated'; readonly reply: string }
  /** Its id belongs to something else. */
  | { readonly kind: 'conflict' }
  | { readonly kind: 'limited'; readonly by: 'rate' | Cooldown['scope']; readonly retryAfterMs: number };

/** Whose use it is, as `surface:id`, and the platform's id of it. */
export type UseName = readonly [principal: string, id: string];

/** What was taken for a use. */
export interface Ticket {
  readonly useKey: string | null;
  /** Its own, among those of the same use at once; empty for one that has none. */
  readonly claim: string;
  readonly cooldownKeys: readonly string[];
  /** Who holds them, so that nobody gives back what another one took. */
  readonly holder: string;
}

/** How a use ended: a reply that is kept for the next time, and whether its cooldowns stand. */
export interface UseEnd {
  readonly reply: string | null;
  readonly counts: boolean;
  /**
   * Whether it was refused before anything was taken; default false. Its id is free again then, for something else too, as
   * soon as that is so of all that came under it.
   */
  readonly frees?: boolean;
}

/** The store of limits. */
export interface Limits {
  /** Admits a use, or says why not; refused ones count for nothing. */
  admit(request: UseRequest): Promise<Admission>;
  /** Begins the cooldowns of what is about to be done, unless one runs; again for the same use, it keeps them. */
  begin(
    cooldowns: readonly Cooldown[],
    use: UseName,
  ): Promise<Extract<Admission, { kind: 'admitted' | 'limited' }>>;
  /**
   * To be asked before anything comes of it, and to be obeyed: false where its id may be something else's by now, since it
   * took a minute to get so far. A use that was not taken does not outlive its requests by more than that.
   */
  take(ticket: Ticket): Promise<boolean>;
  /** Keeps its first reply, or gives back its cooldowns or its id. Resolves to the reply that the use has from now on. */
  settle(ticket: Ticket, end: UseEnd): Promise<string | null>;
}

const limitedSchema = z.tuple([z.literal('limited'), z.coerce.number().int(), z.coerce.number()]);
const beginSchema = z.union([z.tuple([z.literal('admitted')]), limitedSchema]);
const answerSchema = z.union([
  z.tuple([z.literal('admitted')]),
  z.tuple([z.literal('conflict')]),
  z.tuple([z.literal('repeated'), z.string()]),
  limitedSchema,
]);

/** Creates the store over a command client. */
export function createLimits(redis: Redis, options: { readonly prefix: string }): Limits {
  const key = (...parts: readonly string[]) => [options.prefix, 'limit', ...parts].join(':');
  return {
    admit: async ({ principal, rate, use, cooldowns, begins }) => {
      const cooldownKeys = cooldowns.map((one) => key('cooldown', one.key));
      const ticket: Ticket = {
        useKey: use && key('use', digest([principal, use.id])),
        claim: use ? randomId() : '',
        cooldownKeys: begins ? cooldownKeys : [],
        holder: digest([principal, use?.id]),
      };
      const keys = [key('rate', principal), ticket.useKey ?? key('use', '-'), ...cooldownKeys];
      const answer = answerSchema.parse(
        await admitScript(redis, keys, [
          rate.burst,
          rate.everyMs,
          use ? digest(use.input) : '',
          use?.keepMs ?? 0,
          ticket.holder,
          begins ? 1 : 0,
          ticket.claim,
          ...cooldowns.map(({ ms }) => ms),
        ]),
      );
      switch (answer[0]) {
        case 'admitted':
          return { kind: 'admitted', ticket };
        case 'conflict':
          return { kind: 'conflict' };
        case 'repeated':
          return { kind: 'repeated', reply: answer[1] };
        case 'limited':
          return limitedBy(cooldowns, answer);
      }
    },
    begin: async (cooldowns, use) => {
      const cooldownKeys = cooldowns.map((one) => key('cooldown', one.key));
      const ticket: Ticket = { useKey: null, claim: '', cooldownKeys, holder: digest(use) };
      const ms = cooldowns.map((one) => one.ms);
      const answer = beginSchema.parse(await beginScript(redis, cooldownKeys, [ticket.holder, ...ms]));
      return answer[0] === 'admitted' ? { kind: 'admitted', ticket } : limitedBy(cooldowns, answer);
    },
    take: async ({ useKey, claim }) => useKey === null || (await takeScript(redis, [useKey], [claim])) === 1,
    settle: async ({ useKey, claim, cooldownKeys, holder }, { reply, counts, frees = false }) => {
      const kept = useKey === null ? '' : (reply ?? '');
      const isFreed = frees && useKey !== null;
      // Such as a question to the person: there is no reply to keep and no cooldown to give back.
      if (kept === '' && !isFreed && (counts || cooldownKeys.length === 0)) return null;
      const keys = [useKey ?? key('use', '-'), ...cooldownKeys];
      const answer = await settleScript(redis, keys, [kept, counts ? 1 : 0, holder, claim, isFreed ? 1 : 0]);
      return z.string().nullable().parse(answer);
    },
  };
}

function limitedBy(
  cooldowns: readonly Cooldown[],
  [, which, leftMs]: z.infer<typeof limitedSchema>,
): Extract<Admission, { kind: 'limited' }> {
  const by = cooldowns[which - 1]?.scope ?? 'rate';
  return { kind: 'limited', by, retryAfterMs: Math.max(1, Math.ceil(leftMs)) };
}

function digest(what: unknown): string {
  return createHash('sha256').update(JSON.stringify(what)).digest('hex').slice(0, 32);
}
