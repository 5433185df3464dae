// Who receives what a job does, and which jobs say the same to them. Jobs of one receiver run one after another, in the
// order they were given; those of different receivers never wait for each other.
import type { JobBody, JobName } from './jobs.ts';

/**
 * Jobs that are not named here have no order among each other. Reports need none: each tells the whole story, and the
 * surface drops what is older than what it shows.
 */
const receivers: { readonly [N in JobName]?: (body: JobBody<N>) => string } = {
  'gas.deliver': ({ gas }) => gas.to,
  'service.restart': ({ service, instance }) => (instance === undefined ? service : `${service}/${instance}`),
  'alert.silence': ({ pattern }) => pattern,
  'agent.message': ({ to }) => ordersTo(to),
  'gas.send': ({ agent }) => ordersTo(agent),
  'gas.pause': ({ agent }) => ordersTo(agent),
  'gas.resume': ({ agent }) => ordersTo(agent),
  'gas.skip': ({ agent }) => ordersTo(agent),
  'gas.reassign': ({ delivery }) => `delivery/${delivery}`,
  'gas.board': ({ replyTo }) => `board/${replyTo.surface}/${replyTo.place}`,
  // What was paused and resumed must not end as paused.
  'queue.hold': ({ queue }) => holdLane(queue),
  'queue.letters': () => 'letters',
};

/** Not that of the gas: what a person orders never waits for an inbox that takes nothing. Null is every agent. */
function ordersTo(agent: string | null): string {
  return `orders/${agent ?? '*'}`;
}

/** The lane of the orders that hold a queue, drain it and resume it. */
export function holdLane(queue: string): string {
  return queue;
}

/** The lane of a job within its queue; undefined where it has none. */
export function laneOf<N extends JobName>(name: N, body: JobBody<N>): string | undefined {
  return receivers[name]?.(body);
}

/** Whether jobs of that name have lanes. */
export function hasLane(name: JobName): boolean {
  return Object.hasOwn(receivers, name);
}

/** What two deliveries must have in common to be copies of one text. */
export interface DeliveredText {
  /** Of the delivery, not of the job: the same delivery again is no copy. */
  readonly id: string;
  readonly to: string;
  readonly parts: readonly string[];
}

const texts: { readonly [N in JobName]?: (body: JobBody<N>) => DeliveredText | undefined } = {
  // A schedule says the same at each tick, and means it. So does who gives work back to an agent that it was taken from.
  'gas.deliver': ({ gas: { id, to, from, mission, epoch, checkpoint, text, replaces } }) =>
    from.startsWith('schedule:') || replaces !== undefined
      ? undefined
      : { id, to, parts: [from, mission, String(epoch), String(checkpoint), text] },
};

/** The text that a job delivers; undefined where a repetition is no fault. */
export function textOf<N extends JobName>(name: N, body: JobBody<N>): DeliveredText | undefined {
  return texts[name]?.(body);
}
