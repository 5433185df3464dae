// The steps that one action took, kept in Redis, so that every report tells the whole story and a crash forgets none of it.
import { z } from 'zod';
import type { ActionState, Address, Report, Step } from '../contracts/chat.ts';
import { stepSchema } from '../contracts/chat.ts';
import { domainErrors } from '../contracts/errors.ts';
import { derivedId } from '../contracts/ids.ts';
import type { JobOrder } from '../contracts/jobs.ts';
import { SwarmError } from '../core/errors.ts';
import type { Redis } from '../core/redis.ts';
import { makeScript } from '../core/redis-script.ts';

const keepSeconds = 7 * 24 * 3_600;

export interface StoryDeps {
  readonly redis: Redis;
  /** Takes its reports. */
  readonly jobs: { add(order: JobOrder<'chat.report'>): Promise<unknown> };
}

export interface StoryOptions {
  readonly prefix: string;
  readonly correlationId: string;
  readonly causationId: string;
  readonly principal: string;
  readonly to: Address;
  readonly kind: Report['kind'];
  readonly subject: string;
}

export interface Story {
  readonly steps: readonly Step[];
  /** Adds a step, unless the story has that state already, and reports the story so far. */
  tell(step: Step, end: { readonly final: boolean; readonly text: string }): Promise<void>;
}

/** Whether its order left the house; an end alone does not tell: a job that failed for good was perhaps never begun. */
export function wentOut(steps: readonly Step[]): boolean {
  return steps.some(({ state }) => outside.has(state));
}

const outside: ReadonlySet<ActionState> = new Set([
  'sent',
  'accepted',
  'working',
  'stopping',
  'starting',
  'ready',
]);

/** KEYS: story. ARGV: seconds, the step that it begins with or ''. Answers its steps. */
const openScript = makeScript(`
if ARGV[2] ~= '' and redis.call('EXISTS', KEYS[1]) == 0 then
  redis.call('RPUSH', KEYS[1], ARGV[2])
  redis.call('EXPIRE', KEYS[1], ARGV[1])
end
return redis.call('LRANGE', KEYS[1], 0, -1)`);

/** KEYS: story. ARGV: seconds, step. */
const stepScript = makeScript(`
redis.call('RPUSH', KEYS[1], ARGV[2])
return redis.call('EXPIRE', KEYS[1], ARGV[1])`);

/**
 * Opens the story of one correlation id where it was left. @param first the step that a new one begins with; default none
 * @throws SwarmError RECORD_UNREADABLE
 */
export async function openStory(deps: StoryDeps, options: StoryOptions, first?: Step): Promise<Story> {
  const key = `${options.prefix}:story:${options.correlationId}`;
  const begun = first === undefined ? '' : JSON.stringify(first);
  const told = textsSchema.parse(await openScript(deps.redis, [key], [keepSeconds, begun]));
  const steps = told.map((text) => stepOf(text, key));
  const isTold = ({ state }: Step) => steps.some((told) => told.state === state);
  const write = async (step: Step): Promise<void> => {
    await stepScript(deps.redis, [key], [keepSeconds, JSON.stringify(step)]);
    steps.push(step);
  };
  return {
    steps,
    tell: async (step, end) => {
      if (!isTold(step) && end.final) {
        // The last thing that a person waits for: both are sent at one moment, the step first.
        const report = reportOf(options, { ...end, step, steps: [...steps, step] });
        await Promise.all([write(step), deps.jobs.add(report)]);
        return;
      }
      // A step that was not written must not be told as one.
      if (!isTold(step)) await write(step);
      await deps.jobs.add(reportOf(options, { ...end, step, steps }));
    },
  };
}

interface Told {
  readonly step: Step;
  readonly steps: readonly Step[];
  readonly final: boolean;
  readonly text: string;
}

function reportOf(
  { correlationId, causationId, principal, to, kind, subject }: StoryOptions,
  { step, steps, final, text }: Told,
): JobOrder<'chat.report'> {
  const seq = steps.findIndex(({ state }) => state === step.state);
  const id = derivedId('chat.report', correlationId, String(seq));
  const about = { to, about: correlationId, kind, subject };
  const body = { ...about, seq, final, text, steps: [...steps] };
  return { name: 'chat.report', id, correlationId, causationId, principal, body };
}

const textsSchema = z.array(z.string());

function stepOf(text: string, key: string): Step {
  const parsed = jsonSchema.pipe(stepSchema).safeParse(text);
  if (parsed.success) return parsed.data;
  throw new SwarmError(domainErrors.recordUnreadable, `${key}: ${parsed.error.message}`);
}

const jsonSchema = z.string().transform((text, context): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    context.addIssue({ code: 'custom', message: 'no JSON' });
    return z.NEVER;
  }
});
