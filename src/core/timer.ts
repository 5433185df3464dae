// Waits that mostly end by being called off: nobody is thrown at then, and no error is made for what is the usual end.
import type { Clock } from './clock.ts';

export interface Timer {
  /** Resolves when the time is over; never once it was called off. */
  readonly over: Promise<void>;
  /** May be called again. */
  callOff(): void;
}

// Node makes an error with its stack for each abort that has no reason of its own.
const calledOff = Symbol('called off');

/** Starts to wait. @param ms by `clock` */
export function startTimer(clock: Pick<Clock, 'sleep'>, ms: number): Timer {
  const stop = new AbortController();
  const over = new Promise<void>((resolve) => {
    clock.sleep(ms, stop.signal).then(resolve, () => undefined);
  });
  return { over, callOff: () => stop.abort(calledOff) };
}

/** What the work comes to, or `late` where it takes longer than `ms`; it is not ended then, and nobody hears of its end. */
export async function within<T, L>(
  clock: Pick<Clock, 'sleep'>,
  { ms, late }: { readonly ms: number; readonly late: () => L | Promise<L> },
  work: Promise<T>,
): Promise<T | L> {
  const timer = startTimer(clock, ms);
  try {
    return await Promise.race([work, timer.over.then(late)]);
  } finally {
    timer.callOff();
  }
}
