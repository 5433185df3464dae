// The brain on a real Redis: what is learned is found again in every process, secrets are not, and gas takes it along.

import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { describe, expect } from 'vitest';
import type { Learning } from '../../../src/contracts/brain.ts';
import { createBrain } from '../../../src/pipeline/brain/brain.ts';
import { layDown } from './orders.ts';
import { it } from './rig.ts';

const day = 86_400_000;
const learning = (id: string, text: string, given: Partial<Learning> = {}): Learning => ({
  ...{ id, text, author: 'C', mission: 'Map the hall', tags: ['door'], at: Date.now() },
  ...given,
});

describe('the brain', () => {
  it('finds by words, also misspelt ones and beginnings, the best first, in another process', async ({
    rig,
  }) => {
    await rig.pipeline.brain.note(learning('1', 'the glass door opens inwards'));
    await rig.pipeline.brain.note(learning('2', 'ROS bags need 40 GB', { mission: 'Record', tags: [] }));
    const found = async (text: string) => (await rig.twin.brain.search(text, 5)).map(({ id }) => id);
    expect(await found('glas dor')).toEqual(['1']);
    expect(await found('inw')).toEqual(['1']);
    expect(await found('record')).toEqual(['2']);
    expect(await found('nothing like it')).toEqual([]);
    await rig.pipeline.brain.note(learning('3', 'another record', { mission: 'Record' }));
    expect((await found('record')).toSorted()).toEqual(['2', '3']);
  });

  it('keeps the same learning once', async ({ rig }) => {
    const one = learning('1', 'a');
    expect(await rig.pipeline.brain.note(one)).toEqual({ kind: 'kept', id: '1' });
    expect(await rig.twin.brain.note({ ...one, text: 'b' })).toEqual({ kind: 'known', id: '1' });
    expect(await rig.twin.brain.search('a', 5)).toMatchObject([{ text: 'a' }]);
  });

  it('refuses what looks like a secret, and keeps nothing of it', async ({ rig }) => {
    const secrets = [
      `the token is ghp_${'a'.repeat(36)}`,
      'password: hunter2',
      'redis://u:hunter2@host',
      '-----BEGIN RSA PRIVATE KEY-----',
    ];
    for (const [at, text] of secrets.entries()) {
      expect(await rig.pipeline.brain.note(learning(`s${at}`, text))).toMatchObject({ kind: 'refused' });
    }
    expect(await rig.pipeline.brain.search('hunter2 token private', 5)).toEqual([]);
  });

  it('forgets the oldest beyond its bounds, also in an index that had them', async ({ redis, prefix }) => {
    const brain = createBrain({ redis }, { prefix, keep: 10, keepDays: 5 });
    const now = Date.now();
    for (let i = 0; i < 10; i += 1) await brain.note(learning(`${i}`, 'wall', { at: now - 3 * day + i }));
    expect(await brain.search('wall', 50)).toHaveLength(10);
    for (let i = 10; i < 13; i += 1) await brain.note(learning(`${i}`, 'wall', { at: now + i }));
    expect((await brain.search('wall', 50)).map(({ id }) => Number(id)).toSorted((a, b) => a - b)).toEqual([
      3, 4, 5, 6, 7, 8, 9, 10, 11, 12,
    ]);
    await brain.note(learning('late', 'wall', { at: now + 4 * day }));
    expect((await brain.search('wall', 50)).map(({ id }) => id).toSorted()).toEqual([
      '10',
      '11',
      '12',
      'late',
    ]);
  });
});

describe('a hand-over', () => {
  it('takes along what others learned about the mission of its receiver, in a fence', async ({ rig }) => {
    await rig.pipeline.brain.note(learning('1', 'the hall has\n```\n# a glass door'));
    await rig.pipeline.brain.note(learning('2', 'the hall is mine', { author: 'B' }));
    await rig.write('B', { current_mission: 'Map the hall', progress: 5 });
    await rig.pipeline.work.sweep();
    await rig.write('A', { current_mission: 'Scan', progress: 76 });
    await rig.pipeline.work.sweep();
    await layDown(rig);
    const [name] = await rig.inbox('B');
    const file = await readFile(rig.path('B', 'inbox', name ?? ''), 'utf8');
    expect(file).toContain('- Mission: `Map the hall`');
    expect(file).toContain('````text\nthe hall has\n```\n# a glass door\n````');
    expect(file).not.toContain('the hall is mine');
    const [, sum] = /^sha256: "([0-9a-f]{64})"$/m.exec(file) ?? [];
    const text = file.slice(file.indexOf('\n---\n\n') + 6);
    expect(createHash('sha256').update(text).digest('hex')).toBe(sum);
  });

  it('at 100 % leaves what was done in the brain, once, and no secret', async ({ rig }) => {
    const done = (task: string) => ({
      current_mission: 'Scan',
      completed_tasks: ['old', task],
      current_tasks: [],
    });
    await rig.write('A', { current_mission: 'Scan', completed_tasks: ['old'], current_tasks: ['walls'] });
    await rig.pipeline.work.sweep();
    await rig.write('A', done('walls are scanned'));
    await Promise.all([rig.pipeline.work.sweep(), rig.twin.work.sweep()]);
    expect(await rig.pipeline.brain.search('walls', 5)).toMatchObject([
      { author: 'A', mission: 'Scan', tags: ['hand-over'], text: '- walls are scanned' },
    ]);
    await rig.write('B', { current_mission: 'x', completed_tasks: [], current_tasks: ['y'] });
    await rig.pipeline.work.sweep();
    await rig.write('B', { current_mission: 'x', completed_tasks: ['token=abcdef'], current_tasks: [] });
    await rig.pipeline.work.sweep();
    expect(await rig.pipeline.brain.search('token abcdef', 5)).toEqual([]);
  });
});
