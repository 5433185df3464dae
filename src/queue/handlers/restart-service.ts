// Job `service.restart`: orders the restart over the bridge and reports each step; safe to run again, since order and reports have derived ids.
import type { JobBody } from '../../contracts/jobs.ts';
import type { Step } from '../../contracts/chat.ts';
import type { Authority, JobSink, ServiceControl } from '../../contracts/ports.ts';
import {
  instanceName,
  type RestartOrder,
  type RestartOutcome,
  type RestartProgress,
} from '../../contracts/services.ts';
import type { Clock } from '../../core/clock.ts';
import type { Redis } from '../../core/redis.ts';
import { gatherReports } from '../gathered.ts';
import type { JobContext, JobHandler } from '../handler.ts';
import { openStory, type Story, type StoryDeps, wentOut } from '../story.ts';

export interface RestartServiceDeps {
  readonly redis: Redis;
  readonly jobs: JobSink;
  readonly clock: Clock;
  readonly control: ServiceControl;
  readonly authority: Authority;
}

export interface RestartServiceOptions {
  readonly prefix: string;
  /** Whether an order reaches every service, whatever name it bears: then the right to all of them is needed. */
  readonly reachesAll: boolean;
  /** From the order's issue until an unanswered one counts as unknown, ms. */
  readonly deadlineMs: number;
}

type Body = JobBody<'service.restart'>;

/** Makes the handler. */
export function makeRestartService(
  deps: RestartServiceDeps,
  options: RestartServiceOptions,
): JobHandler<'service.restart'> {
  const { redis, clock } = deps;
  const story = (jobs: StoryDeps['jobs'], body: Body, { envelope }: Told, first?: Step) => {
    const { correlationId, id: causationId, principal } = envelope;
    const facts = { prefix: options.prefix, correlationId, causationId, principal };
    const about = { to: body.replyTo, kind: 'restart', subject: body.service } as const;
    return openStory({ redis, jobs }, { ...facts, ...about }, first);
  };
  const restart = async (jobs: StoryDeps['jobs'], body: Body, context: JobContext): Promise<void> => {
    const { principal, issuedAt } = context.envelope;
    const permission = `service.restart:${options.reachesAll ? '*' : body.service}`;
    // Asked beside the story, which tells whether it still matters.
    const allowing = deps.authority.allows(principal, permission);
    allowing.catch(() => undefined);
    const queued = { state: 'queued', at: issuedAt, detail: '' } as const;
    const told = await story(jobs, body, context, queued);
    // One that was left further on is told by what comes next.
    if (told.steps.length === 1)
      await told.tell(queued, { final: false, text: queuedText(deps.control.obstacle?.() ?? null) });
    // Once the order is out its end is told: a right that was lost since cannot call it back.
    if (!wentOut(told.steps) && !(await allowing)) {
      const reason = `${principal} is not allowed to do this: it needs the permission ${permission}`;
      return end(deps, told, body.service, { state: 'failed', reason });
    }
    // From here on it waits for others; what ends the process meanwhile is not this job.
    context.progress?.();
    const outcome = await deps.control.restart(
      orderOf(body, context, options.deadlineMs),
      ({ state, at, detail }) => {
        context.progress?.();
        return told.tell({ state, at, detail }, { final: false, text: progressTexts[state] });
      },
      context.signal,
    );
    await end(deps, told, body.service, outcome);
  };
  return {
    name: 'service.restart',
    run: async (body, context) => {
      const reports = gatherReports({ jobs: deps.jobs, clock });
      try {
        await restart(reports, body, context);
      } catch (thrown) {
        await reports.flush().catch(() => undefined);
        throw thrown;
      }
    },
    dead: async (body, context, reason) =>
      end(deps, await story(deps.jobs, body, context), body.service, {
        state: 'unknown',
        reason: `the job failed: ${reason}`,
      }),
  };
}

type Told = Pick<JobContext, 'envelope'>;

function orderOf(body: Body, { envelope }: JobContext, deadlineMs: number): RestartOrder {
  return {
    id: envelope.id,
    correlationId: envelope.correlationId,
    service: body.service,
    ...(body.instance !== undefined && { instance: body.instance }),
    mode: body.mode,
    reason: body.reason,
    principal: envelope.principal,
    issuedAt: envelope.issuedAt,
    deadline: envelope.issuedAt + deadlineMs,
  };
}

async function end(
  { clock }: Pick<RestartServiceDeps, 'clock'>,
  told: Story,
  service: string,
  outcome: RestartOutcome,
): Promise<void> {
  const detail = outcome.state === 'ready' ? outcome.incarnation : outcome.reason;
  await told.tell(
    { state: outcome.state, at: clock.now(), detail },
    { final: true, text: outcomeText(whatOf(service, outcome), outcome, told.steps) },
  );
}

const progressTexts: Readonly<Record<RestartProgress['state'], string>> = {
  sent: 'the order is on the bus; its sidecar has not answered yet',
  accepted: 'its sidecar has taken the order',
  stopping: 'its sidecar is stopping the program',
  starting: 'its sidecar has started the program, which is not ready yet',
};

// Where there are several, it is said which one of how many.
function whatOf(service: string, { target }: RestartOutcome): string {
  if (target === undefined) return service;
  return `${service} (instance ${instanceName(target)}, one of ${target.of})`;
}

function outcomeText(service: string, outcome: RestartOutcome, steps: Story['steps']): string {
  switch (outcome.state) {
    case 'ready':
      return `${service} is ready: incarnation ${short(outcome.oldIncarnation)} → ${short(outcome.incarnation)} in ${(outcome.tookMs / 1000).toFixed(1)} s${outcome.withAbsence ? ', with the time that Swarmline was away' : ''}`;
    case 'sent':
      return `${service}: ${outcome.reason}`;
    case 'failed':
      return `${service} ${failure(steps)}: ${outcome.reason}`;
    case 'expired':
      return `${service}: the order expired: ${outcome.reason}`;
    case 'unknown':
      return `${service}: unknown whether it restarted: ${outcome.reason}`;
  }
}

function queuedText(obstacle: string | null): string {
  return obstacle === null ? 'the order is in the queue' : `the order waits in the queue: ${obstacle}`;
}

// "Not restarted" would tell of a program that still runs; after these steps it is known to have been touched.
function failure(steps: Story['steps']): string {
  const went = (step: RestartProgress['state']) => steps.some(({ state }) => state === step);
  if (went('stopping')) return 'was stopped and did not come up again';
  return went('accepted') || went('starting') ? 'did not come up' : 'was not restarted';
}

function short(incarnation: string | null): string {
  return incarnation === null ? 'unknown' : incarnation.slice(0, 8);
}
