// Reports through a door, on real Redis: stored before they are told as accepted, in whichever process they come in.
import { describe, expect } from 'vitest';
import { domainErrors } from '../../../src/contracts/errors.ts';
import { it } from './rig.ts';

describe('a report of progress', () => {
  it('makes the gas of each checkpoint that it crosses, and says so', async ({ rig }) => {
    const answer = await rig.pipeline.progress.report({
      ...{
        agent: 'A',
        mission: 'map',
        percent: 92,
        note: 'the door is locked',
        artefacts: ['maps/north.png'],
      },
    });
    expect(answer).toEqual({ accepted: true, mission: 'map', epoch: 1, percent: 92, crossed: [75, 90] });
    const gas = rig.jobs.of('gas.deliver').map(({ body }) => JSON.stringify(body));
    expect(gas).toHaveLength(2);
    for (const text of gas) {
      expect(text).toContain('the door is locked');
      expect(text).toContain('maps/north.png');
    }
  });

  it('on the word of somebody else is told so, until its agent speaks', async ({ rig }) => {
    const view = async () => (await rig.twin.directory.agents()).find(({ agent }) => agent === 'A');
    const word = 'on the word of cli:local';
    await rig.pipeline.progress.report({ agent: 'A', mission: 'map', percent: 20 }, word);
    expect(await view()).toMatchObject({ percent: 20, word });
    await rig.twin.progress.report({ agent: 'A', percent: 30 });
    expect(await view()).toMatchObject({ percent: 30 });
    expect(await view()).not.toHaveProperty('word');
  });

  it('is one report in whichever processes it arrives', async ({ rig }) => {
    const report = { agent: 'A', mission: 'map', percent: 100, seq: 1 } as const;
    const answers = await Promise.all(
      [rig.pipeline, rig.twin, rig.pipeline].map(({ progress }) => progress.report(report)),
    );
    expect(answers.filter(({ accepted }) => accepted)).toHaveLength(1);
    expect(rig.jobs.of('gas.deliver')).toHaveLength(3);
  });

  it('is stored though the queue refuses its gas, which the sweep then gives', async ({ rig }) => {
    rig.jobs.failNext = 1;
    const report = { agent: 'A', mission: 'map', percent: 80, seq: 1 } as const;
    await expect(rig.pipeline.progress.report(report)).rejects.toMatchObject({
      code: domainErrors.queueUnavailable.code,
    });
    expect(await rig.pipeline.progress.report(report)).toMatchObject({
      accepted: false,
      reason: 'duplicate',
    });
    await rig.pipeline.work.sweep();
    expect(rig.jobs.of('gas.deliver')).toHaveLength(1);
  });

  it('is not undone by the status file that the agent left behind', async ({ rig }) => {
    await rig.write('A', { current_mission: 'old', progress: 80 });
    await rig.pipeline.work.sweep();
    rig.advance(60_000);
    await rig.pipeline.progress.report({ agent: 'A', mission: 'new', percent: 10 });
    await rig.pipeline.work.sweep();
    const [view] = await rig.pipeline.directory.agents();
    expect([view?.mission, view?.epoch, view?.percent]).toEqual(['new', 2, 10]);
  });

  it('is not undone by a file from before it whose time is ahead of our clock, also after a restart', async ({
    rig,
  }) => {
    const { pipeline, twin } = rig;
    const file = JSON.stringify({ current_mission: 'old', progress: 80 });
    const readAt = Date.now();
    const writtenAt = readAt + 10_800_000;
    await pipeline.observe('A', file, readAt, writtenAt);
    rig.advance(60_000);
    for (const percent of [10, 13]) await pipeline.progress.report({ agent: 'A', mission: 'new', percent });
    rig.advance(60_000);
    const viewOfA = async () => (await twin.directory.agents())[0];
    expect(await twin.observe('A', file, Date.now() + 120_000, writtenAt)).toBe(true);
    expect(await viewOfA()).toMatchObject({ mission: 'new', epoch: 2, percent: 13 });
    await twin.observe('A', file.replace('80', '90'), Date.now() + 120_000, writtenAt - 3_600_000);
    expect(await viewOfA()).toMatchObject({ mission: 'old', epoch: 3, percent: 90 });
  });

  it('of an agent that is not configured is a fault that names those that are', async ({ rig }) => {
    await expect(rig.pipeline.progress.report({ agent: 'X', percent: 1 })).rejects.toMatchObject({
      code: domainErrors.agentUnknown.code,
      message: expect.stringContaining('A, B, C'),
    });
  });
});
