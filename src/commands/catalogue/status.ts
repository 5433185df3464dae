// `status [target]`: the platform at a glance, or everything known about one service, agent or drone.

import type { AgentView, DeliveryList } from '../../contracts/agents.ts';
import type { Answer, AnswerRow, Tone } from '../../contracts/chat.ts';
import type { DroneView } from '../../contracts/drones.ts';
import type { ServiceView } from '../../contracts/services.ts';
import type { ComponentView, ProcessView } from '../../contracts/system.ts';
import { coreErrors, toSwarmError } from '../../core/errors.ts';
import { plainText } from '../../core/text.ts';
import { nearest } from '../parse.ts';
import { counted } from '../render.ts';
import type { CommandPorts, Question } from '../spec.ts';
import { agentRow } from './agents.ts';
import { criticalCount, firingRows } from './alerts.ts';
import { breakerRows } from './breakers.ts';
import { droneIds, droneRow, staleAfterMs } from './drone.ts';
import { allKept } from './find-delivery.ts';
import { isOpen, isUnanswered } from './gas.ts';
import { processSilentAfterMs, readinessOf } from './processes.ts';
import { troubledQueueRows } from './queue-status.ts';
import { pilingRows } from './report-rows.ts';
import { gapRows } from './roles.ts';
import { isReady, serviceNames, serviceRows, silentAfterMs } from './services.ts';
import { skippedRows } from './skipped.ts';

export const status: Question = {
  kind: 'question',
  name: 'status',
  description: 'The platform at a glance, or one service, agent or drone',
  args: [
    {
      name: 'target',
      description: 'A service, an agent or a drone',
      required: false,
      candidates: targets,
    },
  ],
  example: 'status slam',
  answer: ({ args }, ports) =>
    args['target'] === undefined ? overview(ports) : target(args['target'], ports),
};

async function targets(ports: CommandPorts): Promise<readonly string[]> {
  const [services, agents, drones] = await Promise.all([
    serviceNames(ports),
    ports.agents.agents(),
    droneIds(ports),
  ]);
  return [...services, ...agents.map(({ agent }) => agent), ...drones];
}

async function overview(ports: CommandPorts): Promise<Answer> {
  const now = ports.clock.now();
  const [processes, services, agents, drones, gas, queues, skipped] = await Promise.all([
    ports.system.processes(),
    known(ports.services.services()),
    known(ports.agents.agents()),
    known(ports.drones.drones()),
    known(ports.agents.deliveries(allKept).then((list) => [list])),
    known(ports.queues.queues()),
    known(ports.agents.skipped?.() ?? Promise.resolve([])),
  ]);
  const links = processes.flatMap((process) =>
    process.links.map((link) => linkRow(process, link, processes.length > 1, now)),
  );
  const parts = processes.flatMap((process) =>
    process.components.flatMap((part) => componentRow(process, part, processes.length > 1, now)),
  );
  const breakers = processes.flatMap((process) => breakerRows(process, processes.length > 1, now));
  const uses = [
    ...firingRows(processes, now),
    // What cannot be read now is not missing, even before the link is known to be down.
    ...(services.views === null ? [] : gapRows(processes, now)),
    ...processes.flatMap((process) => useRow(process, processes.length > 1, now)),
    ...troubledQueueRows(queues.views ?? [], now),
    ...skippedRows(skipped.views ?? [], now),
    ...pilingRows(queues.views ?? [], processes, now),
  ];
  const counts = [
    figure('services', services, (views) => servicesRow(views, now)),
    figure('agents', agents, (views) => agentsRow(views, now)),
    figure('gas', gas, ([list = { deliveries: [], unreadable: 0 }]) => gasRow(list, now)),
    figure('drones', drones, (views) => dronesRow(views, now)),
  ];
  // Without a single process nobody has vouched for anything.
  const isUnknown = links.length === 0;
  const state = readinessOf(processes, now);
  const tone = isUnknown ? 'warn' : worst([state, ...links, ...parts, ...breakers, ...uses, ...counts]);
  return {
    title: isUnknown ? 'Unknown: no process of Swarmline has told its state' : titleOf(processes, tone, now),
    tone,
    rows: [...links, ...parts, ...breakers, ...uses, ...counts],
    data: {
      processes,
      services: services.views,
      agents: agents.views,
      drones: drones.views,
      openDeliveries: gas.views?.[0]?.deliveries.filter(({ state }) => isOpen(state)).length ?? null,
    },
  };
}

/** `views` is null where nobody can tell, for the reason `why`. */
interface Known<T> {
  readonly views: readonly T[] | null;
  readonly why: string;
}

// What this process knows by itself is told also while Redis is away; what only Redis knows is unknown then.
async function known<T>(answer: Promise<readonly T[]>): Promise<Known<T>> {
  try {
    return { views: await answer, why: '' };
  } catch (thrown) {
    return { views: null, why: reasons[toSwarmError(thrown).code] ?? 'what Redis holds cannot be read' };
  }
}

const reasons: Readonly<Record<string, string>> = {
  [coreErrors.redisUnavailable.code]: 'Redis does not answer',
  [coreErrors.redisBusy.code]: 'Redis is busy',
  [coreErrors.redisAuth.code]: 'Redis refused our credentials',
};

function figure<T>(
  label: string,
  { views, why }: Known<T>,
  row: (views: readonly T[]) => AnswerRow,
): AnswerRow {
  return views ? row(views) : { label, value: `unknown: ${why}`, ageMs: null, tone: 'bad' };
}

function servicesRow(services: readonly ServiceView[], now: number): AnswerRow {
  const heard = services.filter((view) => now - view.seenAt <= silentAfterMs);
  const ready = heard.filter(isReady).length;
  const several = heard.filter(({ instances }) => instances.length > 1);
  const instances = several.reduce((sum, view) => sum + view.instances.length, 0);
  const told = `${ready} of ${services.length} ready${silent(services.length - heard.length)}`;
  return {
    label: 'services',
    value: several.length === 0 ? told : `${told}, ${several.length} of them as ${instances} instances`,
    ageMs: newest(services, now),
    tone: ready < services.length ? 'warn' : 'ok',
  };
}

function agentsRow(agents: readonly AgentView[], now: number): AnswerRow {
  const told = agents.filter(({ seenAt }) => seenAt !== null).length;
  // Of these something is there that cannot be understood: they may have told a status.
  const unclear = agents.filter(({ seenAt, problem }) => seenAt === null && problem !== null).length;
  const besides = unclear === 0 ? '' : `, of ${unclear} it cannot be read`;
  return {
    label: 'agents',
    value: `${told} of ${agents.length} have told a status${besides}`,
    ageMs: newest(agents, now),
    tone: unclear === 0 ? 'ok' : 'warn',
  };
}

function gasRow({ deliveries, unreadable }: DeliveryList, now: number): AnswerRow {
  const open = deliveries.filter(({ state }) => isUnanswered(state)).length;
  const lost = unreadable === 0 ? '' : `, ${counted(unreadable, 'record')} cannot be read`;
  const value = `${counted(deliveries.length, 'latest delivery')}, ${open} not acknowledged${lost}`;
  const moved = deliveries.map(({ since }) => ({ seenAt: since }));
  return { label: 'gas', value, ageMs: newest(moved, now), tone: unreadable === 0 ? 'ok' : 'warn' };
}

function dronesRow(drones: readonly DroneView[], now: number): AnswerRow {
  const fresh = drones.filter((view) => now - view.seenAt <= staleAfterMs).length;
  return {
    label: 'drones',
    value: `${fresh} of ${drones.length} fresh`,
    ageMs: newest(drones, now),
    tone: 'ok',
  };
}

function titleOf(processes: readonly ProcessView[], tone: Tone, now: number): string {
  const critical = criticalCount(processes, now);
  const alerts = critical === 0 ? '' : `, with ${counted(critical, 'critical alert')}`;
  return `Swarmline is ${tone === 'bad' ? 'degraded' : readinessOf(processes, now).said}${alerts}`;
}

function worst(rows: readonly Pick<AnswerRow, 'tone'>[]): Tone {
  if (rows.some(({ tone }) => tone === 'bad')) return 'bad';
  return rows.length === 0 || rows.some(({ tone }) => tone === 'warn') ? 'warn' : 'ok';
}

async function target(name: string, ports: CommandPorts): Promise<Answer> {
  const now = ports.clock.now();
  const [services, agents, drones] = await Promise.all([
    ports.services.services(),
    ports.agents.agents(),
    ports.drones.drones(),
  ]);
  const all = [
    ...services.map((view) => ({
      name: view.service,
      rows: serviceRows(view, now),
      data: { service: view },
    })),
    ...agents.map((view) => ({ name: view.agent, rows: [agentRow(view, now)], data: { agent: view } })),
    ...drones.map((view) => ({
      name: view.status.drone,
      rows: [droneRow(view, now)],
      data: { drone: view },
    })),
  ];
  const found = all.filter((entry) => entry.name.toLowerCase() === name.toLowerCase());
  if (found.length > 0) {
    return {
      title: `Status of ${found[0]?.name}`,
      tone: worst(found.flatMap(({ rows }) => rows)),
      rows: found.flatMap(({ rows }) => rows),
      data: Object.assign({}, ...found.map(({ data }) => data)),
    };
  }
  const guess = nearest(
    name,
    all.map((entry) => entry.name),
  );
  return {
    title: `Unknown: no service, agent or drone is called ${name.slice(0, 64)}`,
    tone: 'warn',
    rows: [],
    note: guess === null ? 'services, agents and drone list them.' : `Did you mean ${guess}?`,
    data: {},
  };
}

const linkTones: Readonly<Record<ProcessView['links'][number]['state'], Tone>> = {
  up: 'ok',
  standby: 'ok',
  off: 'info',
  connecting: 'warn',
  down: 'bad',
};

type LinkView = ProcessView['links'][number];

// Whose link it is matters only where there are several processes.
function linkRow({ pid, at }: ProcessView, link: LinkView, named: boolean, now: number): AnswerRow {
  const label = named ? `${link.name}@${pid}` : link.name;
  if (now - at > processSilentAfterMs) {
    const value = `unknown: its process is silent (last said ${link.state})`;
    return { label, value, ageMs: now - at, tone: 'bad' };
  }
  const detail = link.detail === '' ? '' : `: ${link.detail}`;
  return {
    label,
    value: `${link.state}${detail}`,
    ageMs: link.state === 'off' || link.lastProofAt === null ? null : now - link.lastProofAt,
    tone: linkTones[link.state],
  };
}

// Only what has failed: parts that run are told by their links and by what they do.
function componentRow(
  { pid, at }: ProcessView,
  { name, state, hard, braked, error, restarts }: ComponentView,
  named: boolean,
  now: number,
): readonly AnswerRow[] {
  if (now - at > processSilentAfterMs || (state !== 'failed' && !braked)) return [];
  const why = error === null ? '' : `: ${plainText(error, 80)}`;
  const tries = restarts === 0 ? 'it is tried again' : `tried again ${counted(restarts, 'time')}`;
  const value = braked
    ? `braked after crashing in a loop${why}; when mended: swarmline service reset ${name}`
    : `failed, ${tries}${why}`;
  const label = `part ${name}${named ? `@${pid}` : ''}`;
  return [{ label, value, ageMs: null, tone: hard || braked ? 'bad' : 'warn' }];
}

function silent(number: number): string {
  return number === 0 ? '' : `, ${number} unknown (silent)`;
}

function newest(views: readonly { readonly seenAt: number | null }[], now: number): number | null {
  const seen = views.flatMap(({ seenAt }) => (seenAt === null ? [] : [seenAt]));
  return seen.length === 0 ? null : now - Math.max(...seen);
}

/** Above this delay of its event loop a process is overloaded: it answers late, and its locks are at risk, s. */
const overloadedSeconds = 0.2;

/** What a process uses; nothing where that cannot be measured, or was not yet. */
function useRow({ pid, at, resources }: ProcessView, named: boolean, now: number): AnswerRow[] {
  const own = resources.find((use) => use.pid === pid);
  if (!own || now - at > processSilentAfterMs) return [];
  const { cpu, rssBytes, loopDelaySeconds = 0 } = own;
  const overloaded = loopDelaySeconds > overloadedSeconds;
  const figures = `cpu ${Math.round(100 * cpu)} %, ${Math.round(rssBytes / 1_048_576)} MB, loop ${Math.round(1_000 * loopDelaySeconds)} ms`;
  return [
    {
      label: named ? `load@${pid}` : 'load',
      value: overloaded ? `overloaded: ${figures}` : figures,
      ageMs: null,
      tone: overloaded ? 'warn' : 'ok',
    },
  ];
}
