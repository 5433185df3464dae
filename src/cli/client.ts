// What the commands of the CLI ask the running platform, and what they understand of its answers.
import { z } from 'zod';
import type { Reply } from '../commands/index.ts';
import { type Report, reportSchema } from '../contracts/chat.ts';
import { type ResetAnswer, resetAnswerSchema } from '../contracts/components.ts';
import { errorKinds } from '../contracts/errors.ts';
import { type ProgressAnswer, type ProgressWords, progressAnswerSchema } from '../contracts/progress.ts';
import { coreErrors, SwarmError } from '../core/errors.ts';
import { plainText } from '../core/text.ts';
import { type Answer, answerLost, type Door, type DoorRequest, findDoor } from './door.ts';
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
const failureSchema = z.object({ error: z.enum(errorKinds.map(({ code }) => code)), message: z.string() });
// What is shown of it; a newer platform may tell more, and has other codes.
const replyShape = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('answer'),
    answer: z.object({
      title: z.string(),
      rows: z.array(
        z.object({ label: z.string(), value: z.string(), ageMs: z.number().nullable(), tone: z.string() }),
      ),
    }),
  }),
  z.object({ kind: z.literal('refusal'), code: z.string(), text: z.string() }),
  z.object({
    kind: z.literal('confirm'),
    confirmationId: z.string(),
    prompt: z.string(),
    expiresAt: z.number(),
  }),
  z.object({ kind: z.literal('accepted'), correlationId: z.string(), text: z.string() }),
  z.object({ kind: z.literal('dropped'), text: z.string() }),
]);
const replySchema = z.custom<Reply>((value) => replyShape.safeParse(value).success);

/** Each process is waited for 5 s by a reset, and that is no hang; ms. */
const resetMs = 8_000;

/**
 * Its methods throw SwarmError PLATFORM_UNREACHABLE, ANSWER_LOST, PLATFORM_SILENT, ABORTED by a stop, INPUT_INVALID for the
 * answer of somebody else, or what the platform met.
 */
export async function connectClient(io: Pick<Io, 'env' | 'root' | 'stopped'>): Promise<Client> {
  const { soonMs } = await findDoor(io);
  const call = async <T>(schema: z.ZodType<T>, path: string, request: DoorRequest): Promise<T> => {
    // One that was restarted in between may have another port.
    const door = await findDoor(io);
    return understood(schema, await door.fetch(path, request), { door, request });
  };
  return {
    soonMs,
    run: (wish, key, waiting) => {
      const headers = { 'idempotency-key': key };
      return call(replySchema, pathOf(wish), { method: 'POST', headers, body: bodyOf(wish), ...waiting });
    },
    decide: (id, verdict, { typed, ...waiting } = {}) => {
      const body = { verdict, ...(typed !== undefined && { typed }) };
      const path = `/v1/confirmations/${encodeURIComponent(id)}`;
      return call(replySchema, path, { method: 'POST', body, ...waiting });
    },
    nextReport: (id, after, waitMs) =>
      call(reportSchema.nullable(), `/v1/results/${encodeURIComponent(id)}?after=${after}&waitMs=${waitMs}`, {
        method: 'GET',
        patienceMs: waitMs + soonMs,
      }),
    acknowledge: (id, state) =>
      call(
        z.object({ state: z.string() }).or(refusalSchema),
        `/v1/deliveries/${encodeURIComponent(id)}/ack`,
        { method: 'POST', body: { state }, patienceMs: soonMs, again: 'acknowledge it again: twice is once' },
      ),
    report: (agent, words) =>
      call(progressAnswerSchema.or(refusalSchema), `/v1/agents/${encodeURIComponent(agent)}/progress`, {
        ...{ method: 'PUT', body: words, patienceMs: soonMs },
        again: 'report it again: what was told before changes nothing',
      }),
    resetComponent: (name) =>
      call(resetAnswerSchema.or(refusalSchema), `/v1/components/${encodeURIComponent(name)}/reset`, {
        ...{ method: 'POST', patienceMs: soonMs + resetMs },
        again: 'reset it again: a part that is not braked is left alone',
      }),
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

interface Exchange {
  readonly door: Door;
  readonly request: DoorRequest;
}

/** @throws SwarmError what the platform says that it met; INPUT_INVALID, ANSWER_LOST, PLATFORM_SILENT for no answer of a platform */
function understood<T>(schema: z.ZodType<T>, { status, text }: Answer, { door, request }: Exchange): T {
  const said = status === 204 ? null : fromJson(text);
  const failure = status < 400 ? null : failureSchema.safeParse(said);
  if (failure?.success) {
    const { error, message } = failure.data;
    throw new SwarmError(errorKinds.find(({ code }) => code === error) ?? coreErrors.unexpected, message);
  }
  const answer = schema.safeParse(said);
  if (answer.success) return answer.data;
  // A gateway in between speaks for a platform that may have taken it.
  const { isQuestion = request.method === 'GET', again } = request;
  if (status >= 500) {
    const how = { isQuestion, ...(again !== undefined && { again }) };
    throw answerLost(door.url, `only a status ${status} came`, how);
  }
  const who = said === undefined ? 'is no Swarmline' : 'is no Swarmline, or one of another version';
  const truth = said === undefined || isQuestion ? '' : ', so it is unknown whether this was taken';
  const words = `what answers at ${door.url} ${who}${truth}; ${door.elsewhere}. It said (status ${status}): ${plainText(text, 120)}`;
  throw new SwarmError(coreErrors.inputInvalid, words);
}

// Undefined for what is none.
function fromJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
