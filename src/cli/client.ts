// What the commands of the CLI ask the running platform, and what they understand of its answers.
import { z } from 'zod';
import type { Reply } from '../commands/index.ts';
import { type Report, reportSchema } from '../contracts/chat.ts';
import { type ResetAnswer, resetAnswerSchema } from '../contracts/components.ts';
import { errorKinds } from '../contracts/errors.ts';
import { type ProgressAnswer, type ProgressWords, progressAnswerSchema } from '../contracts/progress.ts';
import { coreErrors, SwarmError } from '../core/errors.ts';
import { inputFault } from '../core/input-faults.ts';
import { answerLost, type Door, type DoorRequest, findDoor } from './door.ts';
import type { Io } from './io.ts';

/** What is asked for: as it is typed in chat, or by name; `dryRun` only says what would be done. */
export type Wish = { readonly dryRun: boolean } & (
  | { readonly line: string }
  | { readonly command: string; readonly args: Readonly<Record<string, string>> }
);

/** How long the answer is waited for, ms (default 30 s), and whether nothing can come of it but that (default: no). */
export type Waiting = Pick<DoorRequest, 'patienceMs' | 'isQuestion'>;

export interface Client {
  /** Who has not answered by then hangs, ms. */
  readonly soonMs: number;
  run(wish: Wish, idempotencyKey: string, waiting?: Waiting): Promise<Reply>;
  /** `typed`: the name, where it has to be typed again. */
  decide(
    confirmationId: string,
    verdict: 'yes' | 'no',
    how?: { readonly typed?: string | undefined } & Waiting,
  ): Promise<Reply>;
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

/** Its methods throw SwarmError PLATFORM_UNREACHABLE, ANSWER_LOST, PLATFORM_SILENT, ABORTED by a stop, or what the platform met. */
export async function connectClient(io: Pick<Io, 'env' | 'root' | 'stopped'>): Promise<Client> {
  const { soonMs } = await findDoor(io);
  const call = async (...[path, request]: Parameters<Door['fetch']>): Promise<unknown> => {
    // One that was restarted in between may have another port.
    const door = await findDoor(io);
    const { status, text } = await door.fetch(path, request);
    if (status === 204) return null;
    const answer = await understood(z.unknown(), fromJson(text)).catch((thrown: unknown) => {
      // A gateway in between speaks for a platform that may have taken it.
      const { isQuestion = request.method === 'GET' } = request;
      const lost = { cause: thrown, isQuestion };
      throw status >= 500 ? answerLost(door.url, `only a status ${status} came`, lost) : thrown;
    });
    const failure = status < 400 ? null : failureSchema.safeParse(answer);
    if (failure?.success) {
      const { error, message } = failure.data;
      throw new SwarmError(errorKinds.find(({ code }) => code === error) ?? coreErrors.unexpected, message);
    }
    return answer;
  };
  const post = (path: string, body?: unknown, how: Pick<DoorRequest, 'headers'> & Waiting = {}) =>
    call(path, { method: 'POST', ...how, ...(body !== undefined && { body }) });
  return {
    soonMs,
    run: (wish, key, waiting) => {
      const headers = { 'idempotency-key': key };
      return understood(replySchema, post(pathOf(wish), bodyOf(wish), { headers, ...waiting }));
    },
    decide: (id, verdict, { typed, ...waiting } = {}) => {
      const word = { verdict, ...(typed !== undefined && { typed }) };
      return understood(replySchema, post(`/v1/confirmations/${encodeURIComponent(id)}`, word, waiting));
    },
    nextReport: (id, after, waitMs) =>
      understood(
        reportSchema.nullable(),
        call(`/v1/results/${encodeURIComponent(id)}?after=${after}&waitMs=${waitMs}`, {
          method: 'GET',
          patienceMs: waitMs + soonMs,
        }),
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
