// What is not well in this process right now, judged from what it knows of itself. Pure; whether anybody is told, and
// when, is decided by the book.
import { surfaces } from '../../contracts/chat.ts';
import { domainErrors } from '../../contracts/errors.ts';
import { gapText } from '../../contracts/roles.ts';
import type { ProcessView } from '../../contracts/system.ts';
import type { StallView } from '../../contracts/watch.ts';
import type { AlertSignal } from '../../core/alerts/alert.ts';
import { type FaultTally, faultWindowMs } from '../../core/alerts/fault-window.ts';

import { strategyOf } from '../../core/recovery/strategies.ts';
import type { ReceiverAlert } from '../../pipeline/index.ts';
import { resetLine } from '../component-log.ts';
import type { RoleGap } from '../role-watch.ts';
import { signalOf } from './kinds.ts';

type LinkView = ProcessView['links'][number];

export interface Situation {
  readonly now: number;
  /** Of all links; one that flaps may be up at this moment. */
  readonly links: readonly LinkView[];
  /** Names of those that count as lost, dampened. */
  readonly lost: ReadonlySet<string>;
  /** Names of those that nobody asks yet, since their part waits for another: that one is judged, and not they. */
  readonly waiting: ReadonlySet<string>;
  readonly components: ProcessView['components'];
  readonly breakers: ProcessView['breakers'];
  /** Roles that nobody has filled for long enough. */
  readonly gaps: readonly RoleGap[];
  /** Why nobody is allowed anything; null when the policy is sound. */
  readonly policyFault: string | null;
  /** Why its file was refused later, while the rules of before are in force; null when it was not. */
  readonly policyRefused: string | null;
  /** Why the record of what people do takes no line, or contradicts itself; null when neither. */
  readonly auditFault: string | null;
  /** Why the chain's file was refused, while the chain of before is in force; null when it was not. */
  readonly chainRefused: string | null;
  /** Agents that are silent, as the watch of the pipeline has it; none in a process without the role. */
  readonly stalls?: readonly StallView[];
  readonly tallies: readonly FaultTally[];
  /** Errors of one code within a minute that are worth an alert. */
  readonly errorsPerMinute: number;
  /** Agents that do not take their gas while nobody stands in; default none. */
  readonly unanswered?: readonly ReceiverAlert[];
  /** Jobs that lie aside in the outbox of this home, until a person takes them away; default 0. */
  readonly ordersAside?: number;
  /** Wishes that wait for a word and cannot be read, until a person mends or removes them; default 0. */
  readonly wishesUnreadable?: number;
}

/** A link that the platform can do without, or one that is on its first way up, may be away for so long, ms. */
const patienceMs = 60_000;

/** These are told by an alert of their own. */
const toldOtherwise: readonly string[] = [
  domainErrors.clockSkewed.code,
  domainErrors.jobFailed.code,
  domainErrors.ordersSetAside.code,
];

/** Every condition that holds. */
export function conditionsOf(situation: Situation): readonly AlertSignal[] {
  const skew = clockSkew(situation);
  return [
    ...skew,
    // A wrong clock stops the workers: one trouble, one alert.
    ...situation.links
      .filter(({ name }) => skew.length === 0 || name !== 'workers')
      .filter(({ name }) => !situation.waiting.has(name))
      .flatMap(ofLink(situation)),
    ...situation.components.filter(({ braked }) => braked).map(ofBrake),
    ...situation.breakers.filter(({ state }) => state !== 'closed').map(ofBreaker),
    ...situation.gaps.map(ofGap),
    ...ofPolicy(situation),
    ...ofAudit(situation),
    ...ofChain(situation),
    ...(situation.stalls ?? []).map(ofStall),
    ...ofAside(situation),
    ...ofWishes(situation),
    ...situation.tallies.flatMap(ofTally(situation)),
    ...(situation.unanswered ?? []).map(ofReceiver),
  ];
}

function ofReceiver({ receiver, ...told }: ReceiverAlert): AlertSignal {
  return signalOf('gas-unanswered', receiver, told);
}

/** A part that was still there when the process had to end. */
export function givenUpSignal(component: string, why: string): AlertSignal {
  return signalOf('part-given-up', component, { title: `${component} did not end in order`, detail: why });
}

const ofLink =
  ({ lost, now }: Situation) =>
  ({ name, hard, state, detail, since }: LinkView): AlertSignal[] => {
    // A process of bots alone is not ready without its chat; the platform works on.
    const isAllItDoes = hard && isChat(name);
    const isVital = hard && !isAllItDoes;
    if (state === 'off' || state === 'standby' || state === 'up') {
      // Up at this moment, and not to be trusted yet: a hard one that flaps is still down for whoever needs it.
      return isVital && state === 'up' && lost.has(name) ? [hardLink(name, 'comes and goes')] : [];
    }
    const long = now - since >= patienceMs;
    if (isVital)
      return state === 'down' && lost.has(name) ? [hardLink(name, detail)] : stuck(long, name, detail);
    return long ? [softLink(name, detail, isAllItDoes ? '; this process does nothing but chat' : '')] : [];
  };

function isChat(name: string): boolean {
  return surfaces.some((surface) => surface === name);
}

function hardLink(name: string, detail: string): AlertSignal {
  return signalOf('link-down', name, { title: `${name} is down, and nothing works without it`, detail });
}

function stuck(long: boolean, name: string, detail: string): AlertSignal[] {
  return long ? [hardLink(name, `not connected yet: ${detail}`)] : [];
}

function softLink(name: string, detail: string, besides: string): AlertSignal {
  const title =
    name === 'outbox'
      ? 'jobs have waited on disk for more than a minute'
      : `${name} has been away for more than a minute${besides}`;
  return signalOf('link-lost', name, { title, detail });
}

function ofBrake({ name, error }: ProcessView['components'][number]): AlertSignal {
  const detail = `when mended: ${resetLine(name)}; it met: ${error ?? 'unknown'}`;
  return signalOf('part-braked', name, { title: `${name} crashed in a loop and stays down`, detail });
}

function ofBreaker({ name, state }: ProcessView['breakers'][number]): AlertSignal {
  const detail =
    state === 'open' ? 'nothing is sent there for now' : 'the next call tries whether it is well';
  return signalOf('circuit-open', name, { title: `the circuit of ${name} is open`, detail });
}

function ofGap({ role }: RoleGap): AlertSignal {
  const detail = `start one: swarmline up --only ${role}`;
  return signalOf('role-unfilled', role, { title: gapText(role), detail });
}

const stallTitles: Readonly<Record<StallView['kind'], (agent: string) => string>> = {
  quiet: (agent) => `nothing is seen of the work of ${agent}`,
  reassign: (agent) => `${agent} is silent, and another could take over its gas`,
  stalled: (agent) => `${agent} is stalled; a person is needed`,
  'out-of-gas': (agent) => `${agent} is at 100 % and has no next gas`,
};

function ofStall({ agent, kind, since, detail }: StallView): AlertSignal {
  return signalOf(`agent-${kind}`, agent, { title: stallTitles[kind](agent), detail, since });
}

function ofPolicy({ policyFault, policyRefused }: Situation): AlertSignal[] {
  const detail = policyFault ?? policyRefused;
  if (detail === null) return [];
  const came = policyFault === null ? 'the rules of before are in force' : 'everything is denied';
  return [signalOf('policy-broken', null, { title: `the policy cannot be used; ${came}`, detail })];
}

function ofAudit({ auditFault }: Situation): AlertSignal[] {
  if (auditFault === null) return [];
  const title = 'the audit record cannot be written or believed';
  return [signalOf('audit-broken', null, { title, detail: auditFault })];
}

function ofChain({ chainRefused }: Situation): AlertSignal[] {
  if (chainRefused === null) return [];
  const title = "the chain's file cannot be used; the chain of before is in force";
  return [signalOf('chain-broken', null, { title, detail: chainRefused })];
}

// The guard pauses the workers and says so on their link, whose state begins no later than the fault.
function clockSkew({ links, tallies }: Situation): AlertSignal[] {
  const skewed = tallies.find(({ kind }) => kind === domainErrors.clockSkewed);
  const workers = links.find(({ name }) => name === 'workers');
  if (!skewed || workers?.state !== 'down' || skewed.lastAt < workers.since) return [];
  return [
    signalOf('clock-skew', null, {
      title: "a machine's clock is wrong; its workers pause",
      detail: workers.detail,
    }),
  ];
}

// They lie there for as long as nobody looks, also over a restart; the fault itself is over after minutes.
function ofAside({ ordersAside: count = 0 }: Situation): AlertSignal[] {
  if (count === 0) return [];
  const { code } = domainErrors.ordersSetAside;
  const title = `${code}: ${count === 1 ? 'an order on disk' : `${count} orders on disk`} cannot be used`;
  const detail = 'look into *.bad of the outbox, give again what is still wanted, and remove the file';
  return [signalOf('needs-person', code, { title, detail, count })];
}

// Under a key of its own: other records may be unreadable beside them.
function ofWishes({ wishesUnreadable: count = 0 }: Situation): AlertSignal[] {
  if (count === 0) return [];
  const { code } = domainErrors.recordUnreadable;
  const title = `${code}: ${count === 1 ? 'a wish' : `${count} wishes`} that cannot be read, so nobody can decide`;
  const detail = '`approvals` names each with its key: remove it with `redis-cli del` and ask again';
  return [signalOf('needs-person', 'approvals', { title, detail, count })];
}

const ofTally =
  ({ now, errorsPerMinute }: Situation) =>
  ({ kind, lastAt, lastMessage, lastWhere, inMinute, inWindow }: FaultTally): AlertSignal[] => {
    const recent = now - lastAt < faultWindowMs;
    const last = `last in ${lastWhere}: ${lastMessage}`;
    const { code } = kind;
    if (kind === domainErrors.jobFailed) {
      const title = `${inWindow === 1 ? 'a job has' : `${inWindow} jobs have`} failed for good`;
      return recent ? [signalOf('job-failed', null, { title, detail: last, count: inWindow })] : [];
    }
    const rate = { title: `${code}: ${inMinute} within a minute`, detail: last, count: inMinute };
    const person = { title: `${code} stays until somebody mends it`, detail: last, count: inWindow };
    const needed = recent && strategyOf(kind).needsPerson && !toldOtherwise.includes(code);
    return [
      ...(inMinute >= errorsPerMinute ? [signalOf('error-rate', code, rate)] : []),
      ...(needed ? [signalOf('needs-person', code, person)] : []),
    ];
  };
