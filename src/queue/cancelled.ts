// What is told of a job that somebody called off. An order that is out cannot be called back, and nobody may read that it was.
import { z } from 'zod';
import { addressSchema } from '../contracts/chat.ts';
import type { Envelope } from '../contracts/envelope.ts';
import type { SentOrders } from '../contracts/ports.ts';
import type { Clock } from '../core/clock.ts';
import { openStory, type StoryDeps, wentOut } from './story.ts';

export interface CancelDeps extends StoryDeps {
  /** Absent: that an order is out is known by its story alone. */
  readonly orders?: SentOrders;
}

export interface CalledOff {
  readonly prefix: string;
  /** Of the job. */
  readonly name: string;
  readonly envelope: Envelope;
  readonly body: unknown;
  /** Principal. */
  readonly by: string;
}

/** What a body has where somebody waits for its end. */
const answeredSchema = z.looseObject({ replyTo: addressSchema, service: z.string().optional() });

/** Whether somebody waits for the end of a job. */
export function isAnswered(body: unknown): boolean {
  // Asked of each job: to find that a schema does not fit costs more than all else that is looked at.
  return (
    typeof body === 'object' && body !== null && 'replyTo' in body && answeredSchema.safeParse(body).success
  );
}

/** Whether what it does is told at its end alone: then only that it was begun tells whether anything may be done. */
export function isUntold(name: string, body: unknown): boolean {
  return name !== 'service.restart' && isAnswered(body);
}

/** Whether anything of it went further than into the queue, or may have; then its end is told by itself. */
export async function isOut(
  deps: CancelDeps,
  { prefix, name, envelope, body }: Omit<CalledOff, 'by'>,
): Promise<boolean> {
  const { data } = answeredSchema.safeParse(body);
  if (!data) return false;
  const story = await openStory(deps, storyOf({ prefix, name, envelope, body: data }));
  if (wentOut(story.steps)) return true;
  // One that RabbitMQ has not confirmed is no step yet, and may be carried out all the same.
  return name === 'service.restart' && ((await deps.orders?.mayBeOut(envelope.id)) ?? false);
}

/**
 * Tells whoever waits for it that it was called off; may be called again. False where it was too late, and then nothing
 * is told. Where nobody waits, who called it off is told by the answer alone.
 * @param broken ends one that had begun: what came of it, or null where nobody knows. Absent: it had not begun
 */
export async function tellCancelled(
  deps: CancelDeps & { readonly clock: Pick<Clock, 'now'> },
  job: CalledOff,
  broken?: () => Promise<string | null>,
): Promise<boolean> {
  const { data } = answeredSchema.safeParse(job.body);
  if (!data) return true;
  if (await isOut(deps, job)) return false;
  const story = await openStory(deps, storyOf({ ...job, body: data }));
  const came = broken === undefined ? 'nothing was done' : await broken();
  const by = `cancelled by ${job.by}`;
  const whole = `${by}; ${came ?? 'it had begun, and some of it may have been done'}`;
  await story.tell(
    {
      state: came === null ? 'unknown' : 'failed',
      at: deps.clock.now(),
      detail: broken === undefined ? by : whole,
    },
    { final: true, text: `${subjectOf({ name: job.name, body: data })}: ${whole}` },
  );
  return true;
}

interface Answered extends Omit<CalledOff, 'by' | 'body'> {
  readonly body: z.infer<typeof answeredSchema>;
}

function storyOf({ prefix, name, envelope, body }: Answered) {
  const { correlationId, id: causationId, principal } = envelope;
  const kind = name === 'service.restart' ? ('restart' as const) : ('notice' as const);
  return {
    prefix,
    correlationId,
    causationId,
    principal,
    to: body.replyTo,
    kind,
    subject: subjectOf({ name, body }),
  };
}

function subjectOf({ name, body }: Pick<Answered, 'name' | 'body'>): string {
  return body.service ?? name;
}
