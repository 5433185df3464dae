// What a CLI command gets of the process it runs in; only main.ts touches the process itself.
import type { Readable, Writable } from 'node:stream';

export interface Io {
  readonly env: NodeJS.ProcessEnv;
  /** What was typed behind the name of the program. */
  readonly argv: readonly string[];
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stdout: Writable & { readonly isTTY?: boolean };
  readonly stderr: Writable & { readonly isTTY?: boolean };
  /** Says a word to the parent process over its IPC channel; absent where there is none. */
  readonly tellParent?: (word: string) => void;
  /** How to run this very CLI in another process. */
  readonly self: readonly [string, ...string[]];
  /** The package's folder. */
  readonly root: string;
  /** The package's version. */
  readonly version?: string;
  /** Fires at the first SIGINT, SIGTERM or SIGHUP. A second of the first two ends the process at once. */
  readonly stopped: AbortSignal;
  /** From now on a stdout or stderr that takes no more ends nothing, but is told; for services. */
  readonly outliveReaders: (tell: (why: string) => void) => void;
  /** Fires `stopped` as the first signal does: for Ctrl-C at a prompt, where the terminal sends none. */
  readonly stop: () => void;
}

/** Documented exit codes; 2 is a usage error, given by the argument parser. */
export const exitCodes = {
  ok: 0,
  failed: 1,
  usage: 2,
  unavailable: 69,
  /** It was stopped, but a part had to be given up. */
  unclean: 70,
  /** Too much was asked; later it may be taken. */
  limited: 75,
  denied: 77,
  config: 78,
  /** Stopped by SIGINT; one that was stopped by SIGTERM ends with 143, by SIGHUP with 129. */
  interrupted: 130,
} as const;
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** Resolves when the signal fires. */
export function untilStopped(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
