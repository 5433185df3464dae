// A question of an agent to people: shown once where gas is reported, with the id that its answer has to name. The answer
// comes to the agent as gas where it has an inbox, and is found again by that id; nothing here waits for it.
import type { Address } from '../contracts/chat.ts';
import { derivedId } from '../contracts/ids.ts';
import type { AskPeople } from '../contracts/mailbox.ts';
import type { JobSink } from '../contracts/ports.ts';
import type { Clock } from '../core/clock.ts';
import type { Redis } from '../core/redis.ts';
import { makeScript } from '../core/redis-script.ts';
import { plainText } from '../core/text.ts';
import { type Questions, questionId } from './questions.ts';
import { ask } from './record-reader.ts';

export interface AskDeps {
  readonly redis: Redis;
  readonly questions: Pick<Questions, 'open'>;
  readonly jobs: JobSink;
  readonly clock: Clock;
}

export interface AskOptions {
  readonly prefix: string;
  /** Who is shown what agents ask. */
  readonly reportTo: readonly Address[];
  /** Those to whom nothing can be given. */
  readonly inboxless: readonly string[];
}

/** An agent that asks more is in a loop, and people would stop to read. */
const most = 10;
const withinSeconds = 3_600;

/** What it makes throws SwarmError REDIS_*, and what a queue throws. */
export function makeAsk(
  { redis, questions, jobs, clock }: AskDeps,
  { prefix, reportTo, inboxless }: AskOptions,
): AskPeople {
  /** When the very question was asked first, within the hour; null where too many others were. */
  async function askedAt(agent: string, question: string): Promise<string | null> {
    const key = `${prefix}:gas:questions:${agent}`;
    const args = [derivedId(question), String(clock.now()), String(most), String(withinSeconds)];
    const at = await ask(() => countScript(redis, [key], args));
    return typeof at === 'string' ? at : null;
  }

  return async (agent, question) => {
    if (reportTo.length === 0) return { asked: false, reason: 'nobody is shown what agents ask here' };
    const at = await askedAt(agent, question);
    if (at === null) {
      return { asked: false, reason: `${most} questions within an hour were asked; go on without an answer` };
    }
    const id = questionId(agent, question, at);
    // Before it is shown: whoever answers at once must find it.
    await questions.open(id, { agent, question, askedAt: Number(at) });
    const about = derivedId('question', agent, question, at);
    for (const to of reportTo) {
      await jobs.add({
        name: 'chat.report',
        id: derivedId('question.report', about, to.surface, to.place),
        correlationId: about,
        causationId: null,
        principal: `system:agent-${agent}`,
        body: {
          ...{
            to,
            about,
            kind: 'notice',
            subject: `question of ${agent}`,
            seq: 0,
            final: true,
            steps: [],
          },
          text: `${agent} asks: ${plainText(question, 1_000)} — answer with: answer ${agent} ${id} "…"`,
        },
      });
    }
    const comes = inboxless.includes(agent) ? ' alone' : ', and comes as a gas from person:…';
    return { asked: true, id, answer: `is told by get_answer${comes}` };
  };
}

const countScript = makeScript(`
local at = redis.call('HGET', KEYS[1], ARGV[1])
if at then return at end
if redis.call('HLEN', KEYS[1]) >= tonumber(ARGV[3]) then return false end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
if redis.call('HLEN', KEYS[1]) == 1 then redis.call('EXPIRE', KEYS[1], ARGV[4]) end
return ARGV[2]`);
