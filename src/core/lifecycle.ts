// Starts services in the order of their dependencies (parallel where independent) and stops them in reverse.
import { coreErrors, SwarmError } from './errors.ts';
import type { Service } from './service.ts';

/** A service in its place: it starts after the named ones, in addition to those it names itself. */
export interface Part {
  readonly service: Service;
  readonly after?: readonly string[];
}

export interface LifecycleOptions {
  /** Told when a soft service did not start; the others go on without it. */
  readonly onSoftFailure: (service: Service, error: unknown) => void;
}

interface Node {
  readonly service: Service;
  readonly after: readonly string[];
}

export class Lifecycle {
  readonly #nodes: readonly Node[];
  readonly #options: LifecycleOptions;

  /** @throws SwarmError DEPENDENCY_CYCLE with the path, or for a dependency that is not there, named */
  constructor(parts: readonly Part[], options: LifecycleOptions) {
    this.#nodes = ordered(
      parts.map(({ service, after = [] }) => ({ service, after: [...service.dependsOn, ...after] })),
    );
    this.#options = options;
  }

  /**
   * Resolves when every hard service is ready; soft ones go on starting, and what comes after one that failed starts
   * without it. Rejects with the first hard failure, after stopping what had started.
   */
  async start(): Promise<void> {
    const started = new Map<string, Promise<void>>();
    const hard: Promise<void>[] = [];
    for (const { service, after } of this.#nodes) {
      const start = Promise.all(after.flatMap((name) => started.get(name) ?? [])).then(() => service.start());
      if (service.hard) hard.push(start);
      const softened = start.catch((thrown: unknown) => this.#options.onSoftFailure(service, thrown));
      started.set(service.name, service.hard ? start : softened);
    }
    try {
      await Promise.all(hard);
    } catch (thrown) {
      await Promise.allSettled(hard);
      await this.stop();
      throw thrown;
    }
  }

  /** Stops all, dependants first; a failing stop does not keep the others from stopping. */
  async stop(): Promise<void> {
    const stopped = new Map<string, Promise<void>>();
    for (const { service } of this.#nodes.toReversed()) {
      const dependants = this.#nodes.filter(({ after }) => after.includes(service.name));
      const before = Promise.allSettled(
        dependants.flatMap((dependant) => stopped.get(dependant.service.name) ?? []),
      );
      stopped.set(
        service.name,
        before.then(() => service.stop()),
      );
    }
    await Promise.allSettled(stopped.values());
  }
}

function ordered(nodes: readonly Node[]): Node[] {
  const byName = new Map(nodes.map((node) => [node.service.name, node]));
  const done: Node[] = [];
  const visit = (node: Node, path: readonly string[]): void => {
    const { name } = node.service;
    if (path.includes(name)) throw new SwarmError(coreErrors.dependencyCycle, [...path, name].join(' -> '));
    if (done.includes(node)) return;
    for (const before of node.after) {
      const dependency = byName.get(before);
      if (!dependency)
        throw new SwarmError(coreErrors.dependencyCycle, `${name} depends on ${before}, which is not there`);
      visit(dependency, [...path, name]);
    }
    done.push(node);
  };
  for (const node of nodes) visit(node, []);
  return done;
}
