// One use of a command as operators see it: its span, its correlation id on every line of the log, its figures. It
// decides nothing.
import type { Surface } from '../contracts/chat.ts';
import type { Meter } from '../contracts/metrics.ts';
import type { Clock } from '../core/clock.ts';
import type { SwarmError } from '../core/errors.ts';
import type { Logger } from '../core/logger.ts';
import { silentTracer, type Tracer } from '../core/tracing/index.ts';
import type { Reply } from './reply.ts';

export interface UseDeps {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly meter?: Meter;
  readonly tracer?: Tracer;
}

/** What is known once it is known which command it is. */
export interface UseOf {
  readonly command: string;
  readonly correlationId?: string;
  /** Traceparent of what led to it; default: the active span. */
  readonly parent?: string | undefined;
}

export interface Use {
  /** Runs the part of it that knows its command. */
  run(span: string, of: UseOf, work: () => Promise<Reply>): Promise<Reply>;
  /** Logs a fault under its incident, and gives it back. */
  fail(error: SwarmError, incident: string): SwarmError;
  /** Counts how it ended, and gives that back. */
  end(reply: Reply): Reply;
}

/** @param correlationId absent while it is not known which wish it is about */
export function beginUse(deps: UseDeps, surface: Surface, correlationId?: string): Use {
  const { clock, logger, meter, tracer = silentTracer } = deps;
  const begun = clock.now();
  let command = 'unknown';
  let flow = flowOf(correlationId);
  return {
    run: (name, of, work) => {
      command = of.command;
      flow = flowOf(of.correlationId ?? correlationId);
      const attributes = { 'swarmline.command': command, 'swarmline.surface': surface };
      const options = { kind: 'server', attributes, parent: of.parent } as const;
      return logger.within(flow, () =>
        tracer.span(name, options, async (span) => {
          const reply = await work();
          span.set({ 'swarmline.verdict': verdictOf(reply) });
          return reply;
        }),
      );
    },
    fail: (error, incident) => {
      const facts = { ...flow, command, code: error.code, error: error.message, incident };
      logger.warn(facts, 'a command could not be answered');
      return error;
    },
    end: (reply) => {
      const seconds = Math.max(0, clock.now() - begun) / 1_000;
      meter?.count('commands_total', { command, surface, verdict: verdictOf(reply) });
      meter?.observe('command_duration_seconds', { surface }, seconds);
      return reply;
    },
  };
}

function flowOf(correlationId: string | undefined): Readonly<Record<string, string>> {
  return correlationId === undefined ? {} : { correlationId };
}

function verdictOf(reply: Reply): string {
  return reply.kind === 'refusal' ? reply.code : reply.kind;
}
