import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test as base, describe, expect } from 'vitest';
import { parse } from 'yaml';
import { deliveryIdOf, gasFileName } from '../../../src/pipeline/inboxes/file-inbox.ts';
import { createInboxes } from '../../../src/pipeline/inboxes/inboxes.ts';
import { ManualClock } from '../core/manual-clock.ts';
import { gas } from './gas.ts';

const it = base.extend<{ folder: string }>({
  folder: async ({ task: _ }, use) => {
    const folder = await mkdtemp(join(tmpdir(), 'inbox-'));
    await use(folder);
    await rm(folder, { recursive: true });
  },
});

const inboxIn = (folder: string) =>
  createInboxes({ clock: new ManualClock() }, [{ id: 'Agent-2', inbox: folder }]);

describe('the file inbox', () => {
  it('writes front matter that YAML reads back, whatever the mission is called', async ({ folder }) => {
    const mission = 'a: "b"\n---\nid: other # ✅';
    const { where } = await inboxIn(folder).deliver(gas({ mission, createdAt: 1_767_323_045_678 }));
    const [, matter, text] = /^---\n([\s\S]+?)\n---\n\n(.+)$/u.exec(await readFile(where, 'utf8')) ?? [];
    expect(parse(matter ?? '')).toEqual({
      id: 'xa1b2c3',
      from: 'Agent-1',
      to: 'Agent-2',
      mission,
      checkpoint: 75,
      created: '2026-01-02T03:04:05.678Z',
      sha256: createHash('sha256')
        .update(text ?? '')
        .digest('hex'),
    });
    expect(text).toBe('go on');
  });

  it('delivers once, also when the agent has moved the file to done/', async ({ folder }) => {
    const inbox = inboxIn(folder);
    const { where } = await inbox.deliver(gas());
    expect(await inbox.deliver(gas())).toEqual({ state: 'sent', where });
    await mkdir(join(folder, 'done'));
    const moved = where.replace(folder, join(folder, 'done'));
    await rename(where, moved);
    expect(await inbox.deliver(gas())).toEqual({ state: 'sent', where: moved });
    expect(await readdir(folder)).toEqual(['done']);
  });

  it('takes back what lies there, and says what the agent has or never got', async ({ folder }) => {
    const inbox = inboxIn(folder);
    await inbox.deliver(gas());
    expect([await inbox.withdraw(gas()), await inbox.withdraw(gas())]).toEqual(['withdrawn', 'absent']);
    expect(await readdir(folder)).toEqual([]);
    const { where } = await inbox.deliver(gas());
    await mkdir(join(folder, 'done'));
    await rename(where, where.replace(folder, join(folder, 'done')));
    expect(await inbox.withdraw(gas())).toBe('taken');
    expect(await readdir(join(folder, 'done'))).toHaveLength(1);
  });

  it('cannot say that nothing lies in a folder that is none at present', async ({ folder }) => {
    const box = join(folder, 'box');
    await inboxIn(box).deliver(gas());
    await rename(box, join(folder, 'away'));
    await writeFile(box, '');
    for (const asked of [inboxIn(box).withdraw(gas()), inboxIn(box).has(gas())]) {
      await expect(asked).rejects.toMatchObject({ code: 'INBOX_UNWRITABLE', retryable: true });
    }
    await rename(join(folder, 'away'), join(folder, 'back'));
    expect(await inboxIn(join(folder, 'back')).withdraw(gas())).toBe('withdrawn');
  });

  it('cannot say that nothing lies in a folder that is not there, and says what to do', async ({
    folder,
  }) => {
    const box = join(folder, 'box');
    await inboxIn(box).deliver(gas());
    await rename(box, join(folder, 'away'));
    for (const asked of [inboxIn(box).withdraw(gas()), inboxIn(box).has(gas())]) {
      await expect(asked).rejects.toMatchObject({
        ...{ code: 'INBOX_UNWRITABLE', retryable: true },
        message: expect.stringMatching(/its folder is not there.*put the folder back, or make an empty one/),
      });
    }
    await mkdir(box);
    expect(await inboxIn(box).has(gas())).toBe(false);
    expect(await inboxIn(box).withdraw(gas())).toBe('absent');
  });

  it('names the delivery that it stands for', async ({ folder }) => {
    const { where } = await inboxIn(folder).deliver(gas({ replaces: 'xold' }));
    expect(await readFile(where, 'utf8')).toContain('\nreplaces: "xold"\n');
  });

  it('sorts by time and then by checkpoint', () => {
    const names = [gas({ checkpoint: 100 }), gas({ checkpoint: 75 }), gas({ createdAt: 4 })].map(gasFileName);
    expect(names.toSorted()).toEqual([
      '19700101T000000004Z-075-xa1b2c3.md',
      '19700101T000000005Z-075-xa1b2c3.md',
      '19700101T000000005Z-100-xa1b2c3.md',
    ]);
  });

  it('never lets an id lead out of the folder', async ({ folder }) => {
    const { where } = await inboxIn(join(folder, 'in')).deliver(gas({ id: '../../evil' }));
    expect(await readdir(join(folder, 'in'))).toEqual([where.slice(join(folder, 'in').length + 1)]);
  });

  it('refuses an agent that it does not know', async ({ folder }) => {
    const refused = inboxIn(folder).deliver(gas({ to: 'Agent-9' }));
    await expect(refused).rejects.toMatchObject({ code: 'AGENT_UNKNOWN' });
  });

  it('says that a folder cannot be written, and that it is worth a retry', async ({ folder }) => {
    await writeFile(join(folder, 'file'), '');
    const refused = inboxIn(join(folder, 'file')).deliver(gas());
    await expect(refused).rejects.toMatchObject({ code: 'INBOX_UNWRITABLE', retryable: true });
  });
});

describe('the id of an acknowledged file', () => {
  it.each([
    ['front matter', 'note.md', '---\nid: "x1"\n---\nhello', 'x1'],
    [
      'front matter without quotes, with Windows line ends',
      'note.md',
      '---\r\nid: x1\r\nto: B\r\n---\r\n',
      'x1',
    ],
    ['front matter that was cut', 'note.md', '---\nid: x1', 'x1'],
    ['the name when there is no front matter', '20260102T030405678Z-075-x2.md', 'hello', 'x2'],
    ['the name when the front matter is foreign', '1-075-x2.md', '---\nid: ../../x\n---\n', 'x2'],
    ['nothing when there is nothing', 'note.md', 'id: x1', null],
  ])('comes from %s', async (_, name, content, id) => {
    const folder = await mkdtemp(join(tmpdir(), 'done-'));
    await writeFile(join(folder, name), content);
    expect(await deliveryIdOf(join(folder, name))).toBe(id);
    await rm(folder, { recursive: true });
  });
});
