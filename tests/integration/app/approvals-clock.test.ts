// The clock that looks after wishes knows those that nobody can decide, for as long as there are any.
import { describe, expect } from 'vitest';
import { createApprovals } from '../../../src/access/index.ts';
import { ApprovalsClock } from '../../../src/app/approvals-clock.ts';
import { silentLogger } from '../../../src/core/logger.ts';
import { eventually, it } from '../../support/fixtures.ts';
import { notingSink } from '../../support/kept.ts';
import { ManualClock } from '../../unit/core/manual-clock.ts';

describe('wishes that cannot be read', () => {
  it('are counted until they are removed, and each is logged once', async ({
    redis,
    prefix,
    onTestFinished,
  }) => {
    const clock = new ManualClock();
    const logged: unknown[] = [];
    const looks: number[] = [];
    const store = createApprovals({ redis, clock }, { prefix });
    const approvals = {
      ...store,
      due: async () => {
        looks.push(looks.length);
        return store.due();
      },
    };
    const logger = {
      ...silentLogger,
      child: silentLogger.child,
      error: (line: unknown) => logged.push(line),
    };
    const wishes = new ApprovalsClock({ approvals, jobs: notingSink(() => undefined), clock, logger });
    const key = (id: string) => `${prefix}:approval:${id}`;
    for (const id of ['bad1', 'bad2']) {
      await redis.set(key(id), 'x');
      await redis.zadd(`${prefix}:approvals`, clock.now() + 60_000, id);
    }
    await wishes.start();
    onTestFinished(async () => {
      let stopped = false;
      void wishes.stop().then(() => {
        stopped = true;
      });
      await eventually(() => {
        clock.advance(2_000);
        return stopped;
      });
    });
    await eventually(() => wishes.unreadable === 2);
    const seen = looks.length;
    await eventually(() => {
      clock.advance(2_000);
      return looks.length > seen + 3;
    });
    expect(logged).toEqual(['bad1', 'bad2'].map((id) => ({ id, key: key(id), code: 'RECORD_UNREADABLE' })));
    await redis.del(key('bad1'), key('bad2'));
    await eventually(() => {
      clock.advance(2_000);
      return wishes.unreadable === 0;
    });
  });
});
