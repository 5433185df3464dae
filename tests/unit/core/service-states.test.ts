// Every state of a service and everything that can be done in it: where that leads, and that all of it is legal.
import { describe, expect, it } from 'vitest';
import { legalTransitions, type ServiceState } from '../../../src/core/service.ts';
import { createGate } from './gate.ts';
import { fail, Probe } from './probe.ts';

describe('the states of a service', () => {
  const states: readonly ServiceState[] = ['idle', 'starting', 'ready', 'draining', 'stopped', 'failed'];
  type Act = 'start' | 'stop' | 'fail';

  /** Brings a service into a state and keeps it there. */
  const into = async (state: ServiceState) => {
    const gate = createGate();
    const probe = new Probe((_signal, release) => {
      if (state === 'draining') release(() => gate.passed);
      if (state === 'failed') return fail(_signal, release);
      return state === 'starting' ? gate.passed : Promise.resolve();
    });
    if (state === 'starting') void probe.start().catch(() => undefined);
    else if (state !== 'idle') await probe.start().catch(() => undefined);
    if (state === 'stopped') await probe.stop();
    if (state === 'draining') void probe.stop().catch(() => undefined);
    await Promise.resolve();
    return { probe, gate };
  };

  it.each([
    // state, act, every state it is in from then on
    ['idle', 'start', ['starting', 'ready']],
    ['idle', 'stop', ['stopped']],
    ['idle', 'fail', ['idle']],
    ['starting', 'start', ['starting', 'ready']],
    ['starting', 'stop', ['starting', 'failed', 'stopped']],
    ['starting', 'fail', ['starting', 'failed']],
    ['ready', 'start', ['ready']],
    ['ready', 'stop', ['draining', 'stopped']],
    ['ready', 'fail', ['failed']],
    ['draining', 'start', ['draining', 'stopped']],
    ['draining', 'stop', ['draining', 'stopped']],
    ['draining', 'fail', ['draining', 'stopped']],
    ['stopped', 'start', ['starting', 'ready']],
    ['stopped', 'stop', ['stopped']],
    ['stopped', 'fail', ['stopped']],
    ['failed', 'start', ['starting', 'failed']],
    ['failed', 'stop', ['stopped']],
    ['failed', 'fail', ['failed']],
  ] as const satisfies readonly (readonly [ServiceState, Act, readonly ServiceState[]])[])(
    'go from %s on %s through %j, all of it legal',
    async (state, act, path) => {
      const { probe, gate } = await into(state);
      expect(probe.state).toBe(state);
      const seen: ServiceState[] = [state];
      const look = () => void (seen.at(-1) !== probe.state && seen.push(probe.state));
      const acted = act === 'fail' ? Promise.resolve(probe.breakDown(new Error('no luck'))) : probe[act]();
      look();
      if (state !== 'starting' || act === 'start') gate.open();
      for (let turn = 0; turn < 30; turn += 1) {
        look();
        await Promise.resolve();
      }
      await acted.catch(() => undefined);
      look();
      expect(seen.slice(1).filter((one) => !path.some((wanted) => wanted === one))).toEqual([]);
      expect(seen.at(-1)).toBe(path.at(-1));
      for (const [i, from] of seen.slice(0, -1).entries()) {
        expect(legalTransitions[from]).toContain(seen[i + 1]);
      }
    },
  );

  it('have an end from which a start is possible, each of them', () => {
    for (const state of states) {
      const reach = new Set<ServiceState>([state]);
      for (const from of reach) for (const to of legalTransitions[from]) reach.add(to);
      expect(reach.has('starting') && reach.has('stopped')).toBe(true);
    }
  });
});
