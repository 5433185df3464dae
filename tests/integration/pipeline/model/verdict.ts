// Lets a world come to rest, and judges whether it kept what the pipeline promises. It shares no decision with the pipeline:
// what must hold is written here and beside it a second time.
import type { Delivery } from '../../../../src/pipeline/delivery.ts';
import type { GasStore } from '../../../../src/pipeline/store.ts';
import { eventually } from '../../../support/fixtures.ts';
import { type Book, isHandover, isTaken, name, readBook } from './book.ts';
import { unjoined } from './joined.ts';
import { astray, missing, surplus, unordered } from './orders.ts';
import { leaksOf } from './pauses.ts';
import { agents, idIn } from './scene.ts';
import { lies, misdated, untold } from './told.ts';
import type { World } from './world.ts';

const second = 1_000;
/** Longer than the pause before any try. */
const patience = 1_300 * second;
/** A job that was lost with its process is run again before, by the clock of the queue. */
const longestUntoldMs = 30 * second;

/** What is older is no news. */
const newsMs = 20 * 3_600 * second;

/** Everything is mended; whoever is prompt takes what it has. Resolves when nothing moves any more, to what was broken by then. */
export async function rest(world: World, store: GasStore): Promise<readonly string[]> {
  const leaks = await leaksOf(world, store);
  world.back();
  for (const at of [0, 1]) world.dieTelling(at, null);
  for (const agent of agents) await world.mend(agent);
  await world.raise();
  await Promise.all(world.instances.map((one) => one.works()));
  const silences = await silencesOf(world, store);
  await eventually(() => world.people.again());
  for (const agent of agents) await eventually(() => world.people.resume(0, agent, 'deliver'));
  let round = 0;
  let stillSince: number | null = null;
  const isAtRest = async () => {
    round += 1;
    for (const agent of agents) if (world.scene.habits[agent] === 'prompt') await world.take(agent);
    if (!(await world.sweep(round % 2))) return false;
    const moving = (await store.openDeliveries()).filter(isMoving);
    const isOnItsWay = moving.some(({ state }) => state === 'pending' || state === 'queued');
    // What the queue has is given its time; what lies there unanswered is given that of the clock.
    world.advance(isOnItsWay ? second : patience);
    const { deliveries } = await readBook(store);
    const still = untold(
      world,
      deliveries.filter((one) => !moving.includes(one)),
    );
    stillSince = moving.length > 0 ? null : (stillSince ?? Date.now());
    const isOver = stillSince !== null && Date.now() - stillSince > longestUntoldMs;
    return moving.length === 0 && (still.length === 0 || isOver) ? true : shown(moving, still);
  };
  await eventually(isAtRest, { timeoutMs: 240_000, accept: (it) => it === true });
  return [...leaks, ...silences];
}

/** Where nothing else happens, sweeps alone tell what a process that died had stored, before anything new is to be told. */
async function silencesOf(world: World, store: GasStore): Promise<readonly string[]> {
  let silent: readonly Delivery[] = [];
  const isTold = async () => {
    for (const at of [0, 1]) await world.sweep(at);
    const { deliveries } = await readBook(store);
    silent = untold(
      world,
      deliveries.filter((one) => world.clock.now() - one.since < newsMs),
    );
    return silent.length === 0;
  };
  await eventually(isTold, { timeoutMs: longestUntoldMs }).catch(() => undefined);
  return silent.map((one) => `${name(one)} was ${one.state}, and no sweep told it`);
}

/** A person's words that nobody takes are told so, and no person is wanted for them. */
function isMoving(one: Delivery): boolean {
  const { state, alert, gas } = one;
  if (isHandover(one)) return state !== 'sent' || alert === null;
  return gas.from.startsWith('person:') && state !== 'sent';
}

function shown(moving: readonly Delivery[], still: readonly Delivery[]): string {
  const show = ({ gas, state, alert }: Delivery) =>
    `${gas.mission} ${gas.checkpoint} ${state} ${alert?.why ?? ''}`;
  return `moving: ${moving.map(show).join(', ')}; untold: ${still.map(show).join(', ')}`;
}

/** What was broken; empty where everything held. */
export async function problemsOf(world: World, store: GasStore): Promise<readonly string[]> {
  const book = await readBook(store);
  const { deliveries, handovers } = book;
  const alerts = (await store.alerts()).map(({ id }) => id).toSorted();
  const wanting = deliveries.filter(({ alert }) => alert !== null).map(({ gas }) => gas.id);
  return [
    ...world.people.leaks,
    ...lies(world, book),
    ...untold(world, deliveries).map((one) => `${name(one)} is ${one.state}, and that is told to nobody`),
    ...misdated(world, book),
    ...missing(world, book),
    ...unjoined(world, book),
    ...unordered(world, book),
    ...astray(world, book),
    ...surplus(world, book),
    ...(await untrue(world, deliveries)),
    ...twice(world, book),
    ...(JSON.stringify(alerts) === JSON.stringify(wanting.toSorted())
      ? []
      : ['alerts are not those of the deliveries']),
    ...handovers.filter(isStuck).map((one) => `${name(one)} is ${one.state}, and nobody is told`),
  ];
}

/** What the sequence led to, by what it is counted as. */
export async function cameAbout({ deaths }: World, store: GasStore): Promise<readonly string[]> {
  const { deliveries, lines } = await readBook(store);
  return [
    ...Array.from({ length: deaths }, () => 'died telling'),
    ...deliveries.map(({ state, alert }) => (alert === null ? state : 'alert')),
    ...deliveries.flatMap(({ steps }) => (steps[0]?.state === 'held' ? ['held'] : [])),
    ...lines.flatMap(({ root: { gas, asked } }) => [
      ...(gas.parts === undefined ? [] : ['joined']),
      ...(asked === null ? [] : ['sent ahead']),
    ]),
    ...deliveries.flatMap(({ gas, asked }) =>
      gas.replaces !== undefined && asked !== null ? ['given'] : [],
    ),
  ];
}

function isStuck({ state, alert }: Delivery): boolean {
  return (
    alert === null && ['held', 'pending', 'queued', 'sent', 'unknown', 'failed', 'expired'].includes(state)
  );
}

/** The record against the inboxes. */
async function untrue(world: World, deliveries: readonly Delivery[]): Promise<string[]> {
  const lying = new Map<string, string>();
  for (const agent of agents) for (const file of await world.inbox(agent)) lying.set(idIn(file), agent);
  const ofRecord = deliveries.flatMap((one) => {
    const { id, to } = one.gas;
    const has = world.taken.has(id);
    const there = lying.get(id) === to;
    if (isTaken(one))
      return has || world.said.has(id) ? [] : [`${name(one)} is ${one.state}, and ${to} never said so`];
    if (has || world.heard.has(id)) return [`${name(one)} was taken, and is ${one.state}`];
    if (one.state === 'sent' && !there) return [`${name(one)} is sent, and does not lie there`];
    const isGone = ['suppressed', 'rerouted', 'failed'].includes(one.state);
    return isGone && there ? [`${name(one)} is ${one.state}, and lies there`] : [];
  });
  const known = new Set(deliveries.map(({ gas }) => gas.id));
  return [
    ...ofRecord,
    ...[...lying.keys()].filter((id) => !known.has(id)).map((id) => `${id} lies there unknown`),
  ];
}

/** Each file once, and one agent for each checkpoint. */
function twice(world: World, { handovers, lines }: Book): string[] {
  const often = [...world.taken].filter(([, count]) => count > 1).map(([id]) => `${id} lay there again`);
  const byId = new Map(handovers.map((one) => [one.gas.id, one]));
  const chains = lines.map(({ root }) => {
    const chain: Delivery[] = [];
    for (let one: Delivery | undefined = root; one; one = byId.get(one.replacedBy ?? '')) chain.push(one);
    return chain;
  });
  const several = [...chains, ...lines.map(({ all }) => all)].flatMap((all) => {
    const took = all.filter(({ gas }) => world.taken.has(gas.id));
    const [first] = took;
    return first && took.length > 1
      ? [`${name(first)} was taken by ${took.map(({ gas }) => gas.to).join(' and ')}`]
      : [];
  });
  return [...often, ...several];
}
