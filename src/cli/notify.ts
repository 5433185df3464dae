// Tells whoever started this process how it is: systemd (Type=notify, WatchdogSec=) and PM2 (wait_ready).
// Node has no unix datagram sockets, so systemd hears it through its own program, systemd-notify; its unit needs
// NotifyAccess=all, because the words come from a child.
import { execFile } from 'node:child_process';
import type { Clock } from '../core/clock.ts';
import { errorText } from '../core/errors.ts';
import type { Logger } from '../core/logger.ts';
import { findProgram } from '../core/servers/index.ts';
import type { Io } from './io.ts';

/** Nothing waits for its words but `close`; none of its methods throws. */
export interface Notifier {
  /** The platform is ready; `status` is one line for people. From now on the watchdog is fed. */
  ready(status: string): void;
  /** One line for people. */
  status(text: string): void;
  /** It is being stopped; the watchdog is still fed until `close`. */
  stopping(): void;
  /** Resolves when the last word was taken, or was given up. */
  close(): Promise<void>;
}

/** systemd takes a word within some ms; what it has not taken by then is given up, ms. */
const sendMs = 2_000;

export interface NotifierDeps {
  readonly io: Pick<Io, 'env' | 'tellParent'>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Without NOTIFY_SOCKET and without a parent that listens it does nothing. */
export async function createNotifier({ io, clock, logger }: NotifierDeps): Promise<Notifier> {
  const send = await makeSend(io.env, logger);
  const closed = new AbortController();
  // One word after the other: each has a process of its own, and READY must not be overtaken.
  let last: Promise<void> = Promise.resolve();
  const say = (...words: string[]): Promise<void> => {
    if (send) last = last.then(() => send(words));
    return last;
  };
  return {
    ready: (status) => {
      io.tellParent?.('ready');
      void say('READY=1', `STATUS=${oneLine(status)}`);
      if (send) void feedWatchdog(say, { periodMs: watchdogMs(io), signal: closed.signal, clock, logger });
    },
    status: (text) => void say(`STATUS=${oneLine(text)}`),
    stopping: () => void say('STOPPING=1', 'STATUS=draining'),
    close: () => {
      closed.abort();
      return last;
    },
  };
}

type Send = (words: readonly string[]) => Promise<void>;

async function makeSend(env: NodeJS.ProcessEnv, logger: Logger): Promise<Send | null> {
  const socket = env['NOTIFY_SOCKET'];
  if (!socket) return null;
  const searchPath = env['PATH'] ?? '';
  const program = await findProgram('systemd-notify', searchPath);
  if (!program) {
    logger.error(
      { socket },
      'NOTIFY_SOCKET is set, but there is no program systemd-notify on the PATH: systemd is told nothing',
    );
    return null;
  }
  let failing = false;
  return async (words) => {
    // It waits until systemd has taken the word, which otherwise could not tell any more who said it.
    const fault = await runQuietly(program, words, {
      NOTIFY_SOCKET: socket,
      PATH: searchPath,
    });
    if (fault !== null && !failing) logger.warn({ fault }, 'systemd could not be told');
    failing = fault !== null;
  };
}

function runQuietly(
  program: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<string | null> {
  return new Promise((resolve) => {
    execFile(program, [...args], { env, timeout: sendMs, killSignal: 'SIGKILL' }, (error) =>
      resolve(error === null ? null : errorText(error)),
    );
  });
}

/** The watchdog's patience, ms; null when there is none, or when it is meant for another process. */
function watchdogMs({ env }: Pick<Io, 'env'>): number | null {
  const micros = Number(env['WATCHDOG_USEC'] ?? 0);
  const other = env['WATCHDOG_PID'] !== undefined && Number(env['WATCHDOG_PID']) !== process.pid;
  return Number.isFinite(micros) && micros > 0 && !other ? micros / 1_000 : null;
}

interface Feeding {
  readonly periodMs: number | null;
  readonly signal: AbortSignal;
  readonly clock: Clock;
  readonly logger: Logger;
}

// The event loop itself feeds the watchdog, so one that stands still lets it starve: that is the health that it shows.
async function feedWatchdog(
  say: (word: string) => Promise<void>,
  { periodMs, signal, clock, logger }: Feeding,
): Promise<void> {
  if (periodMs === null) return;
  logger.info({ periodMs }, 'the watchdog of systemd is fed');
  while (!signal.aborted) {
    await say('WATCHDOG=1');
    await clock.sleep(periodMs / 2, signal).catch(() => undefined);
  }
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}
