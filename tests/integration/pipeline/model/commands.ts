// What may happen in the world of the model, as commands that fast-check strings together and shortens.
import fc from 'fast-check';
import type { Agent, World } from './world.ts';

/** What is known of the world without asking it: which commands may come next depends on this alone. */
export interface Model {
  isAway: boolean;
  /** Whose inbox is none at present. */
  readonly broken: Set<Agent>;
  /** The mission of each agent that hands over, and how far it is. */
  readonly at: Map<Agent, { nr: number; percent: number }>;
}

type Command = fc.AsyncCommand<Model, World>;

export const newModel = (): Model => ({ isAway: false, broken: new Set(), at: new Map() });

const by = fc.nat({ max: 1 });
const sender = fc.constantFrom<Agent>('A', 'B');
const receiver = fc.constantFrom<Agent>('B', 'C');

const reports = fc
  .record({
    by,
    agent: sender,
    gain: fc.constantFrom(0, 20, 80, 95, 100),
    isNew: fc.boolean(),
    seen: fc.constantFrom('once', 'by both', 'later'),
    after: fc.constantFrom(0, 2, 10),
  })
  .map(({ by: first, agent, gain, isNew, seen, after }) => {
    const what = `${isNew ? 'a new mission' : 'the same mission'}, +${gain}`;
    return always(
      `${after} min later ${agent} reports ${what}, seen ${seen} (${first})`,
      async (model, world) => {
        world.advance(after * 60_000);
        const before = model.at.get(agent) ?? { nr: 0, percent: 0 };
        const percent = isNew ? gain : Math.min(100, before.percent + gain);
        const nr = before.nr + (isNew ? 1 : 0);
        model.at.set(agent, { nr, percent });
        await world.write(agent, `${agent}-${nr}`, percent);
        if (seen === 'once') await world.observe(first, agent);
        if (seen === 'by both') await Promise.all([0, 1].map((one) => world.observe(one, agent)));
      },
    );
  });

const repeats = fc
  .record({ by, agent: sender, before: fc.nat({ max: 3 }) })
  .map((one) =>
    always(
      `what was read of ${one.agent} ${one.before} before the last comes again (${one.by})`,
      (_, world) => world.observeAgain(one.by, one.agent, one.before),
    ),
  );

const receivers = [
  receiver.map((agent) => always(`${agent} takes what it has`, (_, world) => world.take(agent))),
  fc
    .record({ by, agent: receiver, state: fc.constantFrom('accepted' as const, 'working' as const) })
    .map((one) =>
      always(`${one.agent} says ${one.state} (${one.by})`, (_, world) =>
        world.say(one.by, one.agent, one.state),
      ),
    ),
];

const time = [
  fc
    .constantFrom(1, 6, 30, 130)
    .map((minutes) => always(`${minutes} min later`, async (_, world) => world.advance(minutes * 60_000))),
  fc
    .constantFrom(10, 180)
    .map((minutes) =>
      always(`the clock is set back by ${minutes} min`, async (_, world) => world.advance(-minutes * 60_000)),
    ),
  by.map((one) => always(`a sweep (${one})`, async (_, world) => void (await world.sweep(one)))),
];

const inboxes = [
  receiver.map((agent) =>
    when(
      `the inbox of ${agent} breaks`,
      ({ broken }) => !broken.has(agent),
      async ({ broken }, world) => {
        broken.add(agent);
        await world.break(agent);
      },
    ),
  ),
  receiver.map((agent) =>
    when(
      `the inbox of ${agent} is mended`,
      ({ broken }) => broken.has(agent),
      async ({ broken }, world) => {
        broken.delete(agent);
        await world.mend(agent);
      },
    ),
  ),
];

const people = [
  fc
    .record({ by, agent: sender })
    .map((one) => always(`${one.agent} is paused (${one.by})`, (_, world) => world.pause(one.by, one.agent))),
  fc.record({ by, agent: sender, held: fc.constantFrom('deliver' as const, 'skip' as const) }).map((one) =>
    always(`${one.agent} is resumed, held: ${one.held} (${one.by})`, async (_, world) => {
      await world.resume(one.by, one.agent, one.held);
    }),
  ),
  fc
    .record({ by, agent: sender, checkpoint: fc.constantFrom(75 as const, 90 as const, 100 as const) })
    .map((one) =>
      always(`the ${one.checkpoint} % of ${one.agent} is skipped (${one.by})`, (_, world) =>
        world.skip(one.by, one.agent, one.checkpoint),
      ),
    ),
];

const kills = by.map((one) =>
  always(`process ${one} is killed`, ({ isAway }, world) => world.restart(one, isAway)),
);

const isThere = ({ isAway }: Readonly<Model>) => !isAway;
const outages = [
  fc.constant(when('all connections are cut', isThere, async (_, world) => world.cut())),
  fc.constant(
    when('Redis goes away', isThere, async (model, world) => {
      model.isAway = true;
      world.away();
    }),
  ),
  fc.constant(
    when(
      'Redis is back',
      ({ isAway }) => isAway,
      async (model, world) => {
        model.isAway = false;
        world.back();
      },
    ),
  ),
];

/** Without reports nothing happens, so there are more of them. */
export const commands = [
  ...[reports, reports, reports, reports, reports, reports, reports, repeats, repeats, repeats],
  ...[...receivers, ...receivers, ...time, ...time],
  ...[...people, ...inboxes, kills, ...outages],
];

function always(name: string, run: Command['run']): Command {
  return when(name, () => true, run);
}

function when(name: string, check: (model: Readonly<Model>) => boolean, run: Command['run']): Command {
  return { check, run, toString: () => name };
}
