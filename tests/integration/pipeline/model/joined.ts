// What is promised of gas that becomes one before a receiver: each hand-over is in one gas, waits for somebody who has not come, or is
// taken out by whoever named it. Written here a second time; it shares no decision with the pipeline.
import { type Checkpoint, checkpoints } from '../../../../src/contracts/agents.ts';
import { at, type Book, has, type Line, missionsIn, nameOf } from './book.ts';
import type { Crossing } from './crossings.ts';
import { type Agent, parts } from './scene.ts';
import type { World } from './world.ts';

const receiver = 'C';
/** So many missions of one agent are kept of a round. */
const mostKept = 3;

export function unjoined(world: World, book: Book): string[] {
  if (world.scene.join !== 'all') return [];
  return checkpoints.flatMap((checkpoint) => {
    const round = roundsAt(world, book, checkpoint);
    return [...tooEarly(round), ...leftBehind(round), ...stalled(round)];
  });
}

interface Rounds {
  readonly world: World;
  readonly checkpoint: Checkpoint;
  readonly lines: readonly Line[];
  readonly live: readonly Line[];
  /** What was surely reached and is in no gas: it waits, if nothing went wrong. */
  readonly waiting: readonly Crossing[];
}

function roundsAt(world: World, book: Book, checkpoint: Checkpoint): Rounds {
  const lines = at(book, receiver, checkpoint);
  const ours = world.crossings.all.filter(
    (one) => one.checkpoint === checkpoint && parts.includes(one.agent),
  );
  const waiting = ours.filter((one) => one.seenNr !== null && !lines.some((line) => has(line, one)));
  return { world, checkpoint, lines, live: lines.filter(({ isStillborn }) => !isStillborn), waiting };
}

/** All are in it, but those that a person took out, or where a person sent it. */
function tooEarly({ world, checkpoint, live }: Rounds): string[] {
  const { skips } = world.people;
  const out = parts.filter((agent) =>
    skips.some((one) => one.agent === agent && one.checkpoint === checkpoint),
  );
  return live
    .filter((line) => line.root.asked === null)
    .flatMap((line) => {
      const missing = parts.filter((agent) => !out.includes(agent) && !missionsIn(line).some(isOf(agent)));
      const what = `the ${checkpoint} % gas of ${line.root.gas.mission}`;
      return missing.map((agent) => `${what} did not wait for ${agent}`);
    });
}

/** What an agent reached before what went of it has gone with that, unless there was too much of it. */
function leftBehind({ live, waiting }: Rounds): string[] {
  return waiting.flatMap((one) => {
    const later = live.some((line) => {
      const ours = missionsIn(line).filter(isOf(one.agent));
      return ours.length < mostKept && ours.some((mission) => numberOf(mission) > numberOf(one.mission));
    });
    return later ? [`${nameOf(one)} was left behind in its join`] : [];
  });
}

/** Somebody is waited for who has not come since. */
function stalled({ world, checkpoint, live, waiting }: Rounds): string[] {
  const isFirst = live.length === 0;
  return waiting.flatMap((one) => {
    const others = parts.filter((agent) => agent !== one.agent);
    const all = others.every(
      (agent) =>
        waiting.some((other) => other.agent === agent) ||
        comings(world, agent, checkpoint).some(
          (nr) => isFirst || nr > (one.seenNr ?? Number.POSITIVE_INFINITY),
        ),
    );
    return all && !(isFirst && isSkippedByAll(world, checkpoint))
      ? [`${nameOf(one)} waits, and all have come`]
      : [];
  });
}

/** When an agent surely came to a checkpoint, in whatever mission: it reached it, was sent ahead, or was taken out. */
function comings({ crossings, people }: World, agent: Agent, checkpoint: Checkpoint): readonly number[] {
  const reached = crossings.all.filter((one) => one.agent === agent && one.checkpoint === checkpoint);
  const out = people.skips.filter((one) => one.agent === agent && one.checkpoint === checkpoint);
  return [
    ...reached.flatMap(({ seenNr, writtenNr }) => (seenNr === null ? [] : [writtenNr])),
    ...out.flatMap(({ came, nr }) => (came === null ? [] : [nr])),
  ];
}

/** Such a round is over, and the next begins. */
function isSkippedByAll({ people }: World, checkpoint: Checkpoint): boolean {
  return parts.every((agent) =>
    people.skips.some((one) => one.agent === agent && one.checkpoint === checkpoint),
  );
}

function isOf(agent: Agent) {
  return (mission: string) => mission.startsWith(agent);
}

function numberOf(mission: string): number {
  return Number(mission.split('-')[1]);
}
