// Asking again where an answer was lost: whatever was asked for under a key may have been taken, and under the same key it
// stays one.
import { catalogue, parseInvocation, type Reply } from '../../commands/index.ts';
import { domainErrors } from '../../contracts/errors.ts';
import { systemClock } from '../../core/clock.ts';
import { coreErrors, SwarmError, toSwarmError } from '../../core/errors.ts';
import { startTimer } from '../../core/timer.ts';
import type { Client, Wish } from '../client.ts';
import type { Io } from '../io.ts';

/** How long a platform that was reached is waited for to come back, ms: as long as a restart of it takes at most. */
const longestMs = 20_000;
const pauseMs = 500;
/** Whoever sits at a terminal wonders from then on, ms. */
const tellAfterMs = 2_000;

/**
 * A client that asks again where the answer to an order or to a word on it was lost, or nobody is there any more who was.
 * @throws SwarmError of the methods; what of it may have been taken, and what is to be done, is in its text
 */
export function persistent(client: Client, asked: Asked, io: Io): Client {
  // One that was there once is away for a while only.
  const seen = { isReached: false, isToldOf: false, soonMs: client.soonMs };
  let isMissed = false;
  return {
    ...client,
    run: async (wish, key) => {
      const isQuestion = wish.dryRun || isAnswered(wish);
      const ask = (patienceMs: number) => client.run(wish, key, { patienceMs, isQuestion });
      const end = await untilAnswered(ask, seen, asked, io);
      if ('answer' in end) return end.answer;
      throw isQuestion ? end.thrown : orderUnknown(end, key);
    },
    decide: async (id, verdict, how) => {
      const ask = (patienceMs: number) => client.decide(id, verdict, { ...how, patienceMs });
      const end = await untilAnswered(ask, seen, asked, io);
      if ('answer' in end) return withWay(end.answer, id);
      throw wordUnknown(end, id, asked.key);
    },
    nextReport: async (...which) => {
      try {
        return await client.nextReport(...which);
      } catch (thrown) {
        const isAway = toSwarmError(thrown).retryable && !io.stopped.aborted;
        if (isAway && !isMissed && io.stderr.isTTY === true) {
          io.stderr.write('no answer from the platform now; the order is kept, and is asked about again\n');
          isMissed = true;
        }
        throw thrown;
      }
    },
  };
}

interface Asked {
  /** What makes it the same again. */
  readonly key: string;
  /** Whether nothing is said of what is asked again. */
  readonly quiet: boolean;
  /** How long it is asked again at most, ms. Default 20 s. */
  readonly patienceMs?: number | undefined;
}

/** Why there is no answer. */
interface Unheard {
  readonly thrown: unknown;
  readonly why: 'stopped' | 'lost' | 'other';
}

interface Seen {
  readonly soonMs: number;
  isReached: boolean;
  /** Whether it was said that an answer is waited for. */
  isToldOf: boolean;
}

/** Whether its answer is all that comes of it. */
function isAnswered(wish: Wish): boolean {
  const input =
    'line' in wish ? ({ kind: 'line', ...wish } as const) : ({ kind: 'parsed', ...wish } as const);
  const result = parseInvocation(input, catalogue);
  return result.ok && result.parsed.spec.kind === 'question';
}

async function untilAnswered<T>(
  ask: (patienceMs: number) => Promise<T>,
  seen: Seen,
  { quiet, patienceMs = longestMs }: Asked,
  io: Io,
): Promise<{ readonly answer: T } | Unheard> {
  const mostMs = Math.min(patienceMs, longestMs);
  let waitMs = seen.soonMs;
  let until: number | null = null;
  let why: Unheard['why'] = 'other';
  for (;;) {
    try {
      const answer = await telling(ask(waitMs), seen, seen.soonMs + mostMs, io);
      seen.isReached = true;
      return { answer };
    } catch (thrown) {
      if (io.stopped.aborted) return { thrown, why: 'stopped' };
      const { code, message } = toSwarmError(thrown);
      const isLost = code === domainErrors.answerLost.code || code === domainErrors.platformSilent.code;
      if (isLost) why = 'lost';
      seen.isReached ||= isLost;
      const isAway = isLost || code === domainErrors.platformUnreachable.code;
      if (!isAway || !seen.isReached) return { thrown, why };
      const how =
        code === domainErrors.platformSilent.code ? 'asking again' : 'asking again, as the same order';
      if (until === null && !quiet) io.stderr.write(`${message}; ${how}\n`);
      until ??= systemClock.now() + mostMs;
      if (systemClock.now() >= until) return { thrown, why };
      await systemClock.sleep(pauseMs, io.stopped).catch(() => undefined);
      // Longer each time: one that is only slow gets through in the end.
      waitMs = Math.max(pauseMs, Math.min(2 * waitMs, until - systemClock.now()));
    }
  }
}

/** Says at a terminal that an answer is waited for, once. */
async function telling<T>(work: Promise<T>, seen: Seen, mostMs: number, { stderr }: Io): Promise<T> {
  if (seen.isToldOf || stderr.isTTY !== true) return work;
  const timer = startTimer(systemClock, tellAfterMs);
  void timer.over.then(() => {
    seen.isToldOf = true;
    stderr.write(`no answer yet; it is waited for, ${mostMs / 1_000} s at most (Ctrl-C ends the wait)\n`);
  });
  return work.finally(() => timer.callOff());
}

// Whoever gave it by a flag or a key has not seen what to decide on.
function withWay(reply: Reply, id: string): Reply {
  if (reply.kind !== 'refusal' || reply.code !== 'unavailable') return reply;
  return { ...reply, text: `${reply.text} It may wait for your word still: \`swarmline approve ${id}\`.` };
}

const again = (key: string) => `the same command with --key ${key} asks again, and stays one order`;

// No question was seen, so none was withdrawn.
function orderUnknown({ thrown, why }: Unheard, key: string): unknown {
  if (why === 'other') return thrown;
  const unknown = 'so it is unknown whether it was taken';
  if (why === 'lost') return lost(`no answer came, ${unknown}; ${again(key)}`, thrown);
  const text = `stopped before the platform answered, ${unknown}; if it was, it is under way, or waits for a word: \`swarmline approvals\` shows it, and \`swarmline deny ID\` withdraws it`;
  return new SwarmError(coreErrors.aborted, text, { cause: thrown });
}

function wordUnknown({ thrown, why }: Unheard, id: string, key: string): unknown {
  const { kind, message } = toSwarmError(thrown);
  const unknown = 'so it is unknown whether your word counts';
  const waits = `\`swarmline approvals\` shows whether it waits for one, and \`swarmline deny ${id}\` withdraws it`;
  if (why === 'lost') return lost(`no answer came, ${unknown}; ${again(key)}; ${waits}`, thrown);
  const text = why === 'stopped' ? `stopped before the platform answered, ${unknown}` : message;
  return new SwarmError(kind, `${text}; ${waits}`, { cause: thrown });
}

function lost(text: string, cause: unknown): SwarmError {
  return new SwarmError(domainErrors.answerLost, text, { cause });
}
