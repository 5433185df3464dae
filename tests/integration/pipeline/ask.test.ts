// Questions of agents to people, on real Redis: shown once, and not without end.
import { describe, expect } from 'vitest';
import { ann, gasOf, order } from './orders.ts';
import { it, type Rig } from './rig.ts';

describe('a question of an agent', () => {
  it('is shown where gas is reported, with how to answer it', async ({ rig }) => {
    const asked = await rig.pipeline.ask('B', 'Blue\u0007 or\ngreen?');
    const id = asked.asked ? asked.id : '';
    expect(id).toMatch(/^q[0-9a-f]{8}$/);
    expect(rig.jobs.of('chat.report').map(({ body }) => body)).toEqual([
      expect.objectContaining({
        to: { surface: 'console', place: 'main' },
        text: `B asks: Blue or green? — answer with: answer B ${id} "…"`,
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

describe('the answer to a question', () => {
  const asked = async ({ pipeline }: Rig, question = 'Blue?') => {
    const answer = await pipeline.ask('B', question);
    return answer.asked ? answer.id : '';
  };
  const said = (id: string, text = 'green') => ({ ...ann, to: 'B', text, answers: id });

  it('is told by the id of the question, and is gas too; unanswered is told as that', async ({ rig }) => {
    const [first, other] = [await asked(rig), await asked(rig, 'Left?')];
    expect(await rig.twin.lookUp('B', first)).toMatchObject({ state: 'unanswered', question: 'Blue?' });
    expect(await rig.pipeline.control['agent.message'](order(), said(first))).toEqual({ kind: 'delivering' });
    expect(await rig.twin.lookUp('B', first)).toMatchObject({
      state: 'answered',
      answer: 'green',
      by: 'ann',
    });
    expect(await rig.twin.lookUp('B', other)).toMatchObject({ state: 'unanswered' });
    expect(gasOf(rig)).toMatchObject([
      { to: 'B', text: expect.stringContaining(`your question ${first} (“Blue?”): green`) },
    ]);
  });

  it('is given once: the job that runs again changes nothing, and another answer is refused', async ({
    rig,
  }) => {
    const id = await asked(rig);
    const once = order();
    rig.jobs.failNext = 1;
    await expect(rig.pipeline.control['agent.message'](once, said(id))).rejects.toThrow('lost');
    expect(await rig.twin.traces.began(once, said(id))).toBe(true);
    expect(await rig.twin.control['agent.message'](once, said(id))).toEqual({ kind: 'delivering' });
    expect(await rig.twin.control['agent.message'](order(), said(id, 'red'))).toEqual({
      kind: 'refused',
      reason: `ann has answered the question ${id} already`,
    });
    expect(gasOf(rig)).toHaveLength(1);
    expect(await rig.pipeline.lookUp('B', id)).toMatchObject({ answer: 'green' });
  });

  it('is refused where nobody asked, and told to nobody but who asked', async ({ rig }) => {
    const id = await asked(rig);
    for (const [to, answers] of [
      ['C', id],
      ['B', 'q00000000'],
    ] as const) {
      expect(await rig.pipeline.control['agent.message'](order(), { ...said(answers), to })).toEqual({
        kind: 'refused',
        reason: `${to} has asked no question ${answers}`,
      });
      await expect(rig.pipeline.lookUp(to, answers)).rejects.toMatchObject({ code: 'QUESTION_UNKNOWN' });
    }
    expect(gasOf(rig)).toEqual([]);
  });
});
