// `swarmline run` of what a second person has to approve: what is said while it waits, to whoever asked and to whoever approves.
import { describe, expect } from 'vitest';
import { createPolicy } from '../../../src/access/index.ts';
import { run } from '../../../src/cli/commands/run.ts';
import { eventually, it } from '../../support/fixtures.ts';
import { open } from './rig.ts';
import { plain, report, terminal } from './terminal.ts';

type Face = Awaited<ReturnType<typeof open>>;

const policy = createPolicy({
  roles: { operator: ['ask', 'service.restart:*', 'approve:*'] },
  dangers: { 'service.restart:*': 'two-persons' },
  people: {
    owner: { role: 'operator', identities: ['cli:local'] },
    ci: { role: 'operator', identities: ['http:ci'] },
  },
});

async function wishOf({ scene }: Face) {
  const wish = await eventually(async () => (await scene.approvals.waiting())[0]);
  if (!wish) throw new Error('nothing waits');
  return wish;
}

describe('a wish that waits for a second person', () => {
  it('is told with what approves it, and to a script on stderr', async ({ redis, prefix }) => {
    const face = await open(redis, prefix, { policy });
    const { io, printed } = terminal(face);
    const running = run('restart slam', { ...plain, json: true }, io);
    const { id } = await wishOf(face);
    await eventually(() => printed.err !== '');
    expect(printed).toEqual({
      out: '',
      err: `Restart slam? It needs a second person. Waiting for: swarmline approve ${id}. It goes on without this command too.\n`,
    });
    await face.scene.decide(id, 'no', { surface: 'http', id: 'ci', name: 'ci' });
    const about = face.scene.jobs.correlationIds.at(-1) ?? '';
    await face.results.report(report(about, 0, 'failed', true));
    expect([await running, JSON.parse(printed.out)]).toMatchObject([1, { kind: 'result' }]);
  });

  it('is told as it is when somebody stops the wait, with what withdraws it', async ({ redis, prefix }) => {
    const face = await open(redis, prefix, { policy });
    const { io, printed } = terminal(face, { isTTY: true });
    const running = run('restart slam', plain, io);
    const { id } = await wishOf(face);
    await eventually(() => printed.err.includes('Waiting for'));
    io.stop();
    await expect(running).rejects.toMatchObject({
      code: 'ABORTED',
      message: expect.stringMatching(
        new RegExp(
          `^stopped asking; unless somebody has decided by now, it waits until .* UTC: .swarmline deny ${id}. withdraws it, and .swarmline result \\S+. tells`,
        ),
      ),
    });
    expect(printed.err).not.toContain('no answer');
  });

  it('says that what comes of the word on another’s wish is told to them, and waits for nothing', async ({
    redis,
    prefix,
  }) => {
    const face = await open(redis, prefix, { policy });
    const running = run('restart slam', plain, terminal(face).io);
    const wish = await wishOf(face);
    const { io, printed } = terminal(face);
    const env = {
      SWARMLINE_URL: `http://127.0.0.1:${face.port}`,
      SWARMLINE_API_KEY: await face.keys.add('ci', 0),
    };
    expect(await run(`approve ${wish.id}`, plain, { ...io, env })).toBe(0);
    expect(printed.out).toMatch(
      /^Order taken: restart slam.* What comes of it is told to whoever asked\.\n$/s,
    );
    const about = face.scene.jobs.correlationIds[0] ?? '';
    await face.results.report(report(about, 0, 'ready', true));
    expect(await running).toBe(0);
  });
});
