// Talks to the running platform over its HTTP face, with the token file as proof.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Reply } from '../commands/index.ts';
import { type Report, reportSchema } from '../contracts/chat.ts';
import { type ResetAnswer, resetAnswerSchema } from '../contracts/components.ts';
import { domainErrors, errorKinds } from '../contracts/errors.ts';
import { coreErrors, errorText, SwarmError } from '../core/errors.ts';
import { inputFault } from '../core/input-faults.ts';
import type { Io } from './io.ts';
import { whereabouts } from './whereabouts.ts';

/** No answer takes longer, ms: the longest wait that is asked for is 20 s. */
const patienceMs = 30_000;

/** What is asked for: as it is typed in chat, or by name; `dryRun` only says what would be done. */
export type Wish = { readonly dryRun: boolean } & (
  | { readonly line: string }
  | { readonly command: string; readonly args: Readonly<Record<string, string>> }
);

export interface Client {
  run(wish: Wish, idempotencyKey: string): Promise<Reply>;
  /** `typed`: the name, where it has to be typed again. */
  decide(confirmationId: string, verdict: 'yes' | 'no', typed?: string): Promise<Reply>;
  /** The next report with a seq above `after`, waited for so long, 20 s at most; null when none came. */
  nextReport(id: string, after: number, waitMs: number): Promise<Report | null>;
  acknowledge(deliveryId: string, state: 'accepted' | 'working'): Promise<{ readonly state: string }>;
  /** @throws SwarmError COMPONENT_UNKNOWN that names the components there are */
  resetComponent(name: string): Promise<ResetAnswer>;
}

const failureSchema = z.object({ error: z.string(), message: z.string() });
const replySchema: z.ZodType<Reply> = z.custom<Reply>(
  (value) =>
    z.object({ kind: z.enum(['answer', 'refusal', 'confirm', 'accepted', 'dropped']) }).safeParse(value)
      .success,
);

/** Its methods throw SwarmError PLATFORM_UNREACHABLE when nothing answers, ABORTED by a stop, or what the platform met. */
export async function connectClient(io: Pick<Io, 'env' | 'root' | 'stopped'>): Promise<Client> {
  const { home, port } = await whereabouts(io);
  const token = (await readFile(join(home, 'api-token'), 'utf8').catch(() => '')).trim();
  const base = `http://127.0.0.1:${port}`;
  const call = async (
    method: 'GET' | 'POST',
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<unknown> => {
    const ask = (signal: AbortSignal) =>
      fetch(`${base}${path}`, {
        method,
        headers: {
          authorization: `Bearer ${token}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal,
      });
    const response = await inTime(ask, io.stopped).catch((cause: unknown) => {
      if (io.stopped.aborted) {
        throw new SwarmError(coreErrors.aborted, 'stopped asking; an order that was confirmed goes on');
      }
      throw new SwarmError(
        domainErrors.platformUnreachable,
        `no Swarmline answers at ${base} (${errorText(cause)}); start it with: npm start`,
        { cause },
      );
    });
    if (response.status === 204) return null;
    const answer = await understood(z.unknown(), response.json());
    const failure = response.ok ? null : failureSchema.safeParse(answer);
    if (failure?.success) {
      const { error, message } = failure.data;
      throw new SwarmError(errorKinds.find(({ code }) => code === error) ?? coreErrors.unexpected, message);
    }
    return answer;
  };
  return {
    run: (wish, key) =>
      understood(replySchema, call('POST', pathOf(wish), bodyOf(wish), { 'idempotency-key': key })),
    decide: (id, verdict, typed) => {
      const word = { verdict, ...(typed !== undefined && { typed }) };
      return understood(replySchema, call('POST', `/v1/confirmations/${encodeURIComponent(id)}`, word));
    },
    nextReport: (id, after, waitMs) =>
      understood(
        reportSchema.nullable(),
        call('GET', `/v1/results/${encodeURIComponent(id)}?after=${after}&waitMs=${waitMs}`),
      ),
    acknowledge: (id, state) =>
      understood(
        z.object({ state: z.string() }),
        call('POST', `/v1/deliveries/${encodeURIComponent(id)}/ack`, { state }),
      ),
    resetComponent: (name) =>
      understood(resetAnswerSchema, call('POST', `/v1/components/${encodeURIComponent(name)}/reset`)),
  };
}

function pathOf(wish: Wish): string {
  if ('line' in wish) return '/v1/run';
  return `/v1/commands/${encodeURIComponent(wish.command.replaceAll(' ', '-'))}`;
}

function bodyOf({ dryRun, ...wish }: Wish): object {
  const asked = 'line' in wish ? { line: wish.line } : { args: wish.args };
  return { ...asked, ...(dryRun && { dryRun }) };
}

// Not AbortSignal.timeout within any(): Node 20 may collect it, and then nothing ends the wait.
async function inTime<T>(work: (signal: AbortSignal) => Promise<T>, stopped: AbortSignal): Promise<T> {
  const late = new AbortController();
  const error = new SwarmError(coreErrors.timedOut, `no answer within ${patienceMs / 1_000} s`);
  const timer = setTimeout(() => late.abort(error), patienceMs);
  return await work(AbortSignal.any([stopped, late.signal])).finally(() => clearTimeout(timer));
}

/** @throws SwarmError INPUT_INVALID for the answer of somebody else, or of a Swarmline of another version */
async function understood<T>(schema: z.ZodType<T>, answer: Promise<unknown>): Promise<T> {
  try {
    return schema.parse(await answer);
  } catch (thrown) {
    throw inputFault(thrown) ?? thrown;
  }
}
