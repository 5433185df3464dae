// Before the way of a command: whether it is too much, too soon, or the same use once more. Whoever floods is told how long
// to wait, and everybody else is served meanwhile.
import {
  type Admission,
  type FloodGuard,
  type Limits,
  type LimitsConfig,
  type Policy,
  principalOf,
  type Rate,
  type Ticket,
  type UseEnd,
} from '../access/index.ts';
import type { Identity, Surface } from '../contracts/chat.ts';
import type { Clock } from '../core/clock.ts';
import { within } from '../core/timer.ts';
import { cooldownsOf, inSeconds, tooSoon } from './cooldown.ts';
import { keepable, keptReply, keptText, leavesNothing } from './kept-reply.ts';
import { levelOf } from './level.ts';
import { type Invocation, idReused, isOfProgram, placeOf, type Reply } from './reply.ts';
import { type CommandSpec, hasSecret, type Word } from './spec.ts';

/** What is wished for, understood. */
export interface Wish<Spec = Exclude<CommandSpec, Word>> {
  readonly spec: Spec;
  readonly args: Readonly<Record<string, string>>;
  readonly dryRun: boolean;
}

/** Who uses it, from where, and under which id. */
type Used = Pick<Invocation, 'id' | 'identity' | 'replyTo' | 'place'>;

/** What holds back. */
export interface Bounds {
  readonly store: Limits;
  readonly flood: FloodGuard;
  readonly settings: LimitsConfig;
}

/** What the admission needs. */
export interface AdmitDeps {
  readonly clock: Clock;
  readonly policy: Pick<Policy, 'personOf' | 'dangerOf'>;
  /** Absent: nothing is held back, and the same use again goes the whole way again. */
  readonly bounds?: Bounds;
}

/** How long the same use is the same: a question may be asked again, an order must not be given twice. */
const keepQuestionMs = 10 * 60_000;
const keepOrderMs = 24 * 3_600_000;
/** How long a question waits for the store: it may be answered without, from what this process knows by itself. */
const storePatienceMs = 250;
/** Fifty people may click at once, and one of them fifty times. */
const decisionsPerCommand = 10;

type Limited = Extract<Reply, { kind: 'refusal' }>;

/** Asked before anything comes of a use: null, or why nothing may. @throws SwarmError REDIS_* */
export type Take = () => Promise<Limited | null>;

/** Of a use that nobody counts. */
export const takeFreely: Take = () => Promise.resolve(null);

/** Lets one identity have so many commands under way in this process and no more; the rest is refused at once. */
export async function entered(
  bounds: Bounds | undefined,
  identity: Identity,
  kind: 'command' | 'decision',
  work: () => Promise<Reply>,
): Promise<Reply> {
  if (!bounds) return work();
  const { pending, rate } = boundsOf(bounds.settings, identity.surface);
  const times = kind === 'command' ? 1 : decisionsPerCommand;
  const entry = bounds.flood.enter(`${kind} ${principalOf(identity)}`, {
    pending: pending * times,
    rate: { burst: rate.burst * times, everyMs: rate.everyMs / times },
  });
  if (entry.kind === 'full') return tooMuch(entry.retryAfterMs);
  try {
    return await work();
  } finally {
    entry.leave();
  }
}

/** Does the work, unless the use came before or comes too soon. @throws SwarmError REDIS_* where an order cannot be counted */
export async function admitted(
  deps: AdmitDeps,
  invocation: Used,
  parsed: Wish<CommandSpec>,
  work: (take: Take) => Promise<Reply>,
): Promise<Reply> {
  const { bounds } = deps;
  if (!bounds) return work(takeFreely);
  const admission = await admissionOf(deps, bounds, invocation, parsed);
  // Redis is away: a question is held back by this process alone.
  if (!admission) return work(takeFreely);
  switch (admission.kind) {
    case 'conflict':
      return idReused;
    case 'limited':
      return admission.by === 'rate' ? tooMuch(admission.retryAfterMs) : tooSoon(admission, parsed.spec.name);
    case 'repeated':
      return keptReply(admission.reply, deps.clock.now()) ?? work(takeFreely);
    case 'admitted':
      return settled(
        deps,
        {
          store: bounds.store,
          ticket: admission.ticket,
          spec: parsed.spec,
          surface: invocation.identity.surface,
        },
        work,
      );
  }
}

interface Admitted {
  readonly store: Limits;
  readonly ticket: Ticket;
  readonly spec: CommandSpec;
  readonly surface: Surface;
}

async function settled(
  deps: AdmitDeps,
  { store, ticket, spec, surface }: Admitted,
  work: (take: Take) => Promise<Reply>,
): Promise<Reply> {
  let isEnded = true;
  const failed = () => {
    isEnded = false;
    return null;
  };
  const end = (how: UseEnd) => inTime(deps, store.settle(ticket, how), failed).catch(failed);
  try {
    const reply = await work(async () => ((await store.take(ticket)) ? null : tooSlow));
    const text = keepable(reply) ? keptText(reply, deps.clock.now()) : null;
    const counts = reply.kind === 'accepted' || reply.kind === 'answer';
    const frees = leavesNothing(reply, spec);
    const first = await end({ reply: text, counts, frees });
    if (frees && !isEnded && isOfProgram(surface)) return notFreed(reply);
    // The same use twice at once: both are told what the first of them came to.
    return first === null || first === text ? reply : (keptReply(first, deps.clock.now()) ?? reply);
  } catch (thrown) {
    await end({ reply: null, counts: false });
    throw thrown;
  }
}

async function admissionOf(
  deps: AdmitDeps,
  { store, settings }: Bounds,
  invocation: Used,
  { spec, args, dryRun }: Wish<CommandSpec>,
): Promise<Admission | null> {
  const { identity, id } = invocation;
  const isQuestion = spec.kind === 'question';
  const isWord = spec.kind === 'word';
  const keepMs = isQuestion ? keepQuestionMs : keepOrderMs;
  const { rate } = boundsOf(settings, identity.surface);
  const request = {
    principal: principalOf(identity),
    // One more than this process lets through by itself, or the two would disagree by the way between them.
    rate: { ...rate, burst: rate.burst + 1 },
    // A dry run must not stand in the way of what it was the rehearsal of, even under the same id.
    // Nor is a secret kept: neither one that was typed nor the answer that shows it.
    use: dryRun || hasSecret(spec) ? null : { id, input: [spec.name, args], keepMs },
    // A word begins the pauses of what it is about, where that is known.
    cooldowns:
      isQuestion || isWord || dryRun
        ? []
        : await cooldownsOf(deps, settings, { spec, identity, place: placeOf(invocation) }),
    // What is asked about first begins its pause with the yes.
    begins: isQuestion || isWord || levelOf(deps, spec, spec.permission(args)) === 'none',
  };
  if (!isQuestion) return store.admit(request);
  return inTime(deps, store.admit(request)).catch(() => null);
}

function boundsOf(
  settings: LimitsConfig,
  surface: Surface,
): { readonly pending: number; readonly rate: Rate } {
  const isChat = surface === 'discord' || surface === 'twitch';
  const perMinute = isChat ? settings.perMinute : settings.programPerMinute;
  return {
    pending: isChat ? settings.pending : settings.programPending,
    rate: { burst: isChat ? settings.burst : settings.programBurst, everyMs: 60_000 / perMinute },
  };
}

/** Null when it takes longer than a question may wait for it. */
function inTime<T>({ clock }: AdmitDeps, work: Promise<T>, late = () => null): Promise<T | null> {
  return within(clock, { ms: storePatienceMs, late }, work);
}

const tooSlow: Limited = {
  kind: 'refusal',
  code: 'unavailable',
  text: 'It took more than a minute until this could begin, so nothing was done. Ask again.',
};

// Whoever mends it and sends it under the same key would wonder at being refused.
function notFreed(reply: Reply): Reply {
  if (reply.kind !== 'refusal') return reply;
  return {
    ...reply,
    text: `${reply.text} Redis could not free its key, which is free again in a minute at the latest.`,
  };
}

function tooMuch(retryAfterMs: number): Limited {
  return limited(
    retryAfterMs,
    `Too many commands from you; the next one is taken ${inSeconds(retryAfterMs)}.`,
  );
}

function limited(retryAfterMs: number, text: string): Limited {
  return { kind: 'refusal', code: 'limited', text, retryAfterMs };
}
