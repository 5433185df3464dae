import { describe, expect, vi } from 'vitest';
import { silentLogger } from '../../../src/core/logger.ts';
import { allBehind } from '../../../src/pipeline/behind.ts';
import { newDelivery } from '../../../src/pipeline/delivery.ts';
import { handedBefore } from '../../../src/pipeline/orders/whose.ts';
import { newRun } from '../../../src/pipeline/run.ts';
import { createGasStore } from '../../../src/pipeline/store.ts';
import { it } from '../../support/fixtures.ts';
import { runOn } from '../../support/runs.ts';
import { gas } from '../../unit/pipeline/gas.ts';

const delivery = (id: string, createdAt = 5) => newDelivery(gas({ id, createdAt }), '');

describe('the store', () => {
  it('writes neither run nor deliveries when the run changed meanwhile', async ({ redis, prefix }) => {
    const store = createGasStore({ redis, logger: silentLogger }, { prefix });
    const held = await store.run('A');
    expect(await store.saveRun(held, newRun('A'), [delivery('one')])).toBe(true);
    expect(await store.saveRun(held, runOn('A', { epoch: 7 }), [delivery('two')])).toBe(false);
    expect((await store.run('A')).value?.mission.epoch).toBe(0);
    expect((await store.openDeliveries()).map(({ gas: { id } }) => id)).toEqual(['one']);
  });

  it('of those that save in one turn only who lost a race is turned away', async ({ redis, prefix }) => {
    const store = createGasStore({ redis, logger: silentLogger }, { prefix });
    const [a, b] = await Promise.all(['A', 'B'].map((agent) => store.run(agent)));
    const nobody = { version: 0, value: null };
    const saved = await Promise.all([
      store.saveRun(a ?? nobody, runOn('A', { epoch: 1 }), [delivery('one', 1), delivery('two', 2)]),
      store.saveRun(a ?? nobody, runOn('A', { epoch: 2 }), [delivery('lost')]),
      store.saveDelivery(nobody, delivery('three', 3)),
      store.saveRun(b ?? nobody, runOn('B', { epoch: 3 }), []),
    ]);
    expect(saved).toEqual([true, false, true, true]);
    expect((await store.runs(['A', 'B'])).values).toMatchObject([
      { mission: { epoch: 1 } },
      { mission: { epoch: 3 } },
    ]);
    expect((await store.openDeliveries()).map(({ gas: { id } }) => id)).toEqual(['one', 'two', 'three']);
  });

  it('many that save and read in one turn ask Redis twice', async ({ redis, prefix }) => {
    const store = createGasStore({ redis, logger: silentLogger }, { prefix });
    const save = async (agent: string) => store.saveRun(await store.run(agent), newRun(agent), []);
    // A server that does not have the script is sent it.
    await save('first');
    // Counted where they leave: the server counts those of every test that runs beside this one.
    const asked = [vi.spyOn(redis, 'hmget'), vi.spyOn(redis, 'evalsha')];
    await Promise.all(Array.from({ length: 50 }, (_, at) => save(`A${at}`)));
    expect(asked.map(({ mock }) => mock.calls.length)).toEqual([1, 1]);
  });

  it('sees at once what another process has saved', async ({ redis, prefix }) => {
    const [one, other] = [0, 1].map(() => createGasStore({ redis, logger: silentLogger }, { prefix }));
    await one?.saveRun({ version: 0, value: null }, newRun('A'), []);
    const held = await other?.run('A');
    if (held) await other?.saveRun(held, runOn('A', { epoch: 7 }), []);
    expect(await one?.run('A')).toMatchObject({ version: 2, value: { mission: { epoch: 7 } } });
    await redis.del(`${prefix}:gas:runs`);
    expect(await one?.run('A')).toEqual({ version: 0, value: null });
  });

  it('forgets the oldest closed deliveries and no open one', async ({ redis, prefix }) => {
    const store = createGasStore({ redis, logger: silentLogger }, { prefix, keepClosed: 2 });
    for (const [at, id] of ['a', 'b', 'c', 'd'].entries()) {
      await store.saveDelivery(await store.delivery(id), delivery(id, at));
      if (id !== 'b') await store.close(id, at);
    }
    expect((await store.recentDeliveries(10)).deliveries.map(({ gas: { id } }) => id)).toEqual([
      'd',
      'c',
      'b',
    ]);
    expect((await store.openDeliveries()).map(({ gas: { id } }) => id)).toEqual(['b']);
  });

  it('finds what came behind another, and what was handed over, however many deliveries are newer', async ({
    redis,
    prefix,
  }) => {
    const store = createGasStore({ redis, logger: silentLogger }, { prefix });
    const unsaved = { version: 0, value: null };
    await store.saveDelivery(unsaved, { ...delivery('late', 1), behind: 'first', state: 'suppressed' });
    await store.close('late', 1);
    const newer = Array.from({ length: 1_050 }, (_, at) => delivery(`new-${at}`, 10 + at));
    await Promise.all(newer.map((one) => store.saveDelivery(unsaved, one)));
    expect((await allBehind(store)).map(({ gas: { id } }) => id)).toEqual(['late']);
    await store.saveDelivery(unsaved, newDelivery(gas({ id: 'own', from: 'Agent-9', createdAt: 2 }), ''));
    expect(await handedBefore({ store }, { run: newRun('Agent-9'), checkpoint: 75 })).toMatch(
      /^the 75 % gas/,
    );
  });

  it('names a record that is not its own', async ({ redis, prefix }) => {
    await redis.hset(`${prefix}:gas:runs`, 'A', '1 {"agent":7}');
    await expect(createGasStore({ redis, logger: silentLogger }, { prefix }).run('A')).rejects.toThrow(
      /gas:runs A: /,
    );
  });

  it('says that Redis is away', async ({ redis, prefix }) => {
    await redis.quit();
    const run = createGasStore({ redis, logger: silentLogger }, { prefix }).run('A');
    await expect(run).rejects.toMatchObject({ code: 'REDIS_UNAVAILABLE', retryable: true });
  });
});
