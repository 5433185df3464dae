// Questions of agents to people, on real Redis: shown once, and not without end.
import { describe, expect } from 'vitest';
import { it } from './rig.ts';

describe('a question of an agent', () => {
  it('is shown where gas is reported, with how to answer it', async ({ rig }) => {
    const asked = await rig.pipeline.ask('B', 'Blue\u0007 or\ngreen?');
    expect(asked).toMatchObject({ asked: true, id: expect.stringMatching(/^x/) });
    expect(rig.jobs.of('chat.report').map(({ body }) => body)).toEqual([
      expect.objectContaining({
        to: { surface: 'console', place: 'main' },
        text: 'B asks: Blue or green? — answer with: message B "…"',
      }),
    ]);
  });

  it('is shown once, whichever process is asked again, and anew after an hour', async ({
    rig,
    redis,
    prefix,
  }) => {
    const first = await rig.pipeline.ask('B', 'Blue?');
    expect(await rig.twin.ask('B', 'Blue?')).toEqual(first);
    expect(rig.jobs.of('chat.report')).toHaveLength(1);
    const key = `${prefix}:gas:questions:B`;
    expect(await redis.ttl(key)).toBeGreaterThan(3_500);
    await redis.del(key);
    rig.advance(3_600_000);
    await rig.pipeline.ask('B', 'Blue?');
    expect(rig.jobs.of('chat.report')).toHaveLength(2);
  });

  it('is refused where an agent asks without end', async ({ rig }) => {
    for (let i = 0; i < 10; i += 1) await rig.pipeline.ask('B', `${i}?`);
    expect(await rig.pipeline.ask('B', 'and this?')).toMatchObject({ asked: false });
    expect(await rig.pipeline.ask('C', 'and this?')).toMatchObject({ asked: true });
  });
});
