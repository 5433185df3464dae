// Access as one process has it: policy, records in a real Redis, the commands that read and change them. Two rigs of one
// prefix are two processes.
import {
  createAccess,
  createApprovals,
  createGrants,
  createLinks,
  createPolicy,
  createRecall,
} from '../../../src/access/index.ts';
import { overRedis } from '../../../src/app/read-models.ts';
import { catalogue, createIntake, type Danger, type Reply } from '../../../src/commands/index.ts';
import type { Answer, Identity, Place } from '../../../src/contracts/chat.ts';
import { Faults } from '../../../src/core/faults.ts';
import { type Logger, silentLogger } from '../../../src/core/logger.ts';
import type { Redis } from '../../../src/core/redis.ts';
import { portsOf } from '../../unit/commands/ports.ts';
import { ManualClock } from '../../unit/core/manual-clock.ts';

const document = {
  roles: {
    viewer: ['ask', 'link'],
    operator: { allow: ['ask', 'link', 'why', 'service.restart:*'], deny: ['service.restart:prod-*'] },
    lead: ['ask', 'link', 'why', 'service.restart:*', 'access.*'],
    studio: { allow: ['alert.silence'], places: ['discord-channel:70'] },
    owner: ['*'],
  },
  everyone: 'viewer',
  people: {
    alice: { roles: ['operator', 'studio'], identities: ['discord:111', 'http:alice'] },
    lea: { role: 'lead', identities: ['discord:555'] },
    olga: { role: 'owner', identities: ['console:local', 'cli:local', 'discord:777'] },
  },
  marks: { 'discord-role:900': 'operator' },
  places: [{ permissions: ['alert.*'], in: ['discord', 'console', 'twitch-channel:swarm'] }],
  twitch: [{ permissions: ['service.*'], badges: ['moderator'], linked: true }],
};

export const alice: Identity = { surface: 'discord', id: '111', name: 'Alice' };
export const aliceTv: Identity = {
  surface: 'twitch',
  id: '222',
  name: 'alice_tv',
  marks: ['badge:moderator'],
};
export const lea: Identity = { surface: 'discord', id: '555', name: 'Lea' };
export const olga: Identity = { surface: 'console', id: 'local', name: 'you' };
export const stranger: Identity = { surface: 'discord', id: '999', name: 'Alice' };

export interface Rig {
  readonly redis: Redis;
  readonly prefix: string;
  /** Default: one of its own. */
  readonly clock?: ManualClock;
  readonly makeCode?: () => string;
  readonly logger?: Logger;
  /** Of the policy; default none. */
  readonly dangers?: Readonly<Record<string, Danger>>;
}

export function createRig({
  redis,
  prefix,
  clock = new ManualClock(),
  makeCode,
  logger = silentLogger,
  dangers = {},
}: Rig) {
  const grants = overRedis(createGrants(redis, { prefix }));
  const links = overRedis(createLinks(redis, { prefix }));
  const recall = createRecall({ grants, links, clock });
  const policy = createPolicy({ ...document, dangers }, recall);
  const access = createAccess({ policy, recall, grants, links, clock, ...(makeCode && { makeCode }) });
  const approvals = overRedis(createApprovals({ redis, clock }, { prefix, places: [] }));
  const faults = new Faults();
  const deps = { ...portsOf({}), clock, access, policy, approvals, logger, faults };
  const intake = createIntake(deps, catalogue);
  let used = 0;
  const say = (line: string, identity: Identity = olga, place?: Place): Promise<Reply> => {
    used += 1;
    return intake.handle({
      id: `${prefix}-${identity.id}-${used}-${clock.now()}`,
      identity,
      replyTo: { surface: identity.surface, place: 'here' },
      ...(place && { place }),
      input: { kind: 'line', line },
    });
  };
  const confirm = (confirmationId: string, identity: Identity = olga) =>
    intake.decide({
      confirmationId,
      verdict: 'yes',
      identity,
      replyTo: { surface: identity.surface, place: 'here' },
    });
  /** Says it, and yes where it is asked, by a second person where it takes one; resolves to the sentence that came of it. */
  const done = async (line: string, identity: Identity = olga): Promise<string> => {
    const first = await say(line, identity);
    if (first.kind !== 'confirm') return sentenceOf(first);
    const other = identity.id === olga.id ? lea : olga;
    return sentenceOf(await confirm(first.confirmationId, first.level === 'two-persons' ? other : identity));
  };
  const may = async (identity: Identity, permission: string, place: Place | null = null): Promise<boolean> =>
    (await policy.decide({ identity, permission, place })).allowed;
  return { clock, policy, access, grants, specs: intake.specs, say, confirm, done, may };
}

/** The answer of a question; its refusal as a title. */
export async function answerOf(reply: Promise<Reply>): Promise<Answer> {
  const got = await reply;
  if (got.kind === 'answer') return got.answer;
  throw new Error(`no answer: ${sentenceOf(got)}`);
}

function sentenceOf(reply: Reply): string {
  if (reply.kind === 'answer') return reply.answer.title;
  return reply.kind === 'confirm' ? reply.prompt : reply.text;
}
