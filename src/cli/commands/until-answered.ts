// Asking again where an answer was lost: whatever was asked for under a key may have been taken, and under the same key it
// stays one.
import { domainErrors } from '../../contracts/errors.ts';
import { systemClock } from '../../core/clock.ts';
import { SwarmError, toSwarmError } from '../../core/errors.ts';
import type { Client } from '../client.ts';
import type { Io } from '../io.ts';

/** How long a platform that was reached is waited for to come back, ms: as long as a restart of it takes at most. */
const longestMs = 20_000;
const pauseMs = 500;

/**
 * A client that asks again where the answer to an order or to a word on it was lost. Where nobody was reached at all, it
 * fails at once. @throws SwarmError of the methods: ANSWER_LOST names the key to ask again with
 */
export function persistent(client: Client, asked: Asked, io: Io): Client {
  return {
    ...client,
    run: (wish, key) => untilAnswered(() => client.run(wish, key), { ...asked, key }, io),
    decide: (...word) => untilAnswered(() => client.decide(...word), asked, io),
  };
}

interface Asked {
  /** What makes it the same again. */
  readonly key: string;
  /** Whether nothing is said of the wait. */
  readonly quiet: boolean;
  /** How long it is asked again at most, ms. Default 20 s. */
  readonly patienceMs?: number | undefined;
}

async function untilAnswered<T>(
  ask: () => Promise<T>,
  { key, quiet, patienceMs = longestMs }: Asked,
  io: Io,
): Promise<T> {
  const waitsMs = Math.min(patienceMs, longestMs);
  let until: number | null = null;
  for (;;) {
    try {
      return await ask();
    } catch (thrown) {
      const { code, message } = toSwarmError(thrown);
      if (io.stopped.aborted || !isUnanswered(code, until !== null)) throw thrown;
      if (until === null && !quiet) io.stderr.write(`${message}; asking again, as the same order\n`);
      until ??= systemClock.now() + waitsMs;
      if (systemClock.now() >= until) throw lost(key, waitsMs, thrown);
      await systemClock.sleep(pauseMs, io.stopped).catch(() => undefined);
    }
  }
}

// Who was reached once may have taken it, even when nobody is there any more.
function isUnanswered(code: string, wasReached: boolean): boolean {
  return (
    code === domainErrors.answerLost.code || (wasReached && code === domainErrors.platformUnreachable.code)
  );
}

function lost(key: string, waitedMs: number, cause: unknown): SwarmError {
  const text = `no answer for ${waitedMs / 1_000} s, so it is unknown whether it was taken; the same command with --key ${key} asks again, and stays one order`;
  return new SwarmError(domainErrors.answerLost, text, { cause });
}
