// Gas in a folder keeps the promises of every inbox; what only a folder has to keep is in tests/unit/pipeline/file-inbox.test.ts.
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../../../src/core/clock.ts';
import { makeInbox } from '../../../../src/pipeline/inboxes/inboxes.ts';
import { describeInbox } from '../../../conformance/inbox.ts';

describeInbox('file', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'swarmline-file-'));
  await writeFile(join(folder, 'no-folder'), '');
  const inbox = join(folder, 'inbox');
  await mkdir(inbox);
  const make = (path: string) => makeInbox({ clock: systemClock }, { kind: 'file', path });
  return {
    inbox: make(inbox),
    received: async () => {
      // As an agent looks: what ends in .md, in the order of the names.
      const names = (await readdir(inbox).catch(() => [])).filter((name) => name.endsWith('.md')).toSorted();
      return Promise.all(names.map((name) => readFile(join(inbox, name), 'utf8')));
    },
    away: make(join(folder, 'no-folder')),
    misconfigured: null,
    knows: true,
    close: () => rm(folder, { recursive: true }),
  };
});
