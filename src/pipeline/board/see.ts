// What a board shows: the swarm as the read models have it at one moment, and the course of each agent. Pure but for `makeSee`.
import type { AgentView } from '../../contracts/agents.ts';
import {
  type Board,
  type BoardAgent,
  boardAgentsLimit,
  boardAlertsLimit,
  type CoursePoint,
  seriesLimit,
} from '../../contracts/board.ts';
import type { AgentDirectory } from '../../contracts/ports.ts';
import type { Clock } from '../../core/clock.ts';
import { byReceiver } from '../alerts.ts';
import type { Chain } from '../chain.ts';
import { isClosed } from '../delivery.ts';
import { netOf } from '../graph.ts';
import type { GasStore } from '../store.ts';
import type { BoardStore, SeenPercent } from './store.ts';

export interface SeeDeps {
  readonly directory: Pick<AgentDirectory, 'agents'>;
  readonly store: Pick<GasStore, 'openDeliveries' | 'alerts'>;
  readonly boards: Pick<BoardStore, 'courses' | 'keep'>;
  readonly clock: Pick<Clock, 'now'>;
}

/** What it is told. */
export interface SeeOptions {
  readonly chain: () => Chain;
}

/** Reads the swarm, and keeps the percents that are new. */
export function makeSee(
  { directory, store, boards, clock }: SeeDeps,
  { chain }: SeeOptions,
): () => Promise<Board> {
  return async () => {
    const views = await directory.agents();
    const [known, open, alerts] = await Promise.all([
      boards.courses(views.map(({ agent }) => agent)),
      store.openDeliveries(),
      store.alerts(),
    ]);
    const at = clock.now();
    const courses = views.map((view, i) => grown(known[i] ?? [], view.percent, at));
    const fresh = views.flatMap(({ agent }, i) =>
      courses[i] === undefined || courses[i] === known[i] ? [] : [[agent, courses[i]] as const],
    );
    await boards.keep(Object.fromEntries(fresh));
    const owed = open.filter(({ state }) => !isClosed(state)).map(({ gas }) => gas.to);
    const agents = views.map((view, i) => ({
      ...boardAgent(view),
      ...placeOf(view, views),
      open: owed.filter((to) => to === view.agent).length,
      course: (courses[i] ?? []).map(([since, percent]) => pointOf(since, percent, at)),
    }));
    return {
      at,
      agents: inOrder(agents, netOf(chain()).members).slice(0, boardAgentsLimit),
      more: Math.max(0, agents.length - boardAgentsLimit),
      alerts: shortened(byReceiver(alerts).map(({ title }) => title.slice(0, 200))),
    };
  };
}

/** As many as a board has room for, with how many more there are. */
function shortened(titles: readonly string[]): string[] {
  if (titles.length <= boardAlertsLimit) return [...titles];
  const shown = titles.slice(0, boardAlertsLimit - 1);
  return [...shown, `and ${titles.length - shown.length} more alerts`];
}

/** A course that goes on with a percent, where it is a new one; the same course where not. */
function grown(course: readonly SeenPercent[], percent: number | null, at: number): readonly SeenPercent[] {
  return percent === null || course.at(-1)?.[1] === percent
    ? course
    : [...course, toSeen(at, percent)].slice(-seriesLimit);
}

function toSeen(at: number, percent: number): SeenPercent {
  return [at, percent];
}

function pointOf(since: number, percent: number, at: number): CoursePoint {
  return [Math.max(0, Math.round((at - since) / 1_000)), Math.min(100, Math.max(0, Math.round(percent)))];
}

/** An agent that is through is in nobody's place any more once that one is at work again. */
function placeOf(
  { agent, state, receivers }: AgentView,
  views: readonly AgentView[],
): Pick<BoardAgent, 'handsTo' | 'inPlaceOf'> {
  const inPlaceOf = views.filter(
    ({ standIns = [], ...other }) => standIns.includes(agent) && !(state === 'complete' && isAtWork(other)),
  );
  return {
    handsTo: [...receivers],
    ...(inPlaceOf.length > 0 && { inPlaceOf: inPlaceOf.map((other) => other.agent) }),
  };
}

function isAtWork({ state, watch }: Pick<AgentView, 'state' | 'watch'>): boolean {
  return watch.silentSince === null && ['starting', 'executing', 'completing'].includes(state);
}

/** Those of the chain as the chain has them, one from outside behind the one in whose place it works, the others last. */
function inOrder(agents: readonly BoardAgent[], members: readonly string[]): BoardAgent[] {
  const placeIn = (agent: string) => (members.includes(agent) ? members.indexOf(agent) : members.length);
  const rank = ({ agent, inPlaceOf: [meant] = [] }: BoardAgent) =>
    members.includes(agent) || meant === undefined ? placeIn(agent) : placeIn(meant) + 0.5;
  return agents.toSorted((a, b) => rank(a) - rank(b));
}

function boardAgent(view: AgentView): Omit<BoardAgent, 'handsTo' | 'inPlaceOf' | 'open' | 'course'> {
  const { agent, percent, nextCheckpoint, watch } = view;
  const [newest] = watch.signs;
  const seen = view.seenAt === null ? null : ({ source: 'heartbeat', at: view.seenAt } as const);
  const isUnknown = view.seenAt === null || watch.silentSince !== null;
  const state = isUnknown ? 'unknown' : watch.outOfGasSince !== null ? 'out_of_gas' : view.state;
  return { agent, state, tone: toneOf(state, view), percent, nextCheckpoint, sign: newest ?? seen };
}

function toneOf(state: BoardAgent['state'], { problem }: AgentView): BoardAgent['tone'] {
  if (state === 'out_of_gas') return 'bad';
  if (state === 'unknown' || state === 'paused' || problem !== null) return 'warn';
  return state === 'idle' ? 'info' : 'ok';
}
