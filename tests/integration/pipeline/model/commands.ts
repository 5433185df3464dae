// What may happen in the world of the model, as commands that fast-check strings together and shortens.
import fc from 'fast-check';
import type { Word } from './instance.ts';
import type { Agent } from './scene.ts';
import type { World } from './world.ts';

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

/** The missions of a scene that has begun. */
export async function begin({ at }: Model, world: World): Promise<void> {
  for (const [agent, percent] of [
    ['A', 80],
    ['B', 80],
    ['D', 10],
  ] as const) {
    at.set(agent, { nr: 0, percent });
    await world.write(agent, `${agent}-0`, percent);
    await world.observe(0, agent);
  }
}

const processes = fc.nat({ max: 1 });

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

/** Who hands over, and who is given something. */
interface Cast {
  readonly senders: readonly Agent[];
  readonly receivers: readonly Agent[];
}

/** Of a line of three, and of three before a join. */
export const inLine = commandsOf({ senders: ['A', 'B'], receivers: ['B', 'C'] }, 7);
export const inJoin = commandsOf({ senders: ['A', 'B', 'D'], receivers: ['C', 'C', 'E'] }, 24);

/** @param often without reports nothing happens, so there are so many of them, and more before a join */
function commandsOf(cast: Cast, often: number) {
  const repeats = repeatsOf(cast);
  const usual = [...receiversOf(cast), ...time()];
  return [
    ...Array.from({ length: often }, () => reportsOf(cast)),
    ...[repeats, repeats, repeats, ...usual, ...usual, ...receiversOf(cast)],
    ...[...peopleOf(cast), ...peopleOf(cast), ...peopleOf(cast)],
    ...[...inboxesOf(cast), ...killsAndOutages()],
  ];
}

function reportsOf({ senders }: Cast) {
  return fc
    .record({
      by: processes,
      agent: fc.constantFrom(...senders),
      gain: fc.constantFrom(0, 20, 80, 80, 95, 100),
      isNew: fc.boolean(),
      seen: fc.constantFrom('once', 'by both', 'later'),
      after: fc.constantFrom(0, 2, 10),
    })
    .map(({ by, agent, gain, isNew, seen, after }) => {
      const what = `${isNew ? 'a new mission' : 'the same mission'}, +${gain}`;
      return always(
        `${after} min later ${agent} reports ${what}, seen ${seen} (${by})`,
        async (model, world) => {
          world.advance(after * 60_000);
          const before = model.at.get(agent) ?? { nr: 0, percent: 0 };
          const percent = isNew ? gain : Math.min(100, before.percent + gain);
          const nr = before.nr + (isNew ? 1 : 0);
          model.at.set(agent, { nr, percent });
          await world.write(agent, `${agent}-${nr}`, percent);
          if (seen === 'once') await world.observe(by, agent);
          if (seen === 'by both') await Promise.all([0, 1].map((one) => world.observe(one, agent)));
        },
      );
    });
}

function repeatsOf({ senders }: Cast) {
  return fc
    .record({ by: processes, agent: fc.constantFrom(...senders), before: fc.nat({ max: 3 }) })
    .map((one) =>
      always(
        `what was read of ${one.agent} ${one.before} before the last comes again (${one.by})`,
        (_, world) => world.observeAgain(one.by, one.agent, one.before),
      ),
    );
}

function receiversOf({ receivers }: Cast) {
  const receiver = fc.constantFrom(...receivers);
  const state = fc.constantFrom('accepted' as const, 'working' as const);
  return [
    receiver.map((agent) => always(`${agent} takes what it has`, (_, world) => world.take(agent))),
    fc
      .record({ by: processes, agent: receiver, state })
      .map((one) =>
        always(`${one.agent} says ${one.state} (${one.by})`, (_, world) =>
          world.say(one.by, one.agent, one.state),
        ),
      ),
  ];
}

function time() {
  return [
    fc
      .constantFrom(1, 6, 30, 130)
      .map((min) => always(`${min} min later`, async (_, world) => world.advance(min * 60_000))),
    fc
      .constantFrom(10, 180)
      .map((min) =>
        always(`the clock is set back by ${min} min`, async (_, world) => world.advance(-min * 60_000)),
      ),
    processes.map((by) => always(`a sweep (${by})`, async (_, world) => void (await world.sweep(by)))),
  ];
}

function inboxesOf({ receivers }: Cast) {
  const receiver = fc.constantFrom(...receivers);
  return [
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
}

function peopleOf({ senders, receivers }: Cast) {
  const agent = fc.constantFrom(...senders);
  const to = fc.constantFrom(...receivers);
  const skips = fc
    .record({
      by: processes,
      agent,
      checkpoint: fc.constantFrom(75 as const, 75 as const, 90 as const, 100 as const),
    })
    .map((one) =>
      always(`the ${one.checkpoint} % of ${one.agent} is skipped (${one.by})`, (_, world) =>
        world.people.skip(one.by, one.agent, one.checkpoint),
      ),
    );
  const given = fc.constantFrom<Agent>(...receivers, 'E');
  const gifts = fc
    .record({ by: processes, nth: fc.nat({ max: 3 }), to: given })
    .map((one) =>
      always(
        `the hand-over ${one.nth} before the last that lies is given to ${one.to} (${one.by})`,
        (_, world) => world.people.reassign(one.by, one.nth, one.to),
      ),
    );
  return [
    fc
      .record({ by: processes, agent })
      .map((one) =>
        always(`${one.agent} is paused (${one.by})`, (_, world) => world.people.pause(one.by, one.agent)),
      ),
    fc
      .record({ by: processes, agent, held: fc.constantFrom('deliver' as const, 'skip' as const) })
      .map((one) =>
        always(`${one.agent} is resumed, held: ${one.held} (${one.by})`, async (_, world) => {
          await world.people.resume(one.by, one.agent, one.held);
        }),
      ),
    ...[skips, skips, skips],
    fc
      .record({ by: processes, to, isOwn: fc.boolean(), often: fc.constantFrom(1 as const, 2 as const) })
      .map((one) =>
        always(
          `${one.to} is sent ${one.isOwn ? 'words' : 'its next gas'}, ${one.often} at once (${one.by})`,
          (_, world) => world.people.send(one.by, one.to, one),
        ),
      ),
    ...[gifts, gifts],
  ];
}

function killsAndOutages() {
  const word = fc.constantFrom<Word>('queued', 'sent', 'sent', 'accepted', 'accepted');
  const deaths = fc
    .record({ by: processes, word })
    .map((one) =>
      always(`process ${one.by} dies when it has stored ${one.word}, before it tells`, async (_, world) =>
        world.dieTelling(one.by, one.word),
      ),
    );
  return [
    processes.map((by) => always(`process ${by} is killed`, (_, world) => world.restart(by))),
    ...[deaths, deaths, deaths, deaths],
    ...outages,
  ];
}

function always(name: string, run: Command['run']): Command {
  return when(name, () => true, run);
}

function when(name: string, check: (model: Readonly<Model>) => boolean, run: Command['run']): Command {
  return { check, run, toString: () => name };
}
