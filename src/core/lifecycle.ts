// The order of parts: who starts after whom, who stops before whom. It knows no failure and no retry; the supervisor does.
import { coreErrors, SwarmError } from './errors.ts';
import type { Service } from './service.ts';

/** A service in its place: it starts after the named ones, in addition to those it names itself, and stops before them. */
export interface Part {
  readonly service: Service;
  readonly after?: readonly string[];
  /** Names of parts that it does not wait for at the start, but that must outlive it. */
  readonly stopsBefore?: readonly string[];
}

/** A part with all its names put together. */
export interface Place {
  readonly service: Service;
  readonly startsAfter: readonly string[];
  readonly stopsBefore: readonly string[];
}

/**
 * The parts in an order in which each comes after those that it names.
 * @throws SwarmError DEPENDENCY_CYCLE with the path, DEPENDENCY_MISSING with both names
 */
export function inOrder(parts: readonly Part[]): readonly Place[] {
  const places = parts.map(({ service, after = [], stopsBefore = [] }) => {
    const startsAfter = [...service.dependsOn, ...after];
    return { service, startsAfter, stopsBefore: [...startsAfter, ...stopsBefore] };
  });
  const byName = new Map(places.map((place) => [place.service.name, place]));
  const done: Place[] = [];
  const visit = (place: Place, path: readonly string[]): void => {
    const { name } = place.service;
    if (path.includes(name)) {
      // What merely leads into the circle is not part of it.
      const circle = [...path.slice(path.indexOf(name)), name].join(' -> ');
      throw new SwarmError(coreErrors.dependencyCycle, `parts depend on each other in a circle: ${circle}`);
    }
    if (done.includes(place)) return;
    for (const before of place.stopsBefore) {
      const dependency = byName.get(before);
      if (!dependency) {
        const there = [...byName.keys()].join(', ');
        throw new SwarmError(
          coreErrors.dependencyMissing,
          `${name} depends on ${before}, which is not there; there are ${there}`,
        );
      }
      visit(dependency, [...path, name]);
    }
    done.push(place);
  };
  for (const place of places) visit(place, []);
  return done;
}

/** Runs `start` for each place once those before it have settled well; parallel where independent. One promise per place. */
export function startEach(
  places: readonly Place[],
  start: (place: Place) => Promise<void>,
): readonly Promise<void>[] {
  const started = new Map<string, Promise<void>>();
  for (const place of places) {
    const before = place.startsAfter.flatMap((name) => started.get(name) ?? []);
    const own = Promise.all(before).then(() => start(place));
    // Who waits for it hears of it; where nobody does, it is no unhandled rejection.
    own.catch(() => undefined);
    started.set(place.service.name, own);
  }
  return [...started.values()];
}

/** Runs `stop` for each place once whoever stops before it has settled, well or not. Resolves when all have. */
export async function stopEach(
  places: readonly Place[],
  stop: (place: Place) => Promise<void>,
): Promise<void> {
  const stopped = new Map<string, Promise<void>>();
  for (const place of places.toReversed()) {
    const dependants = places.filter(({ stopsBefore }) => stopsBefore.includes(place.service.name));
    const before = Promise.allSettled(dependants.flatMap(({ service }) => stopped.get(service.name) ?? []));
    stopped.set(
      place.service.name,
      before.then(() => stop(place)),
    );
  }
  await Promise.allSettled(stopped.values());
}
