// Whether a pause holds: nothing that an agent reached while it was paused lies before a receiver, but by a person's word.
import type { GasStore } from '../../../../src/pipeline/store.ts';
import { has, name, readBook } from './book.ts';
import { agents, idIn } from './scene.ts';
import type { World } from './world.ts';

/** To be asked while the pauses stand. */
export async function leaksOf(world: World, store: GasStore): Promise<readonly string[]> {
  const held = world.crossings.all.filter(({ isHeld }) => isHeld);
  if (held.length === 0) return [];
  const laid = new Set(world.taken.keys());
  for (const agent of agents) for (const file of await world.inbox(agent)) laid.add(idIn(file));
  const { lines } = await readBook(store);
  return lines
    .filter((line) => !line.isByPerson && held.some((one) => has(line, one)))
    .flatMap(({ all }) => all.filter(({ gas }) => laid.has(gas.id)))
    .map((one) => `${name(one)} went though its agent was paused`);
}
