// Talks to the running platform over its HTTP face, with the token file as proof.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Reply } from '../commands/index.ts';
import { type Report, reportSchema } from '../contracts/chat.ts';
import { type ResetAnswer, resetAnswerSchema } from '../contracts/components.ts';
import { domainErrors } from '../contracts/errors.ts';
import { coreErrors, type ErrorKind, errorText, SwarmError } from '../core/errors.ts';
import type { Io } from './io.ts';
import { whereabouts } from './whereabouts.ts';

export interface Client {
  run(line: string, idempotencyKey: string): Promise<Reply>;
  decide(confirmationId: string, verdict: 'yes' | 'no'): Promise<Reply>;
  /** The next report with a seq above `after`, waited for up to 20 s; null when none came. */
  nextReport(id: string, after: number): Promise<Report | null>;
  acknowledge(deliveryId: string, state: 'accepted' | 'working'): Promise<{ readonly state: string }>;
  /** @throws SwarmError COMPONENT_UNKNOWN that names the components there are */
  resetComponent(name: string): Promise<ResetAnswer>;
}

const failureSchema = z.object({ error: z.string(), message: z.string() });
const kinds: readonly ErrorKind[] = [...Object.values(domainErrors), ...Object.values(coreErrors)];
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
    const response = await fetch(`${base}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.any([io.stopped, AbortSignal.timeout(30_000)]),
    }).catch((cause: unknown) => {
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
    const answer: unknown = await response.json();
    const failure = response.ok ? null : failureSchema.safeParse(answer);
    if (failure?.success) {
      const { error, message } = failure.data;
      throw new SwarmError(kinds.find(({ code }) => code === error) ?? coreErrors.unexpected, message);
    }
    return answer;
  };
  return {
    run: async (line, key) =>
      replySchema.parse(await call('POST', '/v1/run', { line }, { 'idempotency-key': key })),
    decide: async (id, verdict) =>
      replySchema.parse(await call('POST', `/v1/confirmations/${encodeURIComponent(id)}`, { verdict })),
    nextReport: async (id, after) =>
      reportSchema
        .nullable()
        .parse(await call('GET', `/v1/results/${encodeURIComponent(id)}?after=${after}&waitMs=20000`)),
    acknowledge: async (id, state) =>
      z
        .object({ state: z.string() })
        .parse(await call('POST', `/v1/deliveries/${encodeURIComponent(id)}/ack`, { state })),
    resetComponent: async (name) =>
      resetAnswerSchema.parse(await call('POST', `/v1/components/${encodeURIComponent(name)}/reset`)),
  };
}
