// The one way of a command: parse, authorise, confirm, then answer or enqueue. Every invocation gets one reply within
// the deadline; nothing here throws. What an action comes to is told later, by chat.report.
import { correlationIdOf } from '../contracts/ids.ts';
import type { ApprovalWork } from '../contracts/ports.ts';
import { chatText, errorText, toSwarmError } from '../core/errors.ts';
import { isUnanswered, redisKind } from '../core/redis-faults.ts';
import { within } from '../core/timer.ts';
import { admitted, entered, type Take, takeFreely } from './admit.ts';
import { ask } from './ask.ts';
import { assertCatalogue } from './check-catalogue.ts';
import { type IntakeDeps, nothingToConfirm } from './intake-deps.ts';
import { look } from './look.ts';
import { type Parsed, type ParseResult, parseInvocation } from './parse.ts';
import { printable } from './printable.ts';
import { asked, decided, recorded, recordUnheard } from './record.ts';
import type { CommandIntake, Decision, Invocation, Reply } from './reply.ts';
import { settle } from './settle.ts';
import { type CommandSpec, hasSecret, type Word } from './spec.ts';
import { sweepApprovals } from './sweep.ts';
import { beginUse, type Use } from './use.ts';

/** Discord drops an interaction after 3 s; every surface gets its reply sooner. */
const replyDeadlineMs = 2_500;
const noAnswer = `No answer within ${replyDeadlineMs / 1000} s, so`;
const lateAnswer = `${noAnswer} the truth is unknown. Look again with \`status\`.`;
// What hangs may still get through; the same word again is the same order.
const again = 'Decide again: it stays one order.';
const lateDecision = `${noAnswer} it is unknown whether this was taken. ${again}`;

/** Creates the intake for a list of commands. @throws SwarmError CATALOGUE_INVALID when two of them share a word */
export function createIntake(deps: IntakeDeps, specs: readonly CommandSpec[]): CommandIntake & ApprovalWork {
  assertCatalogue(specs);
  return {
    specs,
    handle: (invocation) => {
      const incident = correlationIdOf(invocation.id);
      const use = beginUse(deps, invocation.identity.surface, incident);
      return guarded(deps, { use, lateText: lateAnswer, incident }, () =>
        entered(deps.bounds, invocation.identity, 'command', () =>
          handle(deps, specs, { ...invocation, use }),
        ),
      );
    },
    decide: (decision) => {
      const incident = correlationIdOf(decision.confirmationId);
      const use = beginUse(deps, decision.identity.surface);
      return guarded(deps, { use, lateText: lateDecision, unheardText: again, incident }, () =>
        entered(deps.bounds, decision.identity, 'decision', () => sayOnce(deps, specs, { ...decision, use })),
      );
    },
    shown: (id) =>
      deps.approvals
        .shown(id)
        .catch((thrown: unknown) =>
          deps.logger.warn({ id, error: errorText(thrown) }, 'what is shown could not be noted'),
        ),
    sweep: () => sweepApprovals(deps, specs),
  };
}

async function handle(
  deps: IntakeDeps,
  specs: readonly CommandSpec[],
  invocation: Invocation & { readonly use: Use },
): Promise<Reply> {
  const result = parseInvocation(invocation.input, specs);
  if (!result.ok) return unheard(deps, invocation, result);
  const { spec } = result.parsed;
  const parsed = { ...result.parsed, dryRun: result.parsed.dryRun || invocation.dryRun === true };
  const { use } = invocation;
  if (spec.kind === 'word') return sayOnce(deps, specs, wordOf(invocation, { ...parsed, spec }));
  const wish = { spec, args: parsed.args, dryRun: parsed.dryRun };
  const subject = asked(invocation, { command: spec.name, args: parsed.args });
  return use.run(`command ${spec.name}`, { command: spec.name }, () =>
    recorded(deps, subject, (judged) => {
      const looked = look(judged, invocation, wish);
      return admitted(judged, invocation, wish, (take) => ask(judged, invocation, { ...wish, looked, take }));
    }),
  );
}

function unheard(
  deps: IntakeDeps,
  invocation: Invocation,
  { refusal, spec }: Extract<ParseResult, { readonly ok: false }>,
): Promise<Reply> {
  if (refusal.code === 'empty') return Promise.resolve(refusal);
  const subject = asked(invocation, { command: spec?.name ?? 'unknown', args: {} });
  // What was typed stands in the sentence: of a secret not even a part may be kept, and what is no command may be one.
  const kept = spec && !hasSecret(spec) ? refusal : { ...refusal, text: '' };
  return recordUnheard(deps, subject, kept).then(() => refusal);
}

type Said = Decision & { readonly use: Use };

/** A word is a use like any other, where it has an id. */
async function sayOnce(deps: IntakeDeps, specs: readonly CommandSpec[], decision: Said): Promise<Reply> {
  const { id, confirmationId, verdict, typed, reason, dryRun = false } = decision;
  const spec = specs.find((one) => one.kind === 'word' && one.verdict === verdict);
  if (id === undefined || !spec) return decide(deps, specs, { ...decision, take: takeFreely });
  const used = { ...decision, id };
  let isHeard = false;
  const args = {
    id: confirmationId,
    ...(typed !== undefined && { name: typed }),
    ...(reason !== undefined && { reason }),
  };
  const reply = await admitted(deps, used, { spec, args, dryRun }, (take) => {
    isHeard = true;
    return decide(deps, specs, { ...decision, take });
  });
  // What is decided records its own refusals.
  if (isHeard || reply.kind !== 'refusal') return reply;
  return recordUnheard(deps, asked(used, { command: spec.name, args: {} }), reply);
}

function wordOf(
  { id: useId, identity, replyTo, place, use }: Invocation & { readonly use: Use },
  { spec, args, dryRun }: Parsed & { readonly spec: Word },
): Said {
  const { id = '', name, reason } = args;
  return {
    ...{ id: useId, confirmationId: id, verdict: spec.verdict, identity, replyTo, dryRun, use },
    ...(place && { place }),
    ...(name !== undefined && { typed: name }),
    ...(reason !== undefined && { reason }),
  };
}

async function decide(
  deps: IntakeDeps,
  specs: readonly CommandSpec[],
  decision: Said & { readonly take: Take },
): Promise<Reply> {
  const { confirmationId, use } = decision;
  // The rights of whoever says it are read beside what it is about.
  const reading = deps.policy.read(decision.identity);
  const approval = await deps.approvals.find(confirmationId);
  const spec = specs.find(({ name }) => name === approval?.command);
  if (!approval || !spec || spec.kind === 'question' || spec.kind === 'word') {
    const of = { command: decision.verdict === 'yes' ? 'approve' : 'deny', args: {} };
    const subject = asked({ ...decision, id: confirmationId }, of);
    return recordUnheard(deps, subject, nothingToConfirm(confirmationId));
  }
  const correlationId = correlationIdOf(approval.invocationId);
  const of = { command: spec.name, correlationId, parent: approval.traceparent };
  return use.run(`decision ${spec.name}`, of, () =>
    recorded(deps, decided(approval, decision), (judged) =>
      settle(judged, { ...decision, reading }, { spec, approval }),
    ),
  );
}

interface Guard {
  readonly use: Use;
  readonly lateText: string;
  /** What helps where a store gave no answer; default: nothing. */
  readonly unheardText?: string;
  /** What a fault that nobody foresaw is found by, in the reply and in the log. */
  readonly incident: string;
}

async function guarded(
  deps: IntakeDeps,
  { use, lateText, unheardText, incident }: Guard,
  run: () => Promise<Reply>,
): Promise<Reply> {
  const late = (): Reply => ({ kind: 'refusal', code: 'unavailable', text: lateText });
  try {
    return use.end(printable(await within(deps.clock, { ms: replyDeadlineMs, late }, run())));
  } catch (thrown) {
    const error = use.fail(toSwarmError(thrown, redisKind(thrown) ?? undefined), incident);
    deps.faults.fault(error, 'command');
    const text = chatText(error, incident);
    const besides = unheardText !== undefined && isUnanswered(thrown) ? ` ${unheardText}` : '';
    return use.end({ kind: 'refusal', code: 'unavailable', text: `${text}${besides}` });
  }
}
