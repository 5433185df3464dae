// `status [target]`: the platform at a glance, or everything known about one service, agent or drone.
import type { Answer, AnswerRow, Tone } from '../../contracts/chat.ts';
import type { ProcessView } from '../../contracts/system.ts';
import { nearest } from '../parse.ts';
import type { CommandPorts, Question } from '../spec.ts';
import { agentRow } from './agents.ts';
import { droneRow, staleAfterMs } from './drone.ts';
import { isOpen } from './gas.ts';
import { serviceRow, silentAfterMs } from './services.ts';

export const status: Question = {
  kind: 'question',
  name: 'status',
  description: 'The platform at a glance, or one service, agent or drone',
  args: [{ name: 'target', description: 'A service, an agent or a drone', required: false }],
  example: 'status slam',
  answer: ({ args }, ports) =>
    args['target'] === undefined ? overview(ports) : target(args['target'], ports),
};

async function overview(ports: CommandPorts): Promise<Answer> {
  const now = ports.clock.now();
  const [processes, services, agents, drones, deliveries] = await Promise.all([
    ports.system.processes(),
    ports.services.services(),
    ports.agents.agents(),
    ports.drones.drones(),
    ports.agents.deliveries(200),
  ]);
  const links = processes.flatMap((process) =>
    process.links.map((link) => linkRow(process, link, processes.length > 1, now)),
  );
  const heard = services.filter((view) => now - view.seenAt <= silentAfterMs);
  const ready = heard.filter((view) => view.state === 'ready').length;
  const freshDrones = drones.filter((view) => now - view.seenAt <= staleAfterMs).length;
  const open = deliveries.filter(({ state }) => isOpen(state)).length;
  const counts: AnswerRow[] = [
    count(
      'services',
      `${ready} of ${services.length} ready${silent(services.length - heard.length)}`,
      newest(services, now),
    ),
    count(
      'agents',
      `${agents.filter(({ seenAt }) => seenAt !== null).length} of ${agents.length} have told a status`,
      newest(agents, now),
    ),
    count(
      'gas',
      `${deliveries.length} latest deliveries, ${open} not acknowledged`,
      newest(
        deliveries.map(({ since }) => ({ seenAt: since })),
        now,
      ),
    ),
    count('drones', `${freshDrones} of ${drones.length} fresh`, newest(drones, now)),
  ];
  const linked = worst(links);
  return {
    title: titleOf(links, linked),
    tone: linked === 'ok' && ready < services.length ? 'warn' : linked,
    rows: [...links, ...counts],
    data: { processes, services, agents, drones, openDeliveries: open },
  };
}

// Without a single process nobody has vouched for anything.
function titleOf(links: readonly AnswerRow[], tone: Tone): string {
  if (links.length === 0) return 'Unknown: no process of Swarmline has told its state';
  return tone === 'bad' ? 'Swarmline is degraded' : 'Swarmline is up';
}

function worst(rows: readonly AnswerRow[]): Tone {
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
    ...services.map((view) => ({ name: view.service, row: serviceRow(view, now), data: { service: view } })),
    ...agents.map((view) => ({ name: view.agent, row: agentRow(view, now), data: { agent: view } })),
    ...drones.map((view) => ({ name: view.status.drone, row: droneRow(view, now), data: { drone: view } })),
  ];
  const found = all.filter((entry) => entry.name.toLowerCase() === name.toLowerCase());
  if (found.length > 0) {
    return {
      title: `Status of ${found[0]?.name}`,
      tone: worst(found.map(({ row }) => row)),
      rows: found.map(({ row }) => row),
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

/** A process speaks each second; after this silence what it said of its links is no longer taken for the present, ms. */
const processSilentAfterMs = 5_000;

const linkTones: Readonly<Record<ProcessView['links'][number]['state'], Tone>> = {
  up: 'ok',
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

function count(label: string, value: string, ageMs: number | null): AnswerRow {
  return { label, value, ageMs, tone: 'info' };
}

function silent(number: number): string {
  return number === 0 ? '' : `, ${number} unknown (silent)`;
}

function newest(views: readonly { readonly seenAt: number | null }[], now: number): number | null {
  const seen = views.flatMap(({ seenAt }) => (seenAt === null ? [] : [seenAt]));
  return seen.length === 0 ? null : now - Math.max(...seen);
}
