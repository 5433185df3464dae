// Words about what is known of an agent's life: its signs, and how far its silence has gone.

export const signSources = ['progress', 'commit', 'inbox', 'heartbeat', 'process'] as const;
export type SignSource = (typeof signSources)[number];

/** Whether a sign proves work, or only that something lives: a beat goes on beside work that has long stopped. */
export const trustOf: Readonly<Record<SignSource, 'work' | 'life'>> = {
  progress: 'work',
  commit: 'work',
  inbox: 'life',
  heartbeat: 'life',
  process: 'life',
};

/** Each in words, as in `last sign: a commit`. */
const signWords: Readonly<Record<SignSource, string>> = {
  progress: 'progress',
  commit: 'a commit',
  inbox: 'something taken from its inbox',
  heartbeat: 'its status was told',
  process: 'its process runs',
};

/** The newest sign of one source; `at` in ms since the epoch. */
export interface Sign {
  readonly source: SignSource;
  readonly at: number;
  /** On whose word it is, such as `on the word of cli:local`; absent: the agent's own, or a fact. */
  readonly word?: string | undefined;
}

/** For people, such as `progress on the word of cli:local`. */
export function signText({ source, word }: Sign): string {
  return word === undefined ? signWords[source] : `${signWords[source]} ${word}`;
}

/** How far the present silence has gone; each step was taken once. */
export const stallTiers = ['none', 'warn', 'nudge', 'reassign', 'human'] as const;
export type StallTier = (typeof stallTiers)[number];

/** What the watch knows of one agent. Times in ms since the epoch. */
export interface WatchView {
  /** Newest first; at most one of each source. */
  readonly signs: readonly Sign[];
  /** Since when nothing speaks for its work any more; null while something does, or nobody expects it to work. */
  readonly silentSince: number | null;
  readonly tier: StallTier;
  /** Since when it has been at 100 % without a next gas, once that was told; null when it is not so. */
  readonly outOfGasSince: number | null;
  /** The agent that it waits for, and that shows signs of life; null when it waits for none. */
  readonly waitsFor: string | null;
  /** What became of its nudge, or why it got none, for people; absent: it is not silent. */
  readonly nudge?: string;
  /** How many pieces of its gas are offered to others in this silence; absent: none. */
  readonly offered?: number;
  /** How many were given to others in it; absent: none. */
  readonly given?: number;
}

/** A trouble of one agent that people are to hear of, for alerts. */
export interface StallView {
  readonly agent: string;
  readonly kind: 'quiet' | 'reassign' | 'stalled' | 'out-of-gas';
  /** ms since the epoch. */
  readonly since: number;
  /** What was seen last, and what can be done, for people. */
  readonly detail: string;
}
