// Wires alerts: what this process knows of itself in, channels out.
import { join } from 'node:path';
import type { LivePolicy } from '../../access/index.ts';
import type { Address } from '../../contracts/chat.ts';
import type { JobLook, JobSink } from '../../contracts/ports.ts';
import type { ProcessView } from '../../contracts/system.ts';
import type { AlertChannel } from '../../core/alerts/channels/channel.ts';
import { createFileChannel } from '../../core/alerts/channels/file.ts';
import { createWebhookChannel } from '../../core/alerts/channels/webhook.ts';
import { createAlertClaims } from '../../core/alerts/claims.ts';
import { FaultWindow } from '../../core/alerts/fault-window.ts';
import { AlertRunner } from '../../core/alerts/runner.ts';
import { createSilences } from '../../core/alerts/silences.ts';
import type { Clock } from '../../core/clock.ts';
import type { Faults } from '../../core/faults.ts';
import type { Logger } from '../../core/logger.ts';
import type { GuardMaker } from '../../core/recovery/guards.ts';
import type { Redis } from '../../core/redis.ts';
import type { GivenUp } from '../../core/supervisor.ts';
import type { Pipeline } from '../../pipeline/index.ts';
import type { Outbox } from '../../queue/index.ts';
import type { ApprovalsClock } from '../approvals-clock.ts';
import type { AuditWatch } from '../audit-watch.ts';
import type { Config } from '../config.ts';
import type { LinkBoard } from '../links.ts';
import type { LiveChain } from '../live-chain.ts';
import type { RoleGaps } from '../role-watch.ts';
import { createChatChannel } from './chat-channel.ts';
import { conditionsOf, givenUpSignal } from './conditions.ts';

export interface AlertingDeps {
  readonly config: Config;
  /** Of this process, another at each start. */
  readonly instance: string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly redis: Redis;
  readonly jobs: JobSink & { readonly look: JobLook };
  readonly faults: Faults;
  readonly guards: GuardMaker;
  readonly links: LinkBoard;
  readonly pipeline: Pick<Pipeline, 'alerts'> & { readonly stalls: Pick<Pipeline['stalls'], 'stalls'> };
  readonly policy: Pick<LivePolicy, 'broken' | 'refused'>;
  readonly audit: { readonly watch: Pick<AuditWatch, 'fault'> };
  readonly chain: Pick<LiveChain, 'refused'>;
  readonly gaps: Pick<RoleGaps, 'lasting'>;
  readonly outbox: Pick<Outbox, 'aside'>;
  readonly wishes: Pick<ApprovalsClock, 'unreadable'> | null;
  readonly view: () => Pick<ProcessView, 'links' | 'components' | 'breakers'>;
}

export interface Alerting {
  start(): void;
  /** What fires in this process or has its end held back, as its view shows it. */
  active(): ProcessView['alerts'];
  /** Tells what could not be ended in order, and ends. Resolves to what it was given. */
  stop(givenUp: readonly GivenUp[]): Promise<readonly GivenUp[]>;
}

/** The last words of a process have this long, ms; less than what is left of its drain. */
const lastWordsMs = 1_500;
/** A view goes to Redis each second, so it holds no more than this many. */
const shown = 50;

/** Puts alerts together; looks at nothing before `start`. */
export function createAlerting(deps: AlertingDeps): Alerting {
  const { config, instance, clock, logger, redis, faults, links, view } = deps;
  const { policy, audit, chain, gaps, pipeline, outbox, wishes } = deps;
  const window = new FaultWindow();
  faults.listen((error, where) => window.note(error, where, clock.now()));
  const { prefix } = config.redis;
  const { errorsPerMinute, groupMs, escalateAfterMs, escalateTo } = config.alerts;
  const conditions = () =>
    conditionsOf({
      ...view(),
      now: clock.now(),
      lost: links.lost(),
      waiting: links.waiting(),
      gaps: gaps.lasting(),
      policyFault: policy.broken,
      policyRefused: policy.refused?.why ?? null,
      auditFault: audit.watch.fault,
      chainRefused: chain.refused?.why ?? null,
      stalls: pipeline.stalls.stalls(),
      tallies: window.tallies(clock.now()),
      errorsPerMinute,
      unanswered: pipeline.alerts.latest(),
      ordersAside: outbox.aside,
      wishesUnreadable: wishes?.unreadable ?? 0,
    });
  const runner = new AlertRunner(
    {
      ...{ clock, logger, conditions },
      // What closes while all is being closed is no news.
      frozen: () => links.isDraining,
      channels: channelsOf(deps),
      claims: (way) => createAlertClaims(redis, { prefix, instance, way }),
      silences: createSilences(redis, { prefix }),
    },
    { groupMs, escalateAfterMs, escalateTo },
  );
  return {
    start: () => runner.start(),
    active: () => runner.active().slice(0, shown).map(toView),
    stop: async (givenUp) => {
      const last = givenUp.map(({ component, error }) => givenUpSignal(component, error.message));
      await runner.stop(last, lastWordsMs);
      return givenUp;
    },
  };
}

function channelsOf({ jobs, guards, clock, config, instance }: AlertingDeps): AlertChannel[] {
  const { chat, file, webhookUrl } = config.alerts;
  const to = chat ? chatAddresses(config) : [];
  return [
    ...to.map((place) => createChatChannel({ jobs, guards, clock }, { to: place, instance })),
    ...(webhookUrl === undefined
      ? []
      : [createWebhookChannel({ guards }, { url: webhookUrl, from: `swarmline ${prefixName(config)}` })]),
    ...(file ? [createFileChannel({ path: join(config.home, 'alerts', 'alerts.ndjson') })] : []),
  ];
}

/** Where people hear of them. The console prints links and brakes by itself; it hears of alerts where there is no chat. */
export function chatAddresses({ discord, reports }: Config): Address[] {
  const { channelId, token } = discord;
  if (channelId !== undefined && token !== undefined) return [{ surface: 'discord', place: channelId }];
  return reports.console ? [{ surface: 'console', place: 'main' }] : [];
}

function prefixName({ redis }: Config): string {
  return redis.prefix.replaceAll(/[{}]/g, '');
}

function toView({
  key,
  severity,
  title,
  detail,
  since,
  count,
  silencedUntil,
  flapping,
  overSince,
  backSince,
  telling,
  ways,
  held,
}: ReturnType<AlertRunner['active']>[number]) {
  const told = { telling, ways: [...ways], held: [...held] };
  const times = { since, silencedUntil, overSince, backSince };
  return { key, severity, title, detail, count, flapping, ...times, ...told };
}
