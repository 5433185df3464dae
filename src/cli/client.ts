// Talks to the running platform over its HTTP face, with the token file as proof.
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import type { Reply } from '../commands/index.ts';
import { type Report, reportSchema } from '../contracts/chat.ts';
import { domainErrors } from '../contracts/errors.ts';
import { errorText, SwarmError } from '../core/errors.ts';
import type { Io } from './io.ts';

export interface Client {
  run(line: string, idempotencyKey: string): Promise<Reply>;
  decide(confirmationId: string, verdict: 'yes' | 'no'): Promise<Reply>;
  /** The next report with a seq above `after`, waited for up to 20 s; null when none came. */
  nextReport(id: string, after: number): Promise<Report | null>;
  acknowledge(deliveryId: string, state: 'accepted' | 'working'): Promise<{ readonly state: string }>;
}

const lockSchema = z.object({ api: z.number() });
const failureSchema = z.object({ message: z.string() });
const replySchema: z.ZodType<Reply> = z.custom<Reply>(
  (value) =>
    z.object({ kind: z.enum(['answer', 'refusal', 'confirm', 'accepted', 'dropped']) }).safeParse(value)
      .success,
);

/** @throws SwarmError PLATFORM_UNREACHABLE when nothing runs in this home */
export async function connectClient({ env }: Pick<Io, 'env'>): Promise<Client> {
  const home = resolve(env['SWARMLINE_HOME'] || '.swarmline');
  const token = (await readFile(join(home, 'api-token'), 'utf8').catch(() => '')).trim();
  const base = `http://127.0.0.1:${await apiPort(home, env)}`;
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
      signal: AbortSignal.timeout(30_000),
    }).catch((cause: unknown) => {
      throw new SwarmError(
        domainErrors.platformUnreachable,
        `no Swarmline answers at ${base} (${errorText(cause)}); start it with: npm start`,
        { cause },
      );
    });
    if (response.status === 204) return null;
    const answer: unknown = await response.json();
    const failure = response.ok ? null : failureSchema.safeParse(answer);
    if (failure?.success) throw new SwarmError(domainErrors.platformUnreachable, failure.data.message);
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
  };
}

async function apiPort(home: string, env: NodeJS.ProcessEnv): Promise<number> {
  if (env['SWARMLINE_API_PORT']) return Number(env['SWARMLINE_API_PORT']);
  const text = await readFile(join(home, 'run/platform.json'), 'utf8').catch(() => '{}');
  const lock = lockSchema.safeParse(JSON.parse(text));
  return lock.success ? lock.data.api : 7700;
}
