import { describe, expect, it } from 'vitest';
import { Lifecycle } from '../../../src/core/lifecycle.ts';
import { Service } from '../../../src/core/service.ts';
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

function world(...shape: (readonly [name: string, dependsOn: readonly string[], behaviour?: Behaviour])[]) {
  const log: string[] = [];
  const soft: string[] = [];
  const parts = shape.map(([name, dependsOn, behaviour]) => new Part(log, name, dependsOn, behaviour));
  const lifecycle = new Lifecycle(
    parts.map((service) => ({ service })),
    { onSoftFailure: ({ name }) => void soft.push(name) },
  );
  return { lifecycle, log, soft, parts };
}

describe('a lifecycle', () => {
  it('starts a service after those it depends on, whatever the order of the list', async () => {
    const { lifecycle, log } = world(['api', ['redis']], ['redis', ['server']], ['server', []]);
    await lifecycle.start();
    expect(log).toEqual(['+server', '+redis', '+api']);
  });

  it('stops in reverse', async () => {
    const { lifecycle, log } = world(['api', ['redis']], ['redis', ['server']], ['server', []]);
    await lifecycle.start();
    log.length = 0;
    await lifecycle.stop();
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
    const { lifecycle, log } = world(['left', [], { on: meet }], ['right', [], { on: meet }]);
    await lifecycle.start();
    expect(log).toHaveLength(2);
  });

  it('takes the order of a place beside what the service itself names', async () => {
    const log: string[] = [];
    const parts = [
      { service: new Part(log, 'console', []), after: ['workers'] },
      { service: new Part(log, 'workers', []) },
    ];
    await new Lifecycle(parts, { onSoftFailure: () => undefined }).start();
    expect(log).toEqual(['+workers', '+console']);
  });

  it('prints a cycle as a path', () => {
    expect(() => world(['a', ['b']], ['b', ['c']], ['c', ['a']])).toThrow('a -> b -> c -> a');
  });

  it('names a dependency that is not there', () => {
    expect(() => world(['api', ['redis']])).toThrow('api depends on redis, which is not there');
  });

  it('starts what depends on a soft service that failed, and tells of the failure', async () => {
    const { lifecycle, log, soft } = world(['bus', [], { hard: false, on: fail }], ['api', ['bus']]);
    await lifecycle.start();
    expect([log.includes('+api'), soft]).toEqual([true, ['bus']]);
  });

  it('does not wait for a soft service', async () => {
    const { lifecycle, log } = world(['bus', [], { hard: false, on: hang }], ['api', []]);
    await lifecycle.start();
    expect(log).toEqual(['+api']);
    await lifecycle.stop();
  });

  it('rejects with a hard failure after stopping what had started', async () => {
    const { lifecycle, log } = world(['redis', []], ['api', ['redis'], { on: fail }]);
    await expect(lifecycle.start()).rejects.toThrow('no luck');
    expect(log).toEqual(['+redis', '-api', '-redis']);
  });

  it('does not tell a hard failure as a soft one', async () => {
    const { lifecycle, soft } = world(['api', [], { on: fail }]);
    await expect(lifecycle.start()).rejects.toThrow('no luck');
    expect(soft).toEqual([]);
  });

  it('does not wait for a hung start when another hard one has failed', async () => {
    const { lifecycle, parts } = world(['api', [], { on: fail }], ['workers', [], { on: hang }]);
    await expect(lifecycle.start()).rejects.toThrow('no luck');
    expect(parts.map(({ state }) => state)).toEqual(['stopped', 'stopped']);
  });

  it('ends a start under way when it is stopped, and starts nothing behind it', async () => {
    const gate = createGate();
    const { lifecycle, parts } = world(['server', [], { on: () => gate.passed }], ['redis', ['server']]);
    const starting = lifecycle.start().catch((thrown: { code: string }) => thrown.code);
    const stopping = lifecycle.stop();
    gate.open();
    await stopping;
    expect(await starting).toBe('ABORTED');
    expect(parts.map(({ state }) => state)).toEqual(['stopped', 'stopped']);
  });

  it('can be started again after a stop', async () => {
    const { lifecycle, parts } = world(['redis', []]);
    await lifecycle.start();
    await lifecycle.stop();
    await lifecycle.start();
    expect(parts[0]?.state).toBe('ready');
  });
});
