// A script goes to Redis by its text once, and by its digest from then on.
import { randomUUID } from 'node:crypto';
import { describe, expect, vi } from 'vitest';
import { makeScript } from '../../../src/core/redis-script.ts';
import { it } from '../../support/fixtures.ts';

/** Of a text that no server has seen. */
const fresh = (text: string) => makeScript(`-- ${randomUUID()}\n${text}`);

describe('a script', () => {
  it('is sent by its text to a server that does not have it, and never again', async ({ redis, prefix }) => {
    const script = fresh(`return redis.call('INCRBY', KEYS[1], ARGV[1])`);
    const text = vi.spyOn(redis, 'eval');
    const answers = [];
    for (const by of [2, 3, 4]) answers.push(await script(redis, [`${prefix}:sum`], [by]));
    expect(answers).toEqual([2, 5, 9]);
    expect(text).toHaveBeenCalledTimes(1);
  });

  it('runs once where it is refused, and the refusal is told', async ({ redis, prefix }) => {
    const script = fresh(`redis.call('INCR', KEYS[1]) return redis.error_reply('ODD no')`);
    for (const runs of ['1', '2']) {
      await expect(script(redis, [`${prefix}:runs`], [])).rejects.toThrow('ODD no');
      expect(await redis.get(`${prefix}:runs`)).toBe(runs);
    }
  });
});
