// How long to wait before the next line so that Twitch never counts too many: one account-wide sliding window with
// two caps, not two windows. Sends nothing and waits for nothing.
import { type Clock, makeSteadyNow } from '../../core/clock.ts';

export interface LimiterOptions {
  /** Length of the window in ms; longer than Twitch's own, since lines may travel unevenly. */
  readonly windowMs: number;
  /** Most lines in the window when the next one goes where the bot is a plain user. */
  readonly cap: number;
  /** The same where the bot is moderator or broadcaster. */
  readonly privilegedCap: number;
  /** Least ms between two lines when the next one goes where the bot is a plain user. */
  readonly spacingMs: number;
}

/** Twitch: 20 messages in 30 s, 100 as moderator, and about one a second as a plain user. The rest is reserve. */
export const messageLimits: LimiterOptions = {
  windowMs: 31_000,
  cap: 18,
  privilegedCap: 95,
  spacingMs: 1_200,
};

/** Twitch: 20 JOINs in 10 s. */
export const joinLimits: LimiterOptions = { windowMs: 11_000, cap: 18, privilegedCap: 18, spacingMs: 0 };

export interface Limiter {
  /** 0 when a line may go now, else the ms to wait before asking again. */
  waitMs(privileged: boolean): number;
  /** Call when a line is written. */
  record(): void;
  /** Twitch says that it was too much: nothing may go for a whole window. */
  penalise(): void;
}

export function createLimiter(options: LimiterOptions, clock: Clock): Limiter {
  const steadyNow = makeSteadyNow(clock);
  let sent: number[] = [];
  let mutedUntil = 0;
  return {
    waitMs(privileged) {
      const now = steadyNow();
      sent = sent.filter((at) => at > now - options.windowMs);
      const blocking = sent.at(-(privileged ? options.privilegedCap : options.cap));
      const windowOpens = blocking === undefined ? now : blocking + options.windowMs;
      const spaced = privileged ? now : (sent.at(-1) ?? now - options.spacingMs) + options.spacingMs;
      return Math.max(0, windowOpens - now, spaced - now, mutedUntil - now);
    },
    record: () => void sent.push(steadyNow()),
    penalise: () => {
      mutedUntil = steadyNow() + options.windowMs;
    },
  };
}
