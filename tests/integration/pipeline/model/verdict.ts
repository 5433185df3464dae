// Lets a world come to rest, and judges whether it kept what the pipeline promises. It shares no decision with the pipeline:
// what must hold is written here a second time.
import { checkpoints } from '../../../../src/contracts/agents.ts';
import type { Delivery } from '../../../../src/pipeline/delivery.ts';
import { isNudge } from '../../../../src/pipeline/stall/nudge.ts';
import type { GasStore } from '../../../../src/pipeline/store.ts';
import { eventually } from '../../../support/fixtures.ts';
import { agents, idIn, type World } from './world.ts';

const second = 1_000;
/** Longer than the pause before any try. */
const patience = 1_300 * second;

/** Everything is mended; whoever is prompt takes what it has. Resolves when nothing moves any more. */
export async function rest(world: World, store: GasStore): Promise<void> {
  world.back();
  for (const agent of agents) await world.mend(agent);
  await Promise.all(world.instances.map((one) => one.works()));
  for (const agent of agents) await eventually(() => world.resume(0, agent, 'deliver'));
  let round = 0;
  const isAtRest = async () => {
    round += 1;
    for (const agent of agents) if (world.scene.habits[agent] === 'prompt') await world.take(agent);
    if (!(await world.sweep(round % 2))) return false;
    const open = (await store.openDeliveries()).filter(isHandover);
    const moving = open.filter(({ state, alert }) => state !== 'sent' || alert === null);
    const isOnItsWay = moving.some(({ state }) => state === 'pending' || state === 'queued');
    // What the queue has is given its time; what lies there unanswered is given that of the clock.
    world.advance(isOnItsWay ? second : patience);
    const untold = (await all(store)).filter((one) => !moving.includes(one) && !isTold(world, one));
    return moving.length === 0 && untold.length === 0 ? true : shown(moving, untold);
  };
  await eventually(isAtRest, { timeoutMs: 240_000, accept: (it) => it === true });
}

function shown(moving: readonly Delivery[], untold: readonly Delivery[]): string {
  const show = ({ gas, state, alert }: Delivery) =>
    `${gas.mission} ${gas.checkpoint} ${state} ${alert?.why ?? ''}`;
  return `moving: ${moving.map(show).join(', ')}; untold: ${untold.map(show).join(', ')}`;
}

/** What was broken; empty where everything held. */
export async function problemsOf(world: World, store: GasStore): Promise<readonly string[]> {
  const deliveries = await all(store);
  const handovers = deliveries.filter(isHandover);
  const alerts = (await store.alerts()).map(({ id }) => id).toSorted();
  const wanting = deliveries.filter(({ alert }) => alert !== null).map(({ gas }) => gas.id);
  return [
    ...world.lies.map((text) => `told and not so: ${text}`),
    ...(world.scene.join === 'all' ? unjoined(world, handovers) : missing(world, handovers)),
    ...handovers.filter((one) => isAstray(world, one)).map((one) => `${name(one)} is not for that one`),
    ...surplus(world, handovers),
    ...(await untrue(world, deliveries)),
    ...twice(world, handovers),
    ...(JSON.stringify(alerts) === JSON.stringify(wanting.toSorted())
      ? []
      : ['alerts are not those of the deliveries']),
    ...handovers.filter(isStuck).map((one) => `${name(one)} is ${one.state}, and nobody is told`),
  ];
}

const all = async (store: GasStore) => (await store.recentDeliveries(1_000)).deliveries;

function isHandover({ gas }: Delivery): boolean {
  return !isNudge(gas);
}

function name({ gas }: Delivery): string {
  return `the ${gas.checkpoint} % gas of ${gas.mission} for ${gas.to}`;
}

const isTaken = ({ state }: Delivery) => state === 'accepted' || state === 'working';

function isStuck({ state, alert }: Delivery): boolean {
  return (
    alert === null && ['held', 'pending', 'queued', 'sent', 'unknown', 'failed', 'expired'].includes(state)
  );
}

/** Its last report says the state that it has. */
function isTold({ told }: World, { gas, state, steps }: Delivery): boolean {
  if (isNudge({ from: gas.from })) return true;
  const last = told.filter(({ about }) => about === gas.id).toSorted((a, b) => a.seq - b.seq);
  return last.at(-1)?.seq === steps.length || state === 'held' || state === 'pending';
}

/** Each checkpoint that somebody saw crossed has its delivery. */
function missing({ missions }: World, handovers: readonly Delivery[]): string[] {
  return [...missions].flatMap(([mission, { seen }]) =>
    checkpoints
      .filter((checkpoint) => checkpoint <= seen)
      .filter((one) => !handovers.some(({ gas }) => gas.mission === mission && gas.checkpoint === one))
      .map((checkpoint) => `the ${checkpoint} % of ${mission} was seen and went nowhere`),
  );
}

/** Where C waits for both, each round has one. Who comes twice before the other has come once. */
function unjoined({ missions, skips }: World, handovers: readonly Delivery[]): string[] {
  const fired = handovers.filter(({ gas, steps }) => !gas.replaces && steps[0]?.state !== 'suppressed');
  return checkpoints.flatMap((checkpoint) => {
    const counts = (by: 'written' | 'seen') =>
      ['A', 'B'].map(
        (agent) => [...missions].filter(([id, one]) => id.startsWith(agent) && one[by] >= checkpoint).length,
      );
    const count = fired.filter(({ gas }) => gas.checkpoint === checkpoint).length;
    // Nobody waits for one that was taken out.
    const most = skips > 0 ? Math.max(...counts('written')) : Math.min(...counts('written'));
    const least = skips > 0 ? 0 : Math.min(1, ...counts('seen'));
    return least <= count && count <= most
      ? []
      : [`${count} joined at ${checkpoint} %, not ${least} to ${most}`];
  });
}

/** It goes, or is meant, for another than whoever stands behind its sender. */
function isAstray({ scene }: World, { gas, meant }: Delivery): boolean {
  const behind = scene.join === null && gas.from === 'A' ? 'B' : 'C';
  return (meant ?? gas.to) !== behind || !gas.mission.startsWith(gas.from);
}

/** One for each, and none for what was never reached. */
function surplus({ missions }: World, handovers: readonly Delivery[]): string[] {
  const roots = handovers.filter(({ gas }) => gas.replaces === undefined);
  const keys = new Set<string>();
  return roots.flatMap((one) => {
    const { mission, checkpoint } = one.gas;
    const key = `${mission} ${checkpoint}`;
    const isTwice = keys.size === keys.add(key).size;
    const isEarly = (missions.get(mission)?.written ?? -1) < (checkpoint ?? 0) && one.state !== 'suppressed';
    return [
      ...(isTwice ? [`${name(one)} was decided twice`] : []),
      ...(isEarly ? [`${name(one)} was never reached`] : []),
    ];
  });
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
function twice(world: World, handovers: readonly Delivery[]): string[] {
  const often = [...world.taken].filter(([, count]) => count > 1).map(([id]) => `${id} lay there again`);
  const byId = new Map(handovers.map((one) => [one.gas.id, one]));
  const several = handovers
    .filter(({ gas }) => gas.replaces === undefined)
    .flatMap((root) => {
      const line: Delivery[] = [];
      for (let one: Delivery | undefined = root; one; one = byId.get(one.replacedBy ?? '')) line.push(one);
      const took = line.filter(({ gas }) => world.taken.has(gas.id));
      return took.length > 1
        ? [`${name(root)} was taken by ${took.map(({ gas }) => gas.to).join(' and ')}`]
        : [];
    });
  return [...often, ...several];
}
