import { copyFile, mkdir, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { describe, expect } from 'vitest';
import { jobCatalogue } from '../../../src/contracts/jobs.ts';
import { eventually, it, type Rig } from './rig.ts';

const viewOf = async ({ pipeline }: Rig, agent: string) =>
  (await pipeline.directory.agents()).find((view) => view.agent === agent);
const stateOf = async ({ pipeline }: Rig) => (await pipeline.directory.deliveries(1)).deliveries[0]?.state;
const sees = (rig: Rig, agent: string, percent: number) =>
  eventually(() => viewOf(rig, agent), { accept: (view) => view?.percent === percent });

describe('the watcher', () => {
  it('reads what lies there when it starts', async ({ rig }) => {
    await rig.write('A', { progress: 12 });
    await rig.pipeline.watcher.start();
    await sees(rig, 'A', 12);
  });

  it('sees a file that is replaced by rename, again and again', async ({ rig }) => {
    await rig.pipeline.watcher.start();
    for (const progress of [20, 30, 40]) {
      await rig.write('A', { progress });
      await sees(rig, 'A', progress);
    }
  });

  it('sees a file that is written in place, and one that appears again', async ({ rig }) => {
    await rig.write('B', { progress: 1 });
    await rig.pipeline.watcher.start();
    await writeFile(rig.path('B', 'status.json'), '{"progress": 50}');
    await sees(rig, 'B', 50);
    await rm(rig.path('B', 'status.json'));
    await rig.write('B', { progress: 51 });
    await sees(rig, 'B', 51);
  });

  it('takes a half-written file for what it becomes', async ({ rig }) => {
    await rig.pipeline.watcher.start();
    const problems = new Set<string | null | undefined>();
    await writeFile(rig.path('A', 'status.json'), '{"progress": ');
    const watched = eventually(async () => {
      const view = await viewOf(rig, 'A');
      problems.add(view?.problem);
      return view?.percent === 66;
    });
    await writeFile(rig.path('A', 'status.json'), '{"progress": 66}');
    await watched;
    expect([...problems]).toEqual([null]);
  });

  it('says so when a file stays torn', async ({ rig }) => {
    await rig.pipeline.watcher.start();
    await rig.write('A', '{"progress": ');
    const view = await eventually(() => viewOf(rig, 'A'), { accept: (v) => v?.problem !== null });
    expect(view?.problem).toContain('status.json: not JSON at position 13');
  });

  it('says what is wrong with the status now, and nothing once that has gone', async ({ rig }) => {
    const file = rig.path('A', 'status.json');
    const problem = async () => (await viewOf(rig, 'A'))?.problem;
    await symlink('status.json', file);
    await rig.pipeline.work.sweep();
    expect(await problem()).toContain('ELOOP');
    await rig.pipeline.watcher.start();
    await rm(file);
    await mkdir(file);
    await eventually(async () => (await problem())?.endsWith('not a regular file'));
    await rm(file, { recursive: true });
    await eventually(async () => (await problem()) === null);
  });

  it('takes a file that was moved to done/ for the acknowledgement', async ({ rig }) => {
    await rig.pipeline.watcher.start();
    const [name] = await deliver(rig);
    await rename(rig.path('B', 'inbox', name ?? ''), rig.path('B', 'inbox', 'done', name ?? ''));
    await eventually(async () => (await stateOf(rig)) === 'accepted');
  });

  it('can be stopped and started again', async ({ rig }) => {
    await rig.pipeline.watcher.start();
    await rig.pipeline.watcher.stop();
    await rig.write('A', { progress: 6 });
    await rig.pipeline.watcher.start();
    await sees(rig, 'A', 6);
    await rig.write('A', { progress: 7 });
    await sees(rig, 'A', 7);
  });
});

describe('the sweep', () => {
  it('reads every status that no watcher saw', async ({ rig }) => {
    await rig.write('A', { progress: 33 });
    await rig.pipeline.work.sweep();
    expect(await viewOf(rig, 'A')).toMatchObject({ percent: 33 });
  });

  it('does not make an agent look alive by reading its old status again', async ({ rig }) => {
    await rig.write('A', { progress: 33 });
    await utimes(rig.path('A', 'status.json'), 1_700_000_000, 1_700_000_000);
    await rig.pipeline.work.sweep();
    rig.advance(60_000);
    await rig.pipeline.work.sweep();
    expect(await viewOf(rig, 'A')).toMatchObject({ percent: 33, seenAt: 1_700_000_000_000 });
  });

  it('takes a file in done/ for sent and accepted, when nobody could say sent before a crash', async ({
    rig,
  }) => {
    const { where } = await rig.pipeline.inbox.deliver(await someGas(rig));
    await moveToDone(rig, 'B', basename(where), basename(where));
    await rig.twin.work.sweep();
    const { steps } = (await rig.pipeline.directory.deliveries(1)).deliveries[0] ?? {};
    expect(steps?.map(({ state }) => state)).toEqual(['pending', 'queued', 'sent', 'accepted']);
    const told = rig.jobs.of('chat.report').map(({ body }) => jobCatalogue['chat.report'].body.parse(body));
    expect(told.map(({ steps: shown }) => shown.at(-1)?.state)).toEqual(['queued', 'sent', 'accepted']);
  });

  it('reads an acknowledgement again that was seen half-written', async ({ rig }) => {
    const [name] = await deliver(rig);
    const copy = rig.path('B', 'inbox', 'done', 'handled.md');
    await writeFile(copy, '');
    await rig.pipeline.work.sweep();
    expect(await stateOf(rig)).toBe('sent');
    await copyFile(rig.path('B', 'inbox', name ?? ''), copy);
    await rig.pipeline.work.sweep();
    expect(await stateOf(rig)).toBe('accepted');
  });

  it('reads an acknowledgement under a name that another one had before', async ({ rig }) => {
    await writeFile(rig.path('B', 'inbox', 'done', 'last.md'), '---\nid: another\n---\n');
    await rig.pipeline.work.sweep();
    const [name] = await deliver(rig);
    await moveToDone(rig, 'B', name ?? '', 'last.md');
    await rig.pipeline.work.sweep();
    expect(await stateOf(rig)).toBe('accepted');
  });

  it('reads an acknowledgement again that could not be recorded', async ({ rig }) => {
    const { where } = await rig.pipeline.inbox.deliver(await someGas(rig));
    await moveToDone(rig, 'B', basename(where), basename(where));
    rig.jobs.failNext = 1;
    await expect(rig.pipeline.work.sweep()).rejects.toMatchObject({ code: 'QUEUE_UNAVAILABLE' });
    expect(await stateOf(rig)).toBe('sent');
    await rig.pipeline.work.sweep();
    expect(await stateOf(rig)).toBe('accepted');
  });

  it('names a status that cannot be opened', async ({ rig }) => {
    await mkdir(rig.path('C', 'status.json'));
    await rig.pipeline.work.sweep();
    expect((await viewOf(rig, 'C'))?.problem).toMatch(/C\/status\.json: not a regular file/);
  });

  it('finds an acknowledgement under another name by its front matter', async ({ rig }) => {
    const [name] = await deliver(rig);
    await moveToDone(rig, 'B', name ?? '', 'handled.md');
    await rig.pipeline.work.sweep();
    expect(await stateOf(rig)).toBe('accepted');
  });

  it('does not take the word of an agent that is not the receiver', async ({ rig }) => {
    const [name] = await deliver(rig);
    await moveToDone(rig, 'C', name ?? '', name ?? '');
    await rig.pipeline.work.sweep();
    expect(await stateOf(rig)).toBe('sent');
  });
});

async function someGas(rig: Rig) {
  await rig.pipeline.observe('A', '{"progress": 80}', Date.now());
  const [delivery] = (await rig.pipeline.directory.deliveries(1)).deliveries;
  if (!delivery) throw new TypeError('no delivery was made');
  return delivery.gas;
}

/** One gas from A in B's inbox, as the worker does it; resolves to the names there. */
async function deliver(rig: Rig): Promise<string[]> {
  const gas = await someGas(rig);
  const { where } = await rig.pipeline.inbox.deliver(gas);
  await rig.pipeline.ledger.record(gas.id, { state: 'sent', detail: where });
  return rig.inbox('B');
}

async function moveToDone(rig: Rig, to: string, name: string, newName: string): Promise<void> {
  await rename(rig.path('B', 'inbox', name), rig.path(to, 'inbox', 'done', newName));
}
