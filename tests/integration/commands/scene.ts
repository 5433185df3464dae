// One intake over real Redis, a policy in memory, and ports that a test can replace.
import {
  AuditLog,
  type AuditSink,
  createApprovals,
  createAuditRecord,
  createFloodGuard,
  createLimits,
  createPolicy,
  type Limits,
  type LimitsConfig,
  type Policy,
} from '../../../src/access/index.ts';
import { limitsConfigSchema } from '../../../src/access/config.ts';
import { catalogue, createIntake, type Reply } from '../../../src/commands/index.ts';
import type { CommandPorts, CommandSpec } from '../../../src/commands/spec.ts';
import type { Address, Identity } from '../../../src/contracts/chat.ts';
import { domainErrors } from '../../../src/contracts/errors.ts';
import type { JobSink } from '../../../src/contracts/ports.ts';
import { SwarmError } from '../../../src/core/errors.ts';
import { Faults } from '../../../src/core/faults.ts';
import { type Logger, silentLogger } from '../../../src/core/logger.ts';
import type { Redis } from '../../../src/core/redis.ts';
import { inQueue } from '../../support/kept.ts';
import { type Known, portsOf } from '../../unit/commands/ports.ts';
import { ManualClock } from '../../unit/core/manual-clock.ts';

export const alice: Identity = { surface: 'discord', id: '111', name: 'Alice' };
export const aliceOnTwitch: Identity = { surface: 'twitch', id: '222', name: 'alice_tv' };
export const bob: Identity = { surface: 'discord', id: '333', name: 'Bob' };
export const stranger: Identity = { surface: 'discord', id: '999', name: 'Alice' };

export const policyDocument = {
  roles: { viewer: ['ask'], operator: ['ask', 'service.restart:*'], mute: [] },
  dangers: { 'service.restart:prod-*': 'two-persons', 'service.restart:named-*': 'type-name' },
  people: {
    alice: { role: 'operator', identities: ['discord:111', 'twitch:222'] },
    bob: { role: 'operator', identities: ['discord:333'] },
    vera: { role: 'viewer', identities: ['discord:444'] },
  },
};

const replyTo: Address = { surface: 'discord', place: 'c-1' };

/** A queue that keeps its orders; with `down` set it refuses them, with `hangs` it never answers. */
class NoteBook implements JobSink {
  readonly ids: string[] = [];
  readonly correlationIds: string[] = [];
  readonly orders: unknown[] = [];
  down = false;
  hangs = false;

  add: JobSink['add'] = async (order) => {
    if (this.down) throw new SwarmError(domainErrors.queueUnavailable, 'connect ECONNREFUSED');
    if (this.hangs) await new Promise(() => undefined);
    this.ids.push(order.id);
    this.correlationIds.push(order.correlationId);
    this.orders.push(order);
    return inQueue;
  };
}

export interface SceneOptions {
  readonly known?: Known;
  readonly ports?: Partial<CommandPorts>;
  readonly policy?: Policy;
  /** Default: nothing is held back. */
  readonly limits?: Partial<LimitsConfig>;
  /** Default: in Redis. */
  readonly limitStore?: Limits;
  /** Default: the real ones. */
  readonly specs?: readonly CommandSpec[];
  /** Default: silent. */
  readonly logger?: Logger;
  /** Where a second person is asked for besides the place of the wish. */
  readonly places?: readonly Address[];
  /** Shared by two intakes of one installation. */
  readonly clock?: ManualClock;
  /** Default: in Redis. */
  readonly audit?: AuditSink;
}

export function createScene(redis: Redis, prefix: string, options: SceneOptions = {}) {
  const clock = options.clock ?? new ManualClock();
  const jobs = new NoteBook();
  const faults = new Faults();
  const held = { policy: options.policy ?? createPolicy(policyDocument) };
  const policy: Policy = {
    get broken() {
      return held.policy.broken;
    },
    allows: (principal, permission) => held.policy.allows(principal, permission),
    read: (identity) => held.policy.read(identity),
    decide: (wish) => held.policy.decide(wish),
    dangerOf: (permission) => held.policy.dangerOf(permission),
    personOf: (identity) => held.policy.personOf(identity),
  };
  const approvals = createApprovals({ redis, clock }, { prefix, places: options.places ?? [] });
  const audit = options.audit ?? new AuditLog({ redis, clock }, { prefix });
  const record = createAuditRecord({ redis }, { prefix });
  const intake = createIntake(
    {
      ...portsOf(options.known ?? {}),
      ...options.ports,
      clock,
      jobs,
      policy,
      approvals,
      audit,
      record: options.ports?.record ?? record,
      logger: options.logger ?? silentLogger,
      faults,
      ...(options.limits && {
        bounds: {
          store: options.limitStore ?? createLimits(redis, { prefix }),
          flood: createFloodGuard(clock),
          settings: limitsConfigSchema.parse(options.limits),
        },
      }),
    },
    options.specs ?? catalogue,
  );
  let used = 0;
  const say = (line: string, identity: Identity = alice, id?: string): Promise<Reply> => {
    used += 1;
    return intake.handle({ id: id ?? `i-${used}`, identity, replyTo, input: { kind: 'line', line } });
  };
  const decide = (confirmationId: string, verdict: 'yes' | 'no' = 'yes', identity: Identity = alice) =>
    intake.decide({ confirmationId, verdict, identity, replyTo });
  /** Says an action and resolves to the id of the confirmation that it asks for. */
  const asked = async (line: string, identity: Identity = alice, id?: string): Promise<string> => {
    const reply = await say(line, identity, id);
    if (reply.kind !== 'confirm') throw new Error(`not asked: ${JSON.stringify(reply)}`);
    return reply.confirmationId;
  };
  const setPolicy = (next: Policy) => {
    held.policy = next;
  };
  /** The record so far: event, verdict and command of each line. */
  const recorded = async () => {
    const { lines } = await record.query({}, { limit: 100 });
    return lines.toReversed().map(({ event, verdict, command }) => `${command}: ${event}, ${verdict}`);
  };
  return { audit, record, recorded, clock, jobs, faults, intake, approvals, say, decide, asked, setPolicy };
}
