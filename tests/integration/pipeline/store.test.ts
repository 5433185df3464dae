import { describe, expect } from 'vitest';
import { silentLogger } from '../../../src/core/logger.ts';
import { newDelivery } from '../../../src/pipeline/delivery.ts';
import { newRun } from '../../../src/pipeline/machine.ts';
import { createGasStore } from '../../../src/pipeline/store.ts';
import { it } from '../../support/fixtures.ts';
import { gas } from '../../unit/pipeline/gas.ts';

const delivery = (id: string, createdAt = 5) => newDelivery(gas({ id, createdAt }), '');

describe('the store', () => {
  it('writes neither run nor deliveries when the run changed meanwhile', async ({ redis, prefix }) => {
    const store = createGasStore({ redis, logger: silentLogger }, { prefix });
    const held = await store.run('A');
    expect(await store.saveRun(held, newRun('A'), [delivery('one')])).toBe(true);
    expect(await store.saveRun(held, { ...newRun('A'), epoch: 7 }, [delivery('two')])).toBe(false);
    expect((await store.run('A')).value?.epoch).toBe(0);
    expect((await store.openDeliveries()).map(({ gas: { id } }) => id)).toEqual(['one']);
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
