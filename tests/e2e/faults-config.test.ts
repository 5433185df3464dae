// F29: `swarmline up` on a configuration that is none: status 78, with file and line and key, and no secret.
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished } from 'vitest';
import { print } from '../support/measured.ts';
import { it, type Site } from '../support/site.ts';

const token = 'MTk4NjIyNDgzNDcxOTI1MjQ4.Cl2FMQ.ZnCjm1XVW7vRze4b7Cq4se7kKWs';

/** Each with what must be said of it; `FILE` stands for its path. */
const files: readonly (readonly [what: string, text: string | null, said: readonly string[]])[] = [
  ['absent', null, ['FILE: ENOENT']],
  ['not text', 'a: \0', ['FILE: it is not text']],
  [
    'a byte order mark before an unknown key',
    '\uFEFFbridge: { prot: 1 }',
    ['bridge.prot: there is no such key (from FILE:1)'],
  ],
  [
    'wrong types',
    'bridge: 3\npipeline:\n  ackTimeoutMs: soon\n  agents: many\n',
    [
      'has 3 problems',
      'bridge: expected a section with keys, got 3 (from FILE:1)',
      'pipeline.ackTimeoutMs: expected',
      '(from FILE:3)',
      '(from FILE:4)',
    ],
  ],
  [
    'an unknown key',
    'colour: red\nlog: { levle: info }\n',
    [
      'colour: there is no such key (from FILE:1)',
      'log.levle: there is no such key (from FILE:2); did you mean level?',
    ],
  ],
  ['a megabyte', `a: ${'x'.repeat(1_000_000)}`, ['FILE: it is larger than 1000000 bytes']],
  ['not closed', 'log: { level: info\n', ['FILE:2:1: ']],
  [
    'a circle of aliases',
    'log: &a\n  level: *a\n',
    ['log.level: expected', 'got a section with keys (from FILE:2)'],
  ],
  [
    'secrets in the wrong places',
    `discord:\n  guildId: { token: "${token}" }\n  tokn: "${token}"\nlog: { level: "${token}" }\nbridge: "amqp://me:planted@host"\n`,
    ['has 4 problems', 'discord.tokn: there is no such key (from FILE:3); did you mean token?'],
  ],
];

async function upOn(site: Site, text: string | null) {
  const file = join(site.dir, 'config.yaml');
  if (text === null) await rm(file);
  else await writeFile(file, text);
  const begun = performance.now();
  const { end, stdout, stderr } = await site.cli('up');
  return { end, said: `${stdout}${stderr}`, tookMs: Math.round(performance.now() - begun), file };
}

describe('a configuration that is none', () => {
  it.for(files)(
    'F29 %s: refused with status 78, every problem, its place, and no secret',
    async ([what, text, said], { openSite }) => {
      const site = await openSite();
      const outcome = await upOn(site, text);
      print(`F29 ${what}: ended after ${outcome.tookMs} ms (required 1000 ms)`);
      expect(outcome.end, outcome.said).toBe(78);
      for (const part of said) expect(outcome.said).toContain(part.replace('FILE', outcome.file));
      expect(outcome.said).not.toContain(token.slice(0, 12));
      expect(outcome.said).not.toContain('planted');
      // generous, for a machine that is shared
      expect(outcome.tookMs).toBeLessThan(10_000);
    },
  );

  it('F29 a port that somebody else has: refused with status 78 and the key to change', async ({
    openSite,
  }) => {
    const site = await openSite();
    const holder = createServer();
    await new Promise<void>((resolve) => holder.listen(site.port, '127.0.0.1', resolve));
    onTestFinished(() => void holder.close());
    const { end, stderr } = await site.cli('up');
    expect(end).toBe(78);
    expect(stderr).toContain(
      `cannot listen on 127.0.0.1:${site.port}; set SWARMLINE_API_PORT to a free port`,
    );
  });

  it('F29 a folder in its place is refused too, and the folder is named', async ({ openSite }) => {
    const site = await openSite();
    const file = join(site.dir, 'config.yaml');
    await rm(file);
    await mkdir(file);
    const { end, stderr } = await site.cli('up');
    expect([end, stderr]).toEqual([78, expect.stringContaining(`${file}: EISDIR`)]);
  });
});
