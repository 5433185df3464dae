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

/** KEYS: story. ARGV: seconds, step, 1 where it begins the story: then another one that has begun it stays. */
const stepScript = makeScript(`
if ARGV[3] == '1' and redis.call('LLEN', KEYS[1]) > 0 then return 0 end
redis.call('RPUSH', KEYS[1], ARGV[2])
return redis.call('EXPIRE', KEYS[1], ARGV[1])`);

type Which = Pick<StoryOptions, 'prefix' | 'correlationId'>;

/** The steps that are told so far. @throws SwarmError RECORD_UNREADABLE */
export async function readSteps(redis: Redis, which: Which): Promise<readonly Step[]> {
  const key = keyOf(which);
  return (await redis.lrange(key, 0, -1)).map((text) => stepOf(text, key));
}

/**
 * Opens the story of one correlation id where it was left. @param reading what `readSteps` finds; default: it is asked now
 * @throws SwarmError RECORD_UNREADABLE
 */
export async function openStory(
  deps: StoryDeps,
  options: StoryOptions,
  reading: Promise<readonly Step[]> = readSteps(deps.redis, options),
): Promise<Story> {
  const key = keyOf(options);
  /** In their order; one that is on its way to Redis is among them, since whatever is sent after it comes after it. */
  const steps = [...(await reading)];
  const isTold = ({ state }: Step) => steps.some((told) => told.state === state);
  const write = async (step: Step, isFirst: boolean): Promise<void> => {
    steps.push(step);
    try {
      await stepScript(deps.redis, [key], [keepSeconds, JSON.stringify(step), isFirst ? 1 : 0]);
    } catch (thrown) {
      steps.splice(steps.indexOf(step), 1);
      throw thrown;
    }
  };
  return {
    steps,
    tell: async (step, end) => {
      const writing = isTold(step) ? undefined : write(step, steps.length === 0 && !end.final);
      const report = reportOf(options, { ...end, step, steps });
      // The last thing that a person waits for is sent at one moment with its step, the step first. Any other step that was
      // not written must not be told as one.
      if (!end.final) await writing;
      await Promise.all([writing, deps.jobs.add(report)]);
    },
  };
}

function keyOf({ prefix, correlationId }: Which): string {
  return `${prefix}:story:${correlationId}`;
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
