// What the commands of the CLI ask the running platform, and what they understand of its answers.
import { z } from 'zod';
import type { Reply } from '../commands/index.ts';
import { type Report, reportSchema } from '../contracts/chat.ts';
import { type ResetAnswer, resetAnswerSchema } from '../contracts/components.ts';
import { errorKinds } from '../contracts/errors.ts';
import { type ProgressAnswer, type ProgressWords, progressAnswerSchema } from '../contracts/progress.ts';
import { coreErrors, SwarmError } from '../core/errors.ts';
import { inputFault } from '../core/input-faults.ts';
import { answerLost, type Door, findDoor } from './door.ts';
import type { Io } from './io.ts';

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
  acknowledge(
    deliveryId: string,
    state: 'accepted' | 'working',
  ): Promise<{ readonly state: string } | Refused>;
  /** @throws SwarmError AGENT_UNKNOWN, REQUEST_INVALID */
  report(agent: string, words: ProgressWords): Promise<ProgressAnswer | Refused>;
  /** @throws SwarmError COMPONENT_UNKNOWN that names the components there are */
  resetComponent(name: string): Promise<ResetAnswer | Refused>;
}

/** The key may not do it. */
export type Refused = z.infer<typeof refusalSchema>;

const refusalSchema = z.object({ kind: z.literal('refusal'), code: z.string(), text: z.string() });
const failureSchema = z.object({ error: z.string(), message: z.string() });
const replySchema: z.ZodType<Reply> = z.custom<Reply>(
  (value) =>
    z.object({ kind: z.enum(['answer', 'refusal', 'confirm', 'accepted', 'dropped']) }).safeParse(value)
      .success,
);

/** Its methods throw SwarmError PLATFORM_UNREACHABLE, ANSWER_LOST, ABORTED by a stop, or what the platform met. */
export async function connectClient(io: Pick<Io, 'env' | 'root' | 'stopped'>): Promise<Client> {
  const door = await findDoor(io);
  const call = async (...[path, request]: Parameters<Door['fetch']>): Promise<unknown> => {
    const { status, text } = await door.fetch(path, request);
    if (status === 204) return null;
    const answer = await understood(z.unknown(), fromJson(text)).catch((thrown: unknown) => {
      // A gateway in between speaks for a platform that may have taken it.
      throw status >= 500 ? answerLost(door.url, `only a status ${status} came`, thrown) : thrown;
    });
    const failure = status < 400 ? null : failureSchema.safeParse(answer);
    if (failure?.success) {
      const { error, message } = failure.data;
      throw new SwarmError(errorKinds.find(({ code }) => code === error) ?? coreErrors.unexpected, message);
    }
    return answer;
  };
  const post = (path: string, body?: unknown, headers: Record<string, string> = {}) =>
    call(path, { method: 'POST', headers, ...(body !== undefined && { body }) });
  return {
    run: (wish, key) => understood(replySchema, post(pathOf(wish), bodyOf(wish), { 'idempotency-key': key })),
    decide: (id, verdict, typed) => {
      const word = { verdict, ...(typed !== undefined && { typed }) };
      return understood(replySchema, post(`/v1/confirmations/${encodeURIComponent(id)}`, word));
    },
    nextReport: (id, after, waitMs) =>
      understood(
        reportSchema.nullable(),
        call(`/v1/results/${encodeURIComponent(id)}?after=${after}&waitMs=${waitMs}`, { method: 'GET' }),
      ),
    acknowledge: (id, state) =>
      understood(
        z.object({ state: z.string() }).or(refusalSchema),
        post(`/v1/deliveries/${encodeURIComponent(id)}/ack`, { state }),
      ),
    report: (agent, words) =>
      understood(
        progressAnswerSchema.or(refusalSchema),
        call(`/v1/agents/${encodeURIComponent(agent)}/progress`, { method: 'PUT', body: words }),
      ),
    resetComponent: (name) =>
      understood(
        resetAnswerSchema.or(refusalSchema),
        post(`/v1/components/${encodeURIComponent(name)}/reset`),
      ),
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

async function fromJson(text: string): Promise<unknown> {
  return JSON.parse(text);
}

/** @throws SwarmError INPUT_INVALID for the answer of somebody else, or of a Swarmline of another version */
async function understood<T>(schema: z.ZodType<T>, answer: Promise<unknown>): Promise<T> {
  try {
    return schema.parse(await answer);
  } catch (thrown) {
    throw inputFault(thrown) ?? thrown;
  }
}
