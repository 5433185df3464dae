// What people order in the world of the model: each order is noted with what it names and what was answered, so that whoever
// judges knows what was wanted. One that a mishap cut off may have been carried out all the same.
import type { Checkpoint } from '../../../../src/contracts/agents.ts';
import type { SwarmControl, SwarmOrder, SwarmOutcome } from '../../../../src/contracts/swarm-orders.ts';
import type { Delivery } from '../../../../src/pipeline/delivery.ts';
import { isNudge } from '../../../../src/pipeline/stall/nudge.ts';
import type { GasStore } from '../../../../src/pipeline/store.ts';
import { isTaken } from './book.ts';
import type { Crossings } from './crossings.ts';
import { type Agent, isAgent } from './scene.ts';

interface Order {
  readonly order: SwarmOrder;
  /** The number of the event that it was. */
  readonly nr: number;
  /** Null: a mishap cut it off. */
  outcome: SwarmOutcome | null;
}

export interface Send extends Order {
  readonly to: Agent;
  /** A person's own words, which no other order has; null: those of the chain. */
  readonly text: string | null;
}

export interface Reassignment extends Order {
  readonly delivery: string;
  readonly to: Agent;
}

export interface Skip extends Order {
  readonly agent: Agent;
  readonly checkpoint: Checkpoint;
  /** Of which missions that may be. */
  readonly missions: readonly string[];
  /** It was none of the record before, and is one that nobody is to get now: its agent has come by that. */
  came: string | null;
}

export interface PeopleDeps {
  readonly store: GasStore;
  readonly crossings: Crossings;
  readonly now: () => number;
  readonly control: (by: number) => SwarmControl;
  /** As `World.attempt`. */
  readonly attempt: (work: () => Promise<unknown>) => Promise<boolean>;
  /** What lies before a receiver though its agent is paused. */
  readonly leaksNow: () => Promise<readonly string[]>;
  /** The mission that an agent's file names. */
  readonly written: (agent: Agent) => string | undefined;
}

const person = { by: 'ann', replyTo: { surface: 'console', place: 'other' } } as const;

export class People {
  readonly sends: Send[] = [];
  readonly reassignments: Reassignment[] = [];
  readonly skips: Skip[] = [];
  /** Whose held gas somebody wanted to go to nobody. */
  readonly discarding = new Set<string>();
  /** What went though its agent was paused. */
  readonly leaks: string[] = [];
  readonly #deps: PeopleDeps;
  readonly #paused = new Map<Agent, 'surely' | 'perhaps'>();
  #orders = 0;

  constructor(deps: PeopleDeps) {
    this.#deps = deps;
  }

  isSurelyPaused(agent: Agent): boolean {
    return this.#paused.get(agent) === 'surely';
  }

  async pause(by: number, agent: Agent): Promise<void> {
    const outcome = await this.#give((order) => this.#on(by)['gas.pause'](order, { ...person, agent }));
    if (outcome !== null && !isOvertaken(outcome)) this.#paused.set(agent, 'surely');
    else if (!this.isSurelyPaused(agent)) this.#paused.set(agent, 'perhaps');
  }

  /** False where a mishap cut it off. */
  async resume(by: number, agent: Agent, held: 'deliver' | 'skip'): Promise<boolean> {
    this.leaks.push(...(await this.#deps.leaksNow()));
    this.#paused.set(agent, 'perhaps');
    this.#deps.crossings.letGo(agent);
    if (held === 'skip') this.discarding.add(agent);
    const outcome = await this.#give((order) =>
      this.#on(by)['gas.resume'](order, { ...person, agent, held }),
    );
    return outcome !== null;
  }

  async skip(by: number, agent: Agent, checkpoint: Checkpoint): Promise<void> {
    const { store, crossings } = this.#deps;
    const present = (await store.run(agent)).value?.mission.name ?? '';
    const wanting = await store.deliveries((await store.alerts()).map(({ id }) => id));
    const wanted = wanting.values.flatMap((one) => (one?.gas.from === agent ? [one.gas.mission] : []));
    const missions = [present, this.#deps.written(agent) ?? '', ...wanted];
    const before = await this.#takenOut(agent, checkpoint);
    const skip: Skip = { ...this.#order(), agent, checkpoint, missions, came: null };
    this.skips.push(skip);
    const body = { ...person, agent, checkpoint, reason: 'for a test' };
    skip.outcome = await this.#give((order) => this.#on(by)['gas.skip'](order, body), skip.order);
    if (skip.outcome === null) return;
    const after = await this.#takenOut(agent, checkpoint);
    skip.came = after.find((mission) => !before.includes(mission)) ?? null;
    // What nobody is to get has been told of, and comes no more.
    const one = skip.came === null ? undefined : crossings.of(skip.came, checkpoint);
    if (one) one.isHeld = false;
  }

  /** @param often by how many processes at once, as where a job runs again while it runs */
  async send(by: number, to: Agent, { isOwn, often }: { isOwn: boolean; often: 1 | 2 }): Promise<void> {
    const noted = this.#order();
    const send: Send = { ...noted, to, text: isOwn ? `words of ${noted.order.id}.` : null };
    this.sends.push(send);
    const runs = Array.from({ length: often }, (_, at) => this.#send((by + at) % 2, send));
    await Promise.all(runs);
  }

  /** Of what agents hand over and nobody has taken, newest first, the one `nth`. */
  async reassign(by: number, nth: number, to: Agent): Promise<void> {
    const { deliveries } = await this.#deps.store.recentDeliveries(100);
    const one = deliveries.filter((one) => one.gas.checkpoint !== null && !isTaken(one))[nth];
    if (one === undefined) return;
    const again: Reassignment = { ...this.#order(), delivery: one.gas.id, to };
    this.reassignments.push(again);
    await this.#reassign(by, again);
  }

  /** A job that was cut off runs again. False where one was cut off once more. */
  async again(): Promise<boolean> {
    for (const one of this.sends) if (one.outcome === null) await this.#send(0, one);
    for (const one of this.reassignments) if (one.outcome === null) await this.#reassign(1, one);
    return [...this.sends, ...this.reassignments].every(({ outcome }) => outcome !== null);
  }

  async #send(by: number, send: Send): Promise<void> {
    const { order, to, text } = send;
    const body = { ...person, agent: to, text };
    const outcome = await this.#give(() => this.#on(by)['gas.send'](order, body), order);
    if (outcome === null) return;
    send.outcome = outcome;
    const { store, crossings, now } = this.#deps;
    const made = await store.keptThat(({ asked }) => asked?.correlationId === order.id);
    for (const { gas } of made) {
      const { from, mission, checkpoint } = gas;
      if (gas.replaces !== undefined || checkpoint === null || !isAgent(from)) continue;
      crossings.sentAhead(from, mission, checkpoint, { nr: send.nr, since: order.at, now: now() });
    }
  }

  async #reassign(by: number, one: Reassignment): Promise<void> {
    const body = { ...person, delivery: one.delivery, to: one.to };
    const outcome = await this.#give(() => this.#on(by)['gas.reassign'](one.order, body), one.order);
    if (outcome !== null) one.outcome = outcome;
  }

  /** The missions of which nobody is to get a checkpoint, by the record. */
  async #takenOut(agent: Agent, checkpoint: Checkpoint): Promise<readonly string[]> {
    const fits = ({ gas }: Delivery) => gas.from === agent && gas.checkpoint === checkpoint && !isNudge(gas);
    const out = (await this.#deps.store.keptThat(fits)).filter(
      ({ steps }) => steps[0]?.state === 'suppressed',
    );
    return out.map(({ gas }) => gas.mission);
  }

  #on(by: number): SwarmControl {
    return this.#deps.control(by);
  }

  #order(): Order {
    this.#orders += 1;
    const order = { id: `order-${this.#orders}`, at: this.#deps.now(), principal: 'discord:1' };
    return { order, nr: this.#deps.crossings.next(), outcome: null };
  }

  async #give(
    work: (order: SwarmOrder) => Promise<SwarmOutcome>,
    order = this.#order().order,
  ): Promise<SwarmOutcome | null> {
    let outcome: SwarmOutcome | null = null;
    await this.#deps.attempt(async () => {
      outcome = await work(order);
    });
    return outcome;
  }
}

function isOvertaken(outcome: SwarmOutcome): boolean {
  return outcome.kind === 'done' && outcome.text.startsWith('nothing was changed');
}
