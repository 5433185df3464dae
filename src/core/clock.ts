// Time as a dependency: production uses systemClock, tests bring their own.

export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Resolves after `ms`; rejects with the reason of the signal when that fires. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  // Node's own makes an error with its stack for each wait that is called off, and most of ours are.
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const stop = () => {
        clearTimeout(timer);
        reject(signal?.reason);
      };
      const timer = setTimeout(() => {
        signal?.removeEventListener('abort', stop);
        resolve();
      }, ms);
      signal?.addEventListener('abort', stop, { once: true });
    }),
};

/**
 * Ms that never run backwards: where the clock is set back, it is as if no time had passed. Only for how long something is
 * ago in this process, so that nobody waits for hours because somebody mended the time: after that it is no time of day.
 */
export function makeSteadyNow(clock: Pick<Clock, 'now'>): () => number {
  let behindMs = 0;
  let last = Number.NEGATIVE_INFINITY;
  return () => {
    const shown = clock.now();
    behindMs = Math.max(behindMs, last - shown);
    last = shown + behindMs;
    return last;
  };
}
