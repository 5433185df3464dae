// Job `service.restart`: orders the restart over the bridge and reports each step; safe to run again, since order and reports have derived ids.

import type { Step } from '../../contracts/chat.ts';
import type { JobBody } from '../../contracts/jobs.ts';
import type { Authority, JobSink, SentOrders, ServiceControl } from '../../contracts/ports.ts';
import {
  type Absent,
  instanceName,
  type RestartEnd,
  type RestartOrder,
  type RestartOutcome,
  type RestartProgress,
} from '../../contracts/services.ts';
import type { Clock } from '../../core/clock.ts';
import type { Redis } from '../../core/redis.ts';
import { gatherReports } from '../gathered.ts';
import type { JobContext, JobHandler, Told } from '../handler.ts';
import { openStory, readSteps, type Story, type StoryDeps, wentOut } from '../story.ts';

export interface RestartServiceDeps {
  readonly redis: Redis;
  readonly jobs: JobSink;
  readonly clock: Clock;
  readonly control: ServiceControl;
  readonly authority: Authority;
  /** Absent: that an order is out is known by its story alone. */
  readonly orders?: SentOrders;
}

export interface RestartServiceOptions {
  readonly prefix: string;
  /** Whether an order reaches every service, whatever name it bears: then the right to all of them is needed. */
  readonly reachesAll: boolean;
  /** From the order's issue until an unanswered one counts as unknown, ms. */
  readonly deadlineMs: number;
}

type Body = JobBody<'service.restart'>;

/** What is read before it may run. */
interface Looked {
  readonly allowing: Promise<boolean>;
  readonly reading: Promise<readonly Step[]>;
}

/** Makes the handler. */
export function makeRestartService(
  deps: RestartServiceDeps,
  options: RestartServiceOptions,
): JobHandler<'service.restart', Looked> {
  const { redis, clock } = deps;
  const { prefix } = options;
  const permissionOf = ({ service }: Body) => `service.restart:${options.reachesAll ? '*' : service}`;
  const story = (jobs: StoryDeps['jobs'], body: Body, { envelope }: Told, reading?: Looked['reading']) => {
    const { correlationId, id: causationId, principal } = envelope;
    const facts = { prefix, correlationId, causationId, principal };
    const about = { to: body.replyTo, kind: 'restart', subject: body.service } as const;
    return openStory({ redis, jobs }, { ...facts, ...about }, reading);
  };
  const look = (body: Body, { envelope: { principal, correlationId } }: Told): Looked => {
    const looked = {
      allowing: deps.authority.allows(principal, permissionOf(body)),
      reading: readSteps(redis, { prefix, correlationId }),
    };
    for (const one of Object.values(looked)) one.catch(() => undefined);
    return looked;
  };
  const restart = async (
    jobs: StoryDeps['jobs'],
    body: Body,
    context: JobContext,
    { allowing, reading }: Looked,
  ): Promise<void> => {
    const told = await story(jobs, body, context, reading);
    // Once the order is out its end is told: a right that was lost since cannot call it back.
    const isOut = async () => (await deps.orders?.mayBeOut(context.envelope.id)) ?? false;
    // Nothing but the end waits for the first step.
    const beginning = tellQueued(deps, told, context);
    try {
      const isAllowed = wentOut(told.steps) || (await allowing) || (await isOut());
      const { outcome, kept } = isAllowed
        ? await order(deps, told, { body, context, deadlineMs: options.deadlineMs })
        : refused(context, permissionOf(body));
      await beginning;
      // What is kept was sent before what is told, on the same way; neither waits for the other.
      await Promise.all([kept, end(deps, told, body.service, outcome)]);
    } finally {
      await beginning.catch(() => undefined);
    }
  };
  return {
    name: 'service.restart',
    look,
    run: async (body, context, looked = look(body, context)) => {
      const reports = gatherReports({ jobs: deps.jobs, clock });
      try {
        await restart(reports, body, context, looked);
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

// One that was left further on is told by what comes next.
function tellQueued({ control }: RestartServiceDeps, told: Story, { envelope }: Told): Promise<void> {
  if (told.steps.length > 1) return Promise.resolve();
  const queued = { state: 'queued', at: envelope.issuedAt, detail: '' } as const;
  const telling = told.tell(queued, { final: false, text: queuedText(control.obstacle?.() ?? null) });
  telling.catch(() => undefined);
  return telling;
}

interface Ordered {
  readonly body: Body;
  readonly context: JobContext;
  readonly deadlineMs: number;
}

function order(
  { control }: RestartServiceDeps,
  told: Story,
  { body, context, deadlineMs }: Ordered,
): Promise<RestartEnd> {
  // From here on it waits for others; what ends the process meanwhile is not this job.
  context.progress?.();
  return control.restart(
    orderOf(body, context, deadlineMs),
    ({ state, at, detail }) => {
      context.progress?.();
      return told.tell({ state, at, detail }, { final: false, text: progressTexts[state] });
    },
    context.signal,
  );
}

function refused({ envelope: { principal } }: Told, permission: string): RestartEnd {
  const reason = `${principal} is not allowed to do this: it needs the permission ${permission}`;
  return { outcome: { state: 'failed', reason }, kept: Promise.resolve() };
}

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

const absentNames: Readonly<Record<Absent, string>> = { swarmline: 'Swarmline', rabbitmq: 'RabbitMQ' };

function absenceText({ withAbsenceOf: absent }: { readonly withAbsenceOf?: Absent }): string {
  return absent === undefined ? '' : `, with the time that ${absentNames[absent]} was away`;
}

function outcomeText(service: string, outcome: RestartOutcome, steps: Story['steps']): string {
  switch (outcome.state) {
    case 'ready':
      return `${service} is ready: incarnation ${short(outcome.oldIncarnation)} → ${short(outcome.incarnation)} in ${(outcome.tookMs / 1000).toFixed(1)} s${absenceText(outcome)}`;
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
