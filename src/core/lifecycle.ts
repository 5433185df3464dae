// Starts services in the order of their dependencies (parallel where independent) and stops them in reverse.
import { coreErrors, SwarmError } from './errors.ts';
import type { Service } from './service.ts';

export interface LifecycleOptions {
  /** Told when a soft service did not start; the others go on without it. */
  readonly onSoftFailure: (service: Service, error: unknown) => void;
}

export class Lifecycle {
  readonly #services: readonly Service[];
  readonly #options: LifecycleOptions;

  /** @throws SwarmError DEPENDENCY_CYCLE with the path, or for a dependency that is not there, named */
  constructor(services: readonly Service[], options: LifecycleOptions) {
    this.#services = ordered(services);
    this.#options = options;
  }

  /** Resolves when every hard service is ready; rejects with the first hard failure after stopping what had started. */
  async start(): Promise<void> {
    const started = new Map<string, Promise<void>>();
    for (const service of this.#services) {
      const before = service.dependsOn.map((name) => started.get(name));
      started.set(
        service.name,
        Promise.all(before).then(() => service.start()),
      );
    }
    const waits = this.#services.map(async (service) => {
      try {
        await started.get(service.name);
      } catch (thrown) {
        if (service.hard) throw thrown;
        this.#options.onSoftFailure(service, thrown);
      }
    });
    try {
      await Promise.all(waits);
    } catch (thrown) {
      await Promise.allSettled(waits);
      await this.stop();
      throw thrown;
    }
  }

  /** Stops all, dependants first; a failing stop does not keep the others from stopping. */
  async stop(): Promise<void> {
    const stopped = new Map<string, Promise<void>>();
    for (const service of this.#services.toReversed()) {
      const dependants = this.#services.filter(({ dependsOn }) => dependsOn.includes(service.name));
      const after = Promise.allSettled(dependants.map(({ name }) => stopped.get(name)));
      stopped.set(
        service.name,
        after.then(() => service.stop()),
      );
    }
    await Promise.allSettled(stopped.values());
  }
}

function ordered(services: readonly Service[]): Service[] {
  const byName = new Map(services.map((service) => [service.name, service]));
  const done: Service[] = [];
  const visit = (service: Service, path: readonly string[]): void => {
    if (path.includes(service.name)) {
      throw new SwarmError(coreErrors.dependencyCycle, [...path, service.name].join(' -> '));
    }
    if (done.includes(service)) return;
    for (const name of service.dependsOn) {
      const dependency = byName.get(name);
      if (!dependency)
        throw new SwarmError(
          coreErrors.dependencyCycle,
          `${service.name} depends on ${name}, which is not there`,
        );
      visit(dependency, [...path, service.name]);
    }
    done.push(service);
  };
  for (const service of services) visit(service, []);
  return done;
}
