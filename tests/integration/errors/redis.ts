// Faults of Redis, raised by ioredis against servers that are brought into the state that raises them.
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { closeRedis, createCommandRedis, type Redis } from '../../../src/core/redis.ts';
import type { OwnServer } from '../../support/own-server.ts';
import { TcpProxy } from '../../support/tcp-proxy.ts';
import { eventually } from '../../support/fixtures.ts';
import type { Sample } from './sample.ts';

export interface RedisScene {
  readonly server: OwnServer;
  /** Where it keeps its data. */
  readonly dir: string;
  /** The only node of a cluster, which serves the slots up to 16,300. */
  readonly clusterUrl: string;
}

/** Runs with a client of its own. */
async function asking<T>(url: string, run: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = createCommandRedis({ url, name: 'sample' });
  try {
    return await run(redis);
  } finally {
    closeRedis(redis);
  }
}

/** Runs while a setting has another value. */
async function configured(
  { server }: RedisScene,
  [key, bad, good]: readonly [string, string, string],
  run: (redis: Redis) => Promise<unknown>,
): Promise<unknown> {
  return asking(server.url, async (redis) => {
    await redis.config('SET', key, bad);
    try {
      return await run(redis);
    } finally {
      await redis.config('SET', key, good);
    }
  });
}

const as = ({ server }: RedisScene, who: string) => server.url.replace('//', `//${who}@`);

export const redisSamples: readonly Sample<RedisScene>[] = [
  {
    what: 'Redis: a write when its memory is full',
    raise: (scene) => configured(scene, ['maxmemory', '1', '0'], (redis) => redis.set('a', 'b')),
    is: 'REDIS_FULL dependency retry',
  },
  {
    what: 'Redis: a transaction with a write when its memory is full',
    raise: (scene) =>
      configured(scene, ['maxmemory', '1', '0'], (redis) => redis.multi().set('a', 'b').exec()),
    is: 'REDIS_FULL dependency retry',
  },
  {
    what: 'Redis: a write when it could not save',
    raise: async (scene) => {
      // Its snapshot cannot take the name of a folder.
      const inTheWay = join(scene.dir, 'dump.rdb');
      await mkdir(inTheWay);
      try {
        return await configured(scene, ['save', '3600 1', ''], async (redis) => {
          await redis.bgsave();
          await eventually(async () => /rdb_last_bgsave_status:err/.test(await redis.info('persistence')));
          return redis.set('a', 'b');
        });
      } finally {
        await rm(inTheWay, { recursive: true });
        await asking(scene.server.url, async (redis) => {
          await redis.bgsave();
          await eventually(async () => /rdb_last_bgsave_status:ok/.test(await redis.info('persistence')));
        });
      }
    },
    is: 'REDIS_CANNOT_SAVE dependency retry',
  },
  {
    what: 'Redis: a write to a replica',
    raise: ({ server }) => asReplica(server, (redis) => redis.set('a', 'b')),
    is: 'REDIS_READ_ONLY dependency retry',
  },
  {
    what: 'Redis: a read from a replica that has lost its primary',
    raise: (scene) =>
      configured(scene, ['replica-serve-stale-data', 'no', 'yes'], () =>
        asReplica(scene.server, (redis) => redis.get('a')),
      ),
    is: 'REDIS_BUSY transient retry',
  },
  {
    what: 'Redis: a write when too few replicas follow',
    raise: (scene) => configured(scene, ['min-replicas-to-write', '1', '0'], (redis) => redis.set('a', 'b')),
    is: 'REDIS_READ_ONLY dependency retry',
  },
  {
    what: 'Redis: no password where one is required',
    raise: (scene) =>
      configured(scene, ['requirepass', 'secret', ''], () =>
        asking(scene.server.url, (redis) => redis.get('a')),
      ),
    is: 'REDIS_AUTH auth final',
  },
  {
    what: 'Redis: a wrong password',
    raise: (scene) =>
      configured(scene, ['requirepass', 'secret', ''], () =>
        asking(as(scene, ':wrong'), (redis) => redis.get('a')),
      ),
    is: 'REDIS_AUTH auth final',
  },
  {
    what: 'Redis: a command that the user has no right to',
    raise: async (scene) => {
      await scene.server.command('ACL', 'SETUSER', 'reader', 'on', '>pw', '~*', '+@read', '+info');
      return asking(as(scene, 'reader:pw'), (redis) => redis.set('a', 'b'));
    },
    is: 'REDIS_AUTH auth final',
  },
  {
    what: 'Redis: a command while a script runs',
    raise: (scene) =>
      configured(scene, ['busy-reply-threshold', '20', '5000'], (redis) =>
        whileScriptRuns(scene.server.url, redis, async () => {
          // It gives no answer at first, and then says that it is busy.
          const refusal = eventually(() => redis.get('a').catch(({ name }: Error) => name === 'ReplyError'));
          await refusal;
          return redis.get('a');
        }),
      ),
    is: 'REDIS_BUSY transient retry',
  },
  {
    what: 'Redis: no answer within the time of a command',
    raise: ({ server }) =>
      behindProxy(server, async (redis, proxy) => {
        proxy.freeze();
        return redis.get('a');
      }),
    is: 'REDIS_UNAVAILABLE dependency retry',
  },
  {
    what: 'Redis: a connection that is cut and not taken again',
    raise: ({ server }) =>
      behindProxy(server, (redis, proxy) => {
        proxy.mode = 'refuse';
        proxy.cut();
        return redis.get('a');
      }),
    is: 'REDIS_UNAVAILABLE dependency retry',
  },
  {
    what: 'Redis: a port where nobody listens',
    raise: () => asking('redis://127.0.0.1:1', (redis) => redis.get('a')),
    is: 'REDIS_UNAVAILABLE dependency retry',
  },
  {
    what: 'Redis: a client that was closed',
    raise: ({ server }) =>
      asking(server.url, async (redis) => {
        await redis.ping();
        closeRedis(redis);
        return redis.get('a');
      }),
    is: 'REDIS_UNAVAILABLE dependency retry',
  },
  {
    what: 'Redis: a command for another type than the key has',
    raise: ({ server }) =>
      asking(server.url, async (redis) => {
        await redis.set('text', 'x');
        return redis.lpush('text', 'y');
      }),
    is: 'REDIS_REFUSED bug final',
  },
  {
    what: 'Redis: a command that there is not',
    raise: ({ server }) => asking(server.url, (redis) => redis.call('NOSUCH')),
    is: 'REDIS_REFUSED bug final',
  },
  {
    what: 'Redis: a script that cannot be compiled',
    raise: ({ server }) => asking(server.url, (redis) => redis.eval('if', 0)),
    is: 'REDIS_REFUSED bug final',
  },
  {
    what: 'Redis: a script that it does not have',
    raise: ({ server }) => asking(server.url, (redis) => redis.evalsha('0'.repeat(40), 0)),
    is: 'REDIS_REFUSED bug final',
  },
  {
    what: 'Redis: a key of a cluster slot that nobody serves',
    // Its slot is 16,335.
    raise: ({ clusterUrl }) => asking(clusterUrl, (redis) => redis.get('k176')),
    is: 'REDIS_BUSY transient retry',
  },
  {
    what: 'Redis: keys of two cluster slots in one command',
    raise: ({ clusterUrl }) => asking(clusterUrl, (redis) => redis.mget('a', 'b')),
    is: 'REDIS_UNFIT config final',
  },
];

async function asReplica(server: OwnServer, run: (redis: Redis) => Promise<unknown>): Promise<unknown> {
  await server.command('REPLICAOF', '127.0.0.1', '1');
  try {
    return await asking(server.url, run);
  } finally {
    await server.command('REPLICAOF', 'NO', 'ONE');
  }
}

/** `known` is a client that is connected already: a new one would be refused even its greeting. */
async function whileScriptRuns(url: string, known: Redis, run: () => Promise<unknown>): Promise<unknown> {
  return asking(url, async (redis) => {
    const endless = redis.eval('while true do end', 0).catch(() => undefined);
    try {
      return await run();
    } finally {
      await known.call('SCRIPT', 'KILL');
      await endless;
    }
  });
}

async function behindProxy(
  server: OwnServer,
  run: (redis: Redis, proxy: TcpProxy) => Promise<unknown>,
): Promise<unknown> {
  const { proxy, url } = await TcpProxy.before(server.url, 6379);
  try {
    return await asking(url, async (redis) => {
      await redis.ping();
      return run(redis, proxy);
    });
  } finally {
    await proxy.close();
  }
}
