// Words to give as a person, and looks at what came of them.
import { rename } from 'node:fs/promises';
import type { Gas } from '../../../src/contracts/agents.ts';
import { randomId } from '../../../src/contracts/ids.ts';
import { jobCatalogue } from '../../../src/contracts/jobs.ts';
import type { SwarmOrder } from '../../../src/contracts/swarm-orders.ts';
import type { Rig } from './rig.ts';

export const status = (progress: number, mission = 'm') =>
  JSON.stringify({ current_mission: mission, progress });
/** Who gives every order here, and where they are told. */
export const ann = { by: 'ann', replyTo: { surface: 'discord', place: '9', message: '77' } } as const;

/** A new order, given now. */
export function order(id = randomId()): SwarmOrder {
  return { id, at: Date.now(), principal: 'discord:1' };
}

export function gasOf({ jobs }: Rig): Gas[] {
  return jobs.of('gas.deliver').map(({ body }) => jobCatalogue['gas.deliver'].body.parse(body).gas);
}

export function reportsTo({ jobs }: Rig, surface: string) {
  const all = jobs.of('chat.report').map(({ body }) => jobCatalogue['chat.report'].body.parse(body));
  return all.filter(({ to }) => to.surface === surface);
}

/** Every delivery, oldest first, as `sender→receiver state`. */
export async function record({ pipeline }: Rig): Promise<string[]> {
  const { deliveries } = await pipeline.directory.deliveries(100);
  return deliveries.map(({ gas, state }) => `${gas.from}→${gas.to} ${gas.checkpoint} ${state}`).toReversed();
}

/** What a worker does with the jobs so far: lays each gas down. */
export async function layDown({ pipeline, jobs }: Rig): Promise<void> {
  for (const { body } of jobs.of('gas.deliver')) {
    const { gas } = jobCatalogue['gas.deliver'].body.parse(body);
    const state = await pipeline.ledger.state(gas.id);
    if (state !== 'pending' && state !== 'queued') continue;
    const { where } = await pipeline.inbox.deliver(gas);
    await pipeline.ledger.record(gas.id, { state: 'sent', detail: where });
  }
}

export async function take({ path, inbox }: Rig, agent: string): Promise<void> {
  for (const name of await inbox(agent)) {
    await rename(path(agent, 'inbox', name), path(agent, 'inbox', 'done', name));
  }
}

/** C works in the place of B, which did not get the gas of A. */
export async function standIn(rig: Rig): Promise<void> {
  await rig.pipeline.observe('A', status(80), Date.now());
  await rig.pipeline.ledger.record(gasOf(rig)[0]?.id ?? '', { state: 'failed', detail: 'disk full' });
  await rig.pipeline.work.sweep();
  const id = gasOf(rig).find(({ to }) => to === 'C')?.id ?? '';
  await rig.pipeline.ledger.record(id, { state: 'sent', detail: 'its inbox' });
  await rig.pipeline.noteAcknowledgement({ agent: 'C', id, state: 'accepted' }, 'said so');
  await rig.pipeline.observe('C', status(10, 'of B'), Date.now());
}

/** Sweeps and lays down, so many minutes after one another. */
export async function sweepAfter(rig: Rig, ...minutes: number[]): Promise<void> {
  for (const some of minutes) {
    rig.advance(some * 60_000);
    await rig.pipeline.work.sweep();
    await layDown(rig);
  }
}

export async function alerts({ pipeline }: Rig) {
  await pipeline.alerts.start();
  await pipeline.alerts.stop();
  return pipeline.alerts.latest();
}
