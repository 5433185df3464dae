// What agents ask of people, one hash in Redis for each question: it is open until the first answer, and that one stays. It
// shows nothing to anybody; ask.ts does.
import { z } from 'zod';
import { wordOf } from '../contracts/agents.ts';
import { domainErrors } from '../contracts/errors.ts';
import { derivedId } from '../contracts/ids.ts';
import type { LookUpQuestion } from '../contracts/mailbox.ts';
import { SwarmError } from '../core/errors.ts';
import type { Redis } from '../core/redis.ts';
import { makeScript } from '../core/redis-script.ts';
import { ask } from './record-reader.ts';

/** Each method throws SwarmError REDIS_*, and RECORD_UNREADABLE for what cannot be read. */
export interface Questions {
  /** Opens it, unless that was done before. */
  open(id: string, asked: Asking): Promise<void>;
  /** Gives the answer; the same order again is given the same word. */
  answer(agent: string, id: string, word: Word): Promise<Answered>;
  /** By which order the answer that counts came, and how it was fetched, null where it was not; null where there is none. */
  given(
    agent: string,
    id: string,
  ): Promise<{ readonly order: string; readonly fetched: string | null } | null>;
  /** The answer has been fetched; `how` is the detail of that step; the agent's own takes the place of another's. */
  noteFetched(id: string, how: string): Promise<void>;
  readonly lookUp: LookUpQuestion;
}

const asking = z.object({ agent: z.string(), question: z.string(), askedAt: z.number() });
export type Asking = z.infer<typeof asking>;

const word = z.object({ order: z.string(), by: z.string(), answer: z.string(), answeredAt: z.number() });
/** `order` names the one use of a command that brought it. */
export type Word = z.infer<typeof word>;

/** The reason is for people. */
export type Answered =
  /** `keptUntil`: when question and answer go, ms. */
  | { readonly kind: 'given'; readonly question: string; readonly keptUntil: number }
  | { readonly kind: 'refused'; readonly reason: string };

const keepSeconds = 7 * 86_400;

/** The same question, asked at the same moment by the same agent, has the same id. */
export function questionId(agent: string, question: string, at: string): string {
  return `q${derivedId('question', agent, question, at).slice(1, 9)}`;
}

/** Connects to nothing. */
export function createQuestions(redis: Redis, { prefix }: { readonly prefix: string }): Questions {
  const keyOf = (id: string) => `${prefix}:gas:question:${id}`;

  /** Null where there is no such question of this agent. */
  async function find(agent: string, id: string) {
    const fields = await ask(() => redis.hgetall(keyOf(id)));
    if (fields['asked'] === undefined) return null;
    const asked = decode(asking, fields['asked'], keyOf(id));
    if (asked.agent !== agent) return null;
    return {
      asked,
      word: fields['word'] === undefined ? null : decode(word, fields['word'], keyOf(id)),
      fetched: fields['fetched'] ?? null,
    };
  }

  return {
    open: async (id, asked) => {
      await ask(() => openScript(redis, [keyOf(id)], [JSON.stringify(asked), keepSeconds]));
    },
    answer: async (agent, id, given) => {
      const found = await find(agent, id);
      if (found === null) return { kind: 'refused', reason: `${agent} has asked no question ${id}` };
      const kept = await ask(() => answerScript(redis, [keyOf(id)], [JSON.stringify(given)]));
      if (typeof kept !== 'string') {
        return { kind: 'refused', reason: `the question ${id} is older than seven days` };
      }
      const { order, by } = decode(word, kept, keyOf(id));
      const { question, askedAt } = found.asked;
      if (order === given.order) return { kind: 'given', question, keptUntil: askedAt + keepSeconds * 1_000 };
      return { kind: 'refused', reason: `${by} has answered the question ${id} already` };
    },
    given: async (agent, id) => {
      const found = await find(agent, id);
      return found?.word ? { order: found.word.order, fetched: found.fetched } : null;
    },
    noteFetched: async (id, how) => {
      await ask(() => fetchedScript(redis, [keyOf(id)], [how.startsWith(wordOf) ? 'HSETNX' : 'HSET', how]));
    },
    lookUp: async (agent, id) => {
      const found = await find(agent, id);
      if (found === null) {
        throw new SwarmError(domainErrors.questionUnknown, `${agent} has asked no question ${id}`);
      }
      const { question, askedAt } = found.asked;
      if (found.word === null) return { id, question, askedAt, state: 'unanswered' };
      const { by, answer, answeredAt } = found.word;
      return { id, question, askedAt, state: 'answered', by, answer, answeredAt };
    },
  };
}

/** @throws SwarmError RECORD_UNREADABLE */
function decode<T>(schema: z.ZodType<T>, text: string, where: string): T {
  try {
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    throw new SwarmError(domainErrors.recordUnreadable, `Redis ${where} is no question`, { cause });
  }
}

const openScript = makeScript(`
if redis.call('HSETNX', KEYS[1], 'asked', ARGV[1]) == 1 then redis.call('EXPIRE', KEYS[1], ARGV[2]) end
return 1`);

const answerScript = makeScript(`
if redis.call('EXISTS', KEYS[1]) == 0 then return false end
redis.call('HSETNX', KEYS[1], 'word', ARGV[1])
return redis.call('HGET', KEYS[1], 'word')`);

const fetchedScript = makeScript(`
if redis.call('HEXISTS', KEYS[1], 'word') == 1 then redis.call(ARGV[1], KEYS[1], 'fetched', ARGV[2]) end
return 1`);
