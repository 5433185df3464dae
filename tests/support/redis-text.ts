// Everything that lies in a Redis, as one text to be searched.
import { closeRedis, createCommandRedis, type Redis } from '../../src/core/redis.ts';

export async function textOfRedis(url: string): Promise<string> {
  const redis = createCommandRedis({ url, name: 'test' });
  try {
    const keys = await redis.keys('*');
    const values = await Promise.all(keys.map((key) => contentOf(redis, key)));
    return JSON.stringify(keys.map((key, i) => [key, values[i]]));
  } finally {
    closeRedis(redis);
  }
}

async function contentOf(redis: Redis, key: string): Promise<unknown> {
  const type = await redis.type(key);
  if (type === 'string') return redis.get(key);
  if (type === 'hash') return redis.hgetall(key);
  if (type === 'list') return redis.lrange(key, 0, -1);
  if (type === 'set') return redis.smembers(key);
  if (type === 'zset') return redis.zrange(key, '0', '-1');
  if (type === 'stream') return redis.xrange(key, '-', '+');
  return type;
}
