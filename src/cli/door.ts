// The way to a platform: where its HTTP face is, and the proof of who asks. By itself that is the platform of this home and
// its token; SWARMLINE_URL and SWARMLINE_API_KEY name another, for an agent on another machine or with a key of its own.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { domainErrors } from '../contracts/errors.ts';
import { coreErrors, errorText, SwarmError } from '../core/errors.ts';
import { systemKind } from '../core/system-faults.ts';
import type { Io } from './io.ts';
import { whereabouts } from './whereabouts.ts';

/** No answer takes longer, ms: the longest wait that is asked for is 25 s. */
const defaultPatienceMs = 30_000;
/** What is reached at all answers a command within half of it, ms. */
const soonMs = 5_000;
/** Only after 10 s without a connection it is known that nobody was reached, as may be on another machine. */
const soonElsewhereMs = 12_000;

export interface Door {
  /** Without a slash at its end. */
  readonly url: string;
  /** Who has not answered a command by then hangs, ms. */
  readonly soonMs: number;
  /** What is done about it where nobody is there. */
  readonly mend: string;
  /** What is done about it where another program is there. */
  readonly elsewhere: string;
  /** Of every request. */
  readonly headers: Readonly<Record<string, string>>;
  /**
   * Resolves when the answer is there whole. Rejects with SwarmError PLATFORM_UNREACHABLE when nobody was reached,
   * ANSWER_LOST when somebody was and gave no answer in time or a part of one, PLATFORM_SILENT where nothing but the answer
   * can be lost by that, ABORTED by a stop.
   * @param request.body becomes JSON
   */
  fetch(path: string, request: DoorRequest): Promise<Answer>;
}

/** What came back, whole. */
export interface Answer {
  readonly status: number;
  readonly text: string;
}

export interface DoorRequest {
  readonly method: 'GET' | 'POST' | 'PUT';
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** How long the answer is waited for, ms; default 30 s. */
  readonly patienceMs?: number | undefined;
  /** Whether it only asks, so that nothing comes of it; default: what is got. */
  readonly isQuestion?: boolean | undefined;
  /** Of one without a key: what comes of asking again, in words, for whoever lost the answer. */
  readonly again?: string;
}

/** @throws SwarmError CONFIG_INVALID for a URL that is none, or a file of a key that cannot be read */
export async function findDoor(io: Pick<Io, 'env' | 'root' | 'stopped'>): Promise<Door> {
  const { url, credential, soonMs, mend, elsewhere } = await addressOf(io);
  const headers: Record<string, string> = credential === '' ? {} : { authorization: `Bearer ${credential}` };
  return {
    url,
    soonMs,
    mend,
    elsewhere,
    headers,
    fetch: async (path, request) => {
      const { method, body, headers: own = {}, patienceMs, isQuestion = method === 'GET', again } = request;
      const ask = async (signal: AbortSignal): Promise<Answer> => {
        const response = await fetch(`${url}${path}`, {
          method,
          headers: {
            ...headers,
            ...(body === undefined ? {} : { 'content-type': 'application/json' }),
            ...own,
          },
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
          signal,
        });
        return { status: response.status, text: await response.text() };
      };
      return inTime(ask, io.stopped, patienceMs).catch((cause: unknown) => {
        const lost = { isQuestion, ...(again !== undefined && { again }) };
        if (io.stopped.aborted) throw stoppedAsking(cause, lost);
        throw unanswered(url, cause, { ...lost, mend });
      });
    },
  };
}

/** Why there is no answer: nobody was reached, or what was asked for may have been taken. */
export function unanswered(
  url: string,
  cause: unknown,
  {
    isQuestion = false,
    mend = startIt,
    again,
  }: Pick<DoorRequest, 'again'> & { readonly isQuestion?: boolean; readonly mend?: string } = {},
): SwarmError {
  const kind = cause instanceof SwarmError ? cause.kind : systemKind(cause);
  if (kind === coreErrors.connectionLost || kind === coreErrors.timedOut) {
    return answerLost(url, reasonOf(cause), { cause, isQuestion, ...(again !== undefined && { again }) });
  }
  const text = `no Swarmline answers at ${url} (${reasonOf(cause)}); ${mend}`;
  return new SwarmError(domainErrors.platformUnreachable, text, { cause });
}

/** @param why in words */
export function answerLost(
  url: string,
  why: string,
  {
    cause,
    isQuestion,
    again,
  }: Pick<DoorRequest, 'again'> & { readonly cause?: unknown; readonly isQuestion: boolean },
): SwarmError {
  if (isQuestion) {
    return new SwarmError(domainErrors.platformSilent, `${url} was reached and gives no answer (${why})`, {
      cause,
    });
  }
  const text = `${url} was reached and its answer is lost (${why}), ${unknownTaken(again)}`;
  return new SwarmError(domainErrors.answerLost, text, { cause });
}

function stoppedAsking(
  cause: unknown,
  { isQuestion, again }: Pick<DoorRequest, 'again'> & { readonly isQuestion: boolean },
): SwarmError {
  const truth = isQuestion ? '' : `, ${unknownTaken(again)}`;
  return new SwarmError(coreErrors.aborted, `stopped before the platform answered${truth}`, { cause });
}

function unknownTaken(again: string | undefined): string {
  return `so it is unknown whether this was taken${again === undefined ? '' : `; ${again}`}`;
}

// fetch itself says only that it failed.
function reasonOf(thrown: unknown): string {
  return thrown instanceof TypeError && thrown.cause ? errorText(thrown.cause) : errorText(thrown);
}

interface Address extends Pick<Door, 'url' | 'soonMs' | 'mend' | 'elsewhere'> {
  readonly credential: string;
}

const startIt = 'start it with: npm start';
const nameIt = 'let SWARMLINE_HOME and SWARMLINE_API_PORT name the one that is meant';
const nameItThere = 'mend SWARMLINE_URL, which names it';
const startItThere = 'start it there, or mend SWARMLINE_URL, which names it';

async function addressOf(io: Pick<Io, 'env' | 'root'>): Promise<Address> {
  const given = io.env['SWARMLINE_URL'];
  const key = await keyOf(io.env);
  if (given)
    return {
      url: withoutSlash(given),
      credential: key ?? '',
      soonMs: soonElsewhereMs,
      mend: startItThere,
      elsewhere: nameItThere,
    };
  const { home, port } = await whereabouts(io);
  // The token of this home never goes to a URL that somebody wrote down.
  const token = (await readFile(join(home, 'api-token'), 'utf8').catch(() => '')).trim();
  return {
    url: `http://127.0.0.1:${port}`,
    credential: key ?? token,
    soonMs,
    mend: startIt,
    elsewhere: nameIt,
  };
}

async function keyOf(env: NodeJS.ProcessEnv): Promise<string | undefined> {
  const file = env['SWARMLINE_API_KEY_FILE'];
  if (!file) return env['SWARMLINE_API_KEY'] || undefined;
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch (cause) {
    throw new SwarmError(coreErrors.configInvalid, `SWARMLINE_API_KEY_FILE: ${errorText(cause)}`, { cause });
  }
}

function withoutSlash(url: string): string {
  if (!/^https?:/.test(url) || !URL.canParse(url)) {
    throw new SwarmError(coreErrors.configInvalid, `SWARMLINE_URL: a URL such as http://127.0.0.1:7700`);
  }
  return url.replace(/\/+$/, '');
}

// Not AbortSignal.timeout within any(): Node 20 may collect it, and then nothing ends the wait.
async function inTime<T>(
  work: (signal: AbortSignal) => Promise<T>,
  stopped: AbortSignal,
  patienceMs = defaultPatienceMs,
): Promise<T> {
  const late = new AbortController();
  const error = new SwarmError(
    coreErrors.timedOut,
    `no answer within ${Math.round(patienceMs / 100) / 10} s`,
  );
  const timer = setTimeout(() => late.abort(error), patienceMs);
  return await work(AbortSignal.any([stopped, late.signal])).finally(() => clearTimeout(timer));
}
