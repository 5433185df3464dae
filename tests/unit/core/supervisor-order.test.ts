// Who starts after whom and stops before whom, and what a cycle or a missing part is told as.
import { describe, expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../../src/core/clock.ts';
import { Service } from '../../../src/core/service.ts';
import { Supervisor } from '../../../src/core/supervisor.ts';
import { createGate } from './gate.ts';

type Behaviour = { readonly hard?: boolean; readonly on?: (signal: AbortSignal) => Promise<void> };

class Part extends Service {
  readonly #log: string[];
  readonly #on: (signal: AbortSignal) => Promise<void>;

  constructor(log: string[], name: string, dependsOn: readonly string[], behaviour: Behaviour = {}) {
    super({ name, dependsOn, hard: behaviour.hard ?? true });
    this.#log = log;
    this.#on = behaviour.on ?? (() => Promise.resolve());
  }

  protected async onStart(signal: AbortSignal): Promise<void> {
    this.release(() => void this.#log.push(`-${this.name}`));
    await this.#on(signal);
    this.#log.push(`+${this.name}`);
  }
}

const fail = () => Promise.reject(new Error('no luck'));
const hang = () => new Promise<void>(() => undefined);

function supervisorOf(parts: ConstructorParameters<typeof Supervisor>[0], failed: string[] = []): Supervisor {
  const supervisor = new Supervisor(parts, {
    clock: systemClock,
    onEvent: ({ event, component }) => {
      if (event === 'failed') failed.push(component);
    },
  });
  onTestFinished(async () => {
    await supervisor.stop(0);
  });
  return supervisor;
}

function world(...shape: (readonly [name: string, dependsOn: readonly string[], behaviour?: Behaviour])[]) {
  const log: string[] = [];
  const soft: string[] = [];
  const parts = shape.map(([name, dependsOn, behaviour]) => new Part(log, name, dependsOn, behaviour));
  const supervisor = supervisorOf(
    parts.map((service) => ({ service })),
    soft,
  );
  return { supervisor, log, soft, parts };
}

describe('a supervisor, as to order', () => {
  it('starts a service after those it depends on, whatever the order of the list', async () => {
    const { supervisor, log } = world(['api', ['redis']], ['redis', ['server']], ['server', []]);
    await supervisor.start();
    expect(log).toEqual(['+server', '+redis', '+api']);
  });

  it('stops in reverse', async () => {
    const { supervisor, log } = world(['api', ['redis']], ['redis', ['server']], ['server', []]);
    await supervisor.start();
    log.length = 0;
    await supervisor.stop();
    expect(log).toEqual(['-api', '-redis', '-server']);
  });

  it('starts independent services at the same time', async () => {
    const met = createGate();
    let here = 0;
    const meet = () => {
      here += 1;
      if (here === 2) met.open();
      return met.passed;
    };
    const { supervisor, log } = world(['left', [], { on: meet }], ['right', [], { on: meet }]);
    await supervisor.start();
    expect(log).toHaveLength(2);
  });

  it('takes the order of a place beside what the service itself names', async () => {
    const log: string[] = [];
    const parts = [
      { service: new Part(log, 'console', []), after: ['workers'] },
      { service: new Part(log, 'workers', []) },
    ];
    await supervisorOf(parts).start();
    expect(log).toEqual(['+workers', '+console']);
  });

  it('does not wait at the start for a part that must outlive it, and stops before it', async () => {
    const log: string[] = [];
    const gate = createGate();
    const parts = [
      { service: new Part(log, 'workers', []), stopsBefore: ['bus'] },
      { service: new Part(log, 'bus', [], { hard: false, on: () => gate.passed }) },
    ];
    const supervisor = supervisorOf(parts);
    await supervisor.start();
    expect(log).toEqual(['+workers']);
    gate.open();
    await expect.poll(() => log).toEqual(['+workers', '+bus']);
    await supervisor.stop();
    expect(log.slice(2)).toEqual(['-workers', '-bus']);
  });

  it('prints a cycle as a path', () => {
    expect(() => world(['a', ['b']], ['b', ['c']], ['c', ['a']])).toThrow(
      expect.objectContaining({
        code: 'DEPENDENCY_CYCLE',
        message: 'parts depend on each other in a circle: a -> b -> c -> a',
      }),
    );
  });

  it('leaves out of the path of a cycle what merely leads into it', () => {
    expect(() => world(['door', ['a']], ['a', ['b']], ['b', ['a']])).toThrow(': a -> b -> a');
  });

  it('names a dependency that is not there', () => {
    expect(() => world(['api', ['redis']], ['workers', []])).toThrow(
      expect.objectContaining({
        code: 'DEPENDENCY_MISSING',
        message: 'api depends on redis, which is not there; there are api, workers',
      }),
    );
  });

  it('starts what depends on a soft service that failed, and tells of the failure', async () => {
    const { supervisor, log, soft } = world(['bus', [], { hard: false, on: fail }], ['api', ['bus']]);
    await supervisor.start();
    expect([log.includes('+api'), soft]).toEqual([true, ['bus']]);
  });

  it('does not wait for a soft service', async () => {
    const { supervisor, log } = world(['bus', [], { hard: false, on: hang }], ['api', []]);
    await supervisor.start();
    expect(log).toEqual(['+api']);
    await supervisor.stop();
  });

  it('rejects with a hard failure after stopping what had started', async () => {
    const { supervisor, log } = world(['redis', []], ['api', ['redis'], { on: fail }]);
    await expect(supervisor.start()).rejects.toThrow('no luck');
    expect(log).toEqual(['+redis', '-api', '-redis']);
  });

  it('does not tell a hard failure as a soft one', async () => {
    const { supervisor, soft } = world(['api', [], { on: fail }]);
    await expect(supervisor.start()).rejects.toThrow('no luck');
    expect(soft).toEqual([]);
  });

  it('does not wait for a hung start when another hard one has failed', async () => {
    const { supervisor, parts } = world(['api', [], { on: fail }], ['workers', [], { on: hang }]);
    await expect(supervisor.start()).rejects.toThrow('no luck');
    expect(parts.map(({ state }) => state)).toEqual(['stopped', 'stopped']);
  });

  it('ends a start under way when it is stopped, and starts nothing behind it', async () => {
    const gate = createGate();
    const { supervisor, parts } = world(['server', [], { on: () => gate.passed }], ['redis', ['server']]);
    const starting = supervisor.start().catch((thrown: { code: string }) => thrown.code);
    const stopping = supervisor.stop();
    gate.open();
    await stopping;
    expect(await starting).toBe('ABORTED');
    expect(parts.map(({ state }) => state)).toEqual(['stopped', 'stopped']);
  });

  it('can be started again after a stop', async () => {
    const { supervisor, parts } = world(['redis', []]);
    await supervisor.start();
    await supervisor.stop();
    await supervisor.start();
    expect(parts[0]?.state).toBe('ready');
  });
});
