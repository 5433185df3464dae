import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { test as base, describe, expect } from 'vitest';
import { replay } from '../../../src/pipeline/replay.ts';

const it = base.extend<{ folder: string }>({
  folder: async ({ task: _ }, use) => {
    const folder = await mkdtemp(join(tmpdir(), 'replay-'));
    await use(folder);
    await rm(folder, { recursive: true });
  },
});

const version = (at: number, status: object | string | null) => {
  const raw = status === null || typeof status === 'string' ? status : JSON.stringify(status);
  return `${JSON.stringify({ at, raw })}\n`;
};

async function run(...files: string[]): Promise<object[]> {
  const lines: object[] = [];
  await replay(files, (line) => lines.push(line));
  return lines;
}

describe('replay', () => {
  it('emits checkpoints, unusable versions and the summary, in order', async ({ folder }) => {
    const file = join(folder, 'Agent-9.jsonl');
    const history = [
      version(1, { current_mission: 'a', progress: 10 }),
      version(2, '{"torn"'),
      version(3, null),
      version(4, { current_mission: 'a', progress: '92%' }),
      version(5, { current_mission: 'b' }),
    ];
    await writeFile(file, history.join(''));

    const fired = { agent: 'Agent-9', at: 4, epoch: 1, mission: 'a', percent: 92 };
    const detail = `${file} line 2: not JSON at position 7 (line 1, column 8)`;
    expect(await run(file)).toEqual([
      { agent: 'Agent-9', at: 2, problem: 'invalid', detail },
      { ...fired, checkpoint: 75 },
      { ...fired, checkpoint: 90 },
      {
        summary: {
          agents: 1,
          versions: 4,
          invalid: 1,
          epochs: 2,
          unknown: 1,
          deliveries: { '75': 1, '90': 1, '100': 0 },
        },
      },
    ]);
  });

  it('reads compressed histories, several in the given order', async ({ folder }) => {
    const files = ['B.jsonl.gz', 'A.jsonl.gz'].map((name) => join(folder, name));
    for (const file of files) await writeFile(file, gzipSync(version(1, { progress: 75 })));
    const lines = await run(...files);
    expect(lines.slice(0, 2)).toMatchObject([{ agent: 'B' }, { agent: 'A' }]);
    expect(lines.at(-1)).toMatchObject({ summary: { agents: 2, epochs: 2, deliveries: { '75': 2 } } });
  });

  it('takes lines that are cut between two chunks, and a last line without its end', async ({ folder }) => {
    const file = join(folder, 'A.jsonl');
    const long = { note: 'ä'.repeat(70_000), progress: 1 };
    await writeFile(file, (version(1, long) + version(2, long)).trimEnd());
    expect((await run(file)).at(-1)).toMatchObject({ summary: { versions: 2, invalid: 0 } });
  });

  it.each([
    ['a line that is not JSON', 'A.jsonl', `${version(1, {})}oops\n`, /A\.jsonl line 2: expected .* mend/],
    ['a line of another shape', 'A.jsonl', '{"at": "noon", "raw": ""}\n', /A\.jsonl line 1: expected/],
    ['a broken archive', 'A.jsonl.gz', 'not gzip', /A\.jsonl\.gz: cannot be read/],
    ['a name without an agent', 'status.txt', '', /the name must be AGENT\.jsonl/],
  ])('names file, place and mend: %s', async (_, name, content, message) => {
    const folder = await mkdtemp(join(tmpdir(), 'replay-'));
    const file = join(folder, name);
    await writeFile(file, content);
    await expect(run(file)).rejects.toMatchObject({
      code: 'HISTORY_INVALID',
      message: expect.stringMatching(message),
    });
    await rm(folder, { recursive: true });
  });

  it.each(['none/A.jsonl', 'none/A.jsonl.gz'])('says that %s is not there', async (file) => {
    await expect(run(file)).rejects.toThrow(`${file}: cannot be read`);
  });
});
