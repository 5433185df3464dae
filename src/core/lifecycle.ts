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
  /** Set by a stop: what still waits for its dependencies does not start any more. */
  #stopped = false;

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
    this.#stopped = false;
    const started = new Map<string, Promise<void>>();
    const hard: Promise<void>[] = [];
    for (const { service, after } of this.#nodes) {
      const start = Promise.all(after.flatMap((name) => started.get(name) ?? [])).then(() =>
        this.#startOne(service),
      );
      if (service.hard) {
        hard.push(start);
        started.set(service.name, start);
      } else {
        const softened = start.catch((thrown: unknown) => this.#onSoftFailure(service, thrown));
        started.set(service.name, softened);
      }
    }
    try {
      await Promise.all(hard);
    } catch (thrown) {
      await this.stop();
      throw thrown;
    }
  }

  async #startOne(service: Service): Promise<void> {
    if (this.#stopped) {
      throw new SwarmError(coreErrors.aborted, `${service.name} was stopped before it started`);
    }
    await service.start();
  }

  #onSoftFailure(service: Service, thrown: unknown): void {
    // Stopped on the way up is no failure of its own.
    if (!this.#stopped) this.#options.onSoftFailure(service, thrown);
  }

  /** Stops all, dependants first; a failing stop does not keep the others from stopping. */
  async stop(): Promise<void> {
    this.#stopped = true;
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
