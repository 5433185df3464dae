// The one way of a command: parse, authorise, confirm, then answer or enqueue. Every invocation gets one reply within
// the deadline; nothing here throws. What an action comes to is told later, by chat.report.
import { isDeepStrictEqual } from 'node:util';
import { type Confirmation, type Confirmations, type Policy, principalOf } from '../access/index.ts';
import type { Identity } from '../contracts/chat.ts';
import { correlationIdOf } from '../contracts/ids.ts';
import type { Meter } from '../contracts/metrics.ts';
import { chatText, toSwarmError } from '../core/errors.ts';
import type { FaultSink } from '../core/faults.ts';
import type { Logger } from '../core/logger.ts';
import { silentTracer, type Tracer } from '../core/tracing/index.ts';
import { beginUse, type Use } from './use.ts';
import { type Parsed, parseInvocation } from './parse.ts';
import { printable } from './printable.ts';
import type { CommandIntake, Decision, Invocation, Reply } from './reply.ts';
import type { Action, CommandPorts, CommandSpec } from './spec.ts';

export interface IntakeDeps extends CommandPorts {
  readonly policy: Policy;
  readonly confirmations: Confirmations;
  readonly logger: Logger;
  readonly faults: FaultSink;
  /** Default: nothing is counted. */
  readonly meter?: Meter;
  /** Default: nothing is traced. */
  readonly tracer?: Tracer;
}

/** The permission behind every question. */
const askPermission = 'ask';
/** Discord drops an interaction after 3 s; every surface gets its reply sooner. */
const replyDeadlineMs = 2_500;
const noAnswer = `No answer within ${replyDeadlineMs / 1000} s, so`;
const lateAnswer = `${noAnswer} the truth is unknown. Look again with \`status\`.`;
// What hangs may still get through; the same word again is the same order.
const lateDecision = `${noAnswer} it is unknown whether this was taken. Decide again: it stays one order.`;

/** Creates the intake for a list of commands. */
export function createIntake(deps: IntakeDeps, specs: readonly CommandSpec[]): CommandIntake {
  return {
    specs,
    handle: (invocation) => {
      const incident = correlationIdOf(invocation.id);
      const use = beginUse(deps, invocation.identity.surface, incident);
      return guarded(deps, { use, lateText: lateAnswer, incident }, () =>
        handle(deps, specs, { ...invocation, use }),
      );
    },
    decide: (decision) => {
      const incident = correlationIdOf(decision.confirmationId);
      const use = beginUse(deps, decision.identity.surface);
      return guarded(deps, { use, lateText: lateDecision, incident }, () =>
        decide(deps, specs, { ...decision, use }),
      );
    },
  };
}

async function handle(
  deps: IntakeDeps,
  specs: readonly CommandSpec[],
  invocation: Invocation & { readonly use: Use },
): Promise<Reply> {
  const result = parseInvocation(invocation.input, specs);
  if (!result.ok) return result.refusal;
  const { spec, args } = result.parsed;
  const { use } = invocation;
  return use.run(`command ${spec.name}`, { command: spec.name }, () => ask(deps, invocation, { spec, args }));
}

async function ask(deps: IntakeDeps, invocation: Invocation, { spec, args }: Parsed): Promise<Reply> {
  const call = { args, identity: invocation.identity };
  const permission = spec.kind === 'question' ? askPermission : spec.permission(args);
  const denied = denial(deps, invocation.identity, permission, spec.name);
  if (denied) return denied;
  if (spec.kind === 'question') return { kind: 'answer', answer: await spec.answer(call, deps) };
  const objection = await spec.check(call, deps);
  if (objection !== null) return { kind: 'refusal', code: 'bad-argument', text: objection };
  const confirmation = await deps.confirmations.open({
    invocationId: invocation.id,
    command: spec.name,
    args,
    person: deps.policy.personOf(invocation.identity),
    traceparent: (deps.tracer ?? silentTracer).current(),
  });
  // A surface that reuses an id for another wish must not have that wish confirmed under the first one's name.
  if (confirmation.command !== spec.name || !isDeepStrictEqual(confirmation.args, args)) {
    return { kind: 'refusal', code: 'bad-argument', text: 'This invocation id belongs to another command.' };
  }
  if (confirmation.state === 'declined') return declined;
  // Enqueued again, as for a second click: the first one's job may have been lost on its way.
  if (confirmation.state === 'confirmed') return enqueue(deps, { spec, confirmation, decision: invocation });
  if (deps.clock.now() > confirmation.expiresAt) return nothingToConfirm(confirmation.id);
  return {
    kind: 'confirm',
    confirmationId: confirmation.id,
    prompt: await spec.prompt(args, deps),
    expiresAt: confirmation.expiresAt,
  };
}

async function decide(
  deps: IntakeDeps,
  specs: readonly CommandSpec[],
  decision: Decision & { readonly use: Use },
): Promise<Reply> {
  const { confirmationId, use } = decision;
  const confirmation = await deps.confirmations.find(confirmationId);
  const spec = specs.find(({ name }) => name === confirmation?.command);
  if (!confirmation || spec?.kind !== 'action') return nothingToConfirm(confirmationId);
  const { correlationId } = correlation(confirmation);
  const of = { command: spec.name, correlationId, parent: confirmation.traceparent };
  return use.run(`decision ${spec.name}`, of, () => settle(deps, decision, { spec, confirmation }));
}

async function settle(
  deps: IntakeDeps,
  decision: Decision,
  { spec, confirmation }: Pick<ConfirmedAction, 'spec' | 'confirmation'>,
): Promise<Reply> {
  const { identity, confirmationId } = decision;
  if (confirmation.person !== deps.policy.personOf(identity)) {
    return {
      kind: 'refusal',
      code: 'denied',
      text: `Only ${confirmation.person}, who asked for it, may decide this.`,
    };
  }
  const denied = denial(deps, identity, spec.permission(confirmation.args), spec.name);
  if (denied) return denied;
  const verdict = await deps.confirmations.decide(
    confirmationId,
    decision.verdict === 'yes' ? 'confirmed' : 'declined',
  );
  if (verdict.kind !== 'decided') return nothingToConfirm(confirmationId);
  // A "no" that comes after the "yes" changes nothing, and enqueues nothing either.
  if (verdict.state === 'declined' || decision.verdict === 'no') {
    return verdict.state === 'declined' ? declined : tooLateForNo(confirmation);
  }
  return enqueue(deps, { spec, confirmation, decision });
}

interface ConfirmedAction {
  readonly spec: Action;
  readonly confirmation: Confirmation;
  /** Whose word it is, and where the reports go. */
  readonly decision: Pick<Decision, 'identity' | 'replyTo'>;
}

// Also run for a second click: the job's id derives from the confirmation, so it is the same job; and a first click
// that Redis confirmed but whose job was not enqueued is mended by clicking again.
async function enqueue(deps: IntakeDeps, { spec, confirmation, decision }: ConfirmedAction): Promise<Reply> {
  const { correlationId } = correlation(confirmation);
  const call = {
    args: confirmation.args,
    identity: decision.identity,
    correlationId,
    replyTo: decision.replyTo,
  };
  const text = await spec.enqueue(call, deps);
  deps.logger.info(
    { correlationId, command: spec.name, args: confirmation.args, by: principalOf(decision.identity) },
    'action enqueued',
  );
  return { kind: 'accepted', correlationId, text };
}

const declined: Reply = { kind: 'dropped', text: 'Declined; nothing was done.' };

function tooLateForNo(confirmation: Confirmation): Reply {
  return {
    kind: 'accepted',
    ...correlation(confirmation),
    text: 'It was confirmed before; a no comes too late.',
  };
}

function correlation(confirmation: Confirmation): { readonly correlationId: string } {
  return { correlationId: correlationIdOf(confirmation.invocationId) };
}

function denial(deps: IntakeDeps, identity: Identity, permission: string, command: string): Reply | null {
  if (deps.policy.allows(principalOf(identity), permission)) return null;
  deps.logger.warn({ command, permission, by: principalOf(identity) }, 'denied');
  const why =
    deps.policy.broken === null
      ? `it needs the permission \`${permission}\``
      : 'the policy cannot be read, so nothing is allowed';
  return { kind: 'refusal', code: 'denied', text: `Not allowed for ${identity.name}: ${why}.` };
}

function nothingToConfirm(id: string): Reply {
  return {
    kind: 'refusal',
    code: 'no-confirmation',
    text: `Nothing waits for a decision under \`${id.slice(0, 24)}\`; it may have expired. Ask again.`,
  };
}

interface Guard {
  readonly use: Use;
  readonly lateText: string;
  /** What a fault that nobody foresaw is found by, in the reply and in the log. */
  readonly incident: string;
}

async function guarded(
  deps: IntakeDeps,
  { use, lateText, incident }: Guard,
  run: () => Promise<Reply>,
): Promise<Reply> {
  const late = new AbortController();
  const tooLate = deps.clock
    .sleep(replyDeadlineMs, late.signal)
    .then((): Reply => ({ kind: 'refusal', code: 'unavailable', text: lateText }));
  try {
    return use.end(printable(await Promise.race([run(), tooLate])));
  } catch (thrown) {
    const error = use.fail(toSwarmError(thrown), incident);
    deps.faults.fault(error, 'command');
    return use.end({ kind: 'refusal', code: 'unavailable', text: chatText(error, incident) });
  } finally {
    late.abort();
  }
}
