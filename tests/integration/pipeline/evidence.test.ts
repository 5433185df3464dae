// Gas in a pane of a real tmux is acknowledged by what the agent does then, and by nothing else.
import { expect } from 'vitest';
import { createPipeline } from '../../../src/pipeline/index.ts';
import { systemClock } from '../../../src/core/clock.ts';
import { silentLogger } from '../../../src/core/logger.ts';
import { it as base } from '../../support/fixtures.ts';
import { startTmux, type TmuxServer } from './inboxes/tmux-server.ts';
import { NotedJobs } from './rig.ts';

const it = base.extend<{ tmux: TmuxServer }>({
  tmux: async ({ task: _ }, use) => {
    const server = await startTmux();
    await use(server);
    await server.close();
  },
});

it('counts the next mission of its receiver as the acknowledgement, and says so', async ({
  redis,
  prefix,
  tmux,
}) => {
  await tmux.agent('b');
  const pane = { kind: 'tmux', pane: 'b:0.0', socket: tmux.socket, quietMs: 200 } as const;
  const pipeline = createPipeline(
    { redis, jobs: new NotedJobs(), clock: systemClock, logger: silentLogger },
    {
      prefix,
      agents: [
        { id: 'A', statusFile: '/nowhere/a', inbox: '/nowhere/inbox' },
        { id: 'B', statusFile: '/nowhere/b', inbox: { ...pane, allowShell: false, submit: ['Enter'] } },
      ],
      chain: { chain: ['A', 'B'], end: 'stop', schedules: [] },
      ackTimeoutMs: 3_600_000,
      reportTo: [],
    },
  );
  const status = (mission: string, progress: number) => JSON.stringify({ mission_id: mission, progress });
  const newest = async () => (await pipeline.directory.deliveries(1)).deliveries[0];
  await pipeline.observe('B', status('b-1', 40), Date.now());
  await pipeline.observe('A', status('a-1', 80), Date.now());
  const made = await newest();
  if (!made) throw new Error('no delivery');
  const handed = await pipeline.inbox.deliver(made.gas);
  await pipeline.ledger.record(made.gas.id, { state: 'sent', detail: handed.where });
  await pipeline.observe('B', status('b-1', 60), Date.now() + 10);
  expect((await newest())?.state).toBe('sent');
  await pipeline.observe('B', status('b-2', 5), Date.now() + 20);
  expect((await newest())?.steps.at(-1)).toMatchObject({
    state: 'working',
    detail: 'evidence, not its word: it began b-2 after that and is at 5 %',
  });
});
