// What is promised of people's orders: each is carried out once, for whom it names, and discards only what it names.
import { at, type Book, has, type Line, missionsIn, name, nameOf } from './book.ts';
import { behind, isAgent, parts } from './scene.ts';
import type { World } from './world.ts';

export function unordered(world: World, book: Book): string[] {
  return [...unsent(world, book), ...misgiven(world, book), ...discarded(world, book)];
}

/** What was to be delivered is there once, what was refused is not; and a person's words are in nothing else. */
function unsent({ people, scene }: World, { deliveries }: Book): string[] {
  return people.sends.flatMap(({ order, to, text, outcome }) => {
    const made = deliveries.filter(({ asked, gas }) => asked?.correlationId === order.id && !gas.replaces);
    const expected = outcome?.kind === 'delivering' ? 1 : 0;
    const isFor = ({ from, checkpoint }: (typeof deliveries)[number]['gas']) =>
      checkpoint === null || (isAgent(from) && behind(scene, from).includes(to));
    const wrong = made.filter(({ gas, meant }) => (meant ?? gas.to) !== to || !isFor(gas));
    const ids = new Set(made.map(({ gas }) => gas.id));
    for (const { gas } of deliveries) if (ids.has(gas.replaces ?? '')) ids.add(gas.id);
    const worded = deliveries.filter(({ gas }) => text !== null && gas.text.includes(text));
    return [
      ...(made.length === expected ? [] : [`${order.id} to ${to} made ${made.length}, not ${expected}`]),
      ...wrong.map((one) => `${name(one)} is not what ${order.id} sent to ${to}`),
      ...(text !== null && made.length > 0 && worded.length === 0
        ? [`the words of ${order.id} are lost`]
        : []),
      ...worded
        .filter((one) => !inLine(one, made, deliveries))
        .map((one) => `${name(one)} has words of ${order.id}`),
    ];
  });
}

type One = Book['deliveries'][number];

function inLine(one: One, made: readonly One[], deliveries: readonly One[]): boolean {
  if (made.some(({ gas }) => gas.id === one.gas.id)) return true;
  const before = deliveries.find(({ gas }) => gas.id === one.gas.replaces);
  return before !== undefined && inLine(before, made, deliveries);
}

/** Another than whom it was meant for has it by a person's word, or since it stands in. */
function misgiven({ people, scene }: World, { handovers }: Book): string[] {
  const isNamed = (to: string, replaces: string | undefined) =>
    people.reassignments.some((one) => one.to === to && one.delivery === replaces);
  return handovers
    .filter(({ gas, meant }) => meant !== null && meant !== gas.to)
    .filter(({ gas, meant }) => !(scene.standsIn && scene.join === null && meant === 'B' && gas.to === 'C'))
    .filter(({ gas }) => !isNamed(gas.to, gas.replaces))
    .map((one) => `${name(one)} was given to another by nobody`);
}

/** What nobody is to get was named so, or came after what was enough. */
function discarded(world: World, book: Book): string[] {
  const out = book.handovers.filter(({ state }) => state === 'suppressed');
  return out.flatMap((one) => {
    const { gas } = one;
    const line = book.lines.find(({ root }) => root === one);
    const isEnough = line?.isStillborn === true && isBehind(world, book, line);
    if (isEnough || isNamedOut(world, one)) return [];
    return [`${name(one)} was discarded, and nobody named it (${gas.from})`];
  });
}

function isNamedOut({ people }: World, { gas }: One): boolean {
  const isSkipped = people.skips.some(
    ({ agent, checkpoint, missions }) =>
      agent === gas.from && checkpoint === gas.checkpoint && missions.includes(gas.mission),
  );
  const givers = [gas.from, ...(gas.parts ?? []).map(({ agent }) => agent)];
  return isSkipped || givers.every((agent) => people.discarding.has(agent));
}

/** No more of one agent come behind others than there are of those: of all, where a person sent the gas of the round. */
function isBehind(world: World, book: Book, { root, receiver }: Line): boolean {
  const { checkpoint, from } = root.gas;
  const { scene } = world;
  if (scene.join === null || receiver !== 'C' || checkpoint === null) return false;
  const lines = at(book, receiver, checkpoint);
  const first = lines.filter(
    (line) => !line.isStillborn && line.root.gas.from !== from && (scene.join === 'any' || line.isByPerson),
  );
  // What somebody took out is not behind anything.
  const own = lines.filter(
    (line) => line.isStillborn && line.root.gas.from === from && !isNamedOut(world, line.root),
  );
  return own.findIndex((line) => line.root === root) < first.length;
}

/** Each crossing that somebody saw is in a gas for each behind its agent, but where it may wait for others. */
export function missing({ crossings, scene }: World, book: Book): string[] {
  return crossings.all.flatMap((one) =>
    behind(scene, one.agent)
      .filter((to) => one.seenNr !== null && !(scene.join === 'all' && to === 'C'))
      .filter((to) => !book.lines.some((line) => line.receiver === to && has(line, one)))
      .map((to) => `${nameOf(one)} was seen and went nowhere, not to ${to}`),
  );
}

/** One gas for each, and none for what was never reached. */
export function surplus(world: World, { lines }: Book): string[] {
  const live = lines.filter(({ isStillborn }) => !isStillborn);
  const keys = new Map<string, number>();
  for (const { root, receiver } of lines)
    count(keys, `${root.gas.checkpoint} % of ${root.gas.mission} for ${receiver}`);
  for (const line of live)
    for (const mission of missionsIn(line).slice(1))
      count(keys, `${line.root.gas.checkpoint} % of ${mission} for ${line.receiver}`);
  const twice = [...keys].flatMap(([key, often]) =>
    often > 1 ? [`${key} was handed over ${often} times`] : [],
  );
  const early = live
    .filter(({ root }) => root.asked === null)
    .flatMap((line) => missionsIn(line).map((mission) => ({ mission, line })))
    .filter(({ mission, line }) => world.crossings.of(mission, line.root.gas.checkpoint) === undefined)
    .map(({ mission, line }) => `${mission} in ${name(line.root)} was never reached`);
  return [...twice, ...early];
}

/** It goes, or is meant, for another than whoever stands behind its sender; or is that of somebody who joins nothing there. */
export function astray({ scene }: World, { handovers }: Book): string[] {
  return handovers
    .filter(({ gas, meant }) => {
      const to = meant ?? gas.to;
      const isBehind = isAgent(gas.from) && behind(scene, gas.from).some((one) => one === to);
      const isJoined = (gas.parts ?? []).every(
        ({ agent }) => to === 'C' && isAgent(agent) && parts.includes(agent),
      );
      const isOwn =
        gas.mission.startsWith(gas.from) &&
        (gas.parts ?? []).every(({ agent, mission }) => mission?.startsWith(agent));
      return !isBehind || !isJoined || !isOwn;
    })
    .map((one) => `${name(one)} is not for that one`);
}

function count(keys: Map<string, number>, key: string): void {
  keys.set(key, 1 + (keys.get(key) ?? 0));
}
