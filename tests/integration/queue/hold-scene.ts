// A host of workers with the handlers that hold queues and settle dead letters, and what people are told of it.
import { onTestFinished } from 'vitest';
import type { JobBody } from '../../../src/contracts/jobs.ts';
import { systemClock } from '../../../src/core/clock.ts';
import {
  type BoundHandler,
  bindHandler,
  createCanceller,
  createQueueDesk,
  makeHoldQueue,
  makeSettleLetters,
  type QueueDesk,
} from '../../../src/queue/index.ts';
import { eventually } from '../../support/fixtures.ts';
import { notingSink } from '../../support/kept.ts';
import { createGate } from '../../unit/core/gate.ts';
import { type HostParts, type Place, producer, sweep, sweeper } from './rig.ts';
import { startHost } from './started-host.ts';

type Run = NonNullable<Parameters<typeof sweeper>[0]>;

type Redriving = (desk: QueueDesk) => Partial<Pick<QueueDesk, 'redrive'>>;
export type Draining = (desk: QueueDesk) => Partial<Pick<QueueDesk, 'drain' | 'endDrain'>>;

/** What a scene may be given instead of the usual. */
interface SceneParts {
  readonly drainMs?: number;
  readonly onRedrive?: Redriving;
  readonly onDrain?: Draining;
}

/** A scene in which the job `j-1` runs until `end` is opened. */
export async function openBusy(place: Place, parts?: SceneParts) {
  const begun = createGate();
  const end = createGate();
  const run = async () => {
    begun.open();
    await end.passed;
  };
  const scene = await openScene(place, run, parts);
  const host = await scene.start();
  await scene.jobs.add(sweep('j-1'));
  await begun.passed;
  /** Orders a drain, and waits until it holds the queue. */
  const drain = async () => {
    await scene.hold('drain');
    await eventually(async () => (await scene.view())?.hold?.state === 'draining');
  };
  return { ...scene, host, end, drain };
}

export async function openScene(
  place: Place,
  run?: Run,
  { drainMs = 45_000, onRedrive = () => ({}), onDrain = () => ({}) }: SceneParts = {},
) {
  const { redis, prefix } = place;
  const desk = createQueueDesk({ redis, clock: systemClock }, { prefix });
  onTestFinished(() => desk.close());
  const queues = { ...desk, ...onRedrive(desk) };
  const jobs = producer(place);
  const told: string[] = [];
  const granted = new Set([
    'queue.hold:pipeline',
    'queue.hold:control',
    'queue.redrive',
    'queue.redrive-all',
  ]);
  const noted = notingSink(({ body }) => {
    if ('text' in body) told.push(`${'subject' in body ? body.subject : ''}: ${body.text}`);
  });
  const authority = { allows: async (_who: string, permission: string) => granted.has(permission) };
  const ledger = { state: async () => null };
  const work = sweeper(run);
  const signals: AbortSignal[] = [];
  const settling = bindHandler(
    makeSettleLetters({ queues, ledger, jobs: noted, authority, clock: systemClock }),
  );
  const handlers: BoundHandler[] = [
    work.handler,
    bindHandler(
      makeHoldQueue(
        { control: { ...desk, ...onDrain(desk) }, jobs: noted, authority, clock: systemClock },
        { drainMs },
      ),
    ),
    {
      ...settling,
      take: (body, facts) => (context) => {
        signals.push(context.signal);
        return settling.take(body, facts)(context);
      },
    },
  ];
  const { cancel } = createCanceller({ redis, jobs: noted, clock: systemClock }, { prefix });
  const start = async (parts?: Pick<HostParts, 'queues'>) => {
    return startHost(place, handlers, { ...parts, jobs: noted });
  };
  let used = 0;
  const to = { replyTo: { surface: 'console', place: 'main' } } as const;
  const facts = () => {
    used += 1;
    return { id: `o-${used}`, correlationId: `c-${used}`, causationId: null, principal: 'console:local' };
  };
  const hold = (order: JobBody<'queue.hold'>['order'], queue = 'pipeline') =>
    jobs.add({ name: 'queue.hold', ...facts(), body: { order, queue, ...to } });
  const letters = (body: Omit<JobBody<'queue.letters'>, 'replyTo'>) =>
    jobs.add({ name: 'queue.letters', ...facts(), body: { ...body, ...to } });
  const view = async (name = 'pipeline') => (await desk.queues()).find(({ queue }) => queue === name);
  return { desk, jobs, cancel, signals, told, work, start, hold, letters, view, granted };
}
