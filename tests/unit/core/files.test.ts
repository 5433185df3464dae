// Files that are whole or not there, programs on the search path, and who a pid is.
import { spawn } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeFileAtomically } from '../../../src/core/files.ts';
import { findProgram, processStart } from '../../../src/core/servers/index.ts';

let dir = '';
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'swarmline-files-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

describe('an atomic write', () => {
  it('makes the folder, and leaves the file alone in it', async () => {
    await writeFileAtomically(join(dir, 'a/b/file.json'), 'text');
    expect(await readdir(join(dir, 'a/b'))).toEqual(['file.json']);
  });

  it('gives the file its mode from the start', async () => {
    await writeFileAtomically(join(dir, 'token'), 'hush', { mode: 0o600 });
    expect((await stat(join(dir, 'token'))).mode & 0o777).toBe(0o600);
  });

  it('shows a reader the old text or the new one, and nothing between', async () => {
    const path = join(dir, 'file');
    const texts = ['a', 'b'].map((letter) => letter.repeat(300_000));
    await writeFileAtomically(path, texts[0] ?? '');
    let writing = true;
    const writes = (async () => {
      for (let i = 0; i < 20; i += 1) await writeFileAtomically(path, texts[i % 2] ?? '');
      writing = false;
    })();
    const seen = new Set<string>();
    while (writing) seen.add(await readFile(path, 'utf8'));
    await writes;
    expect([...seen].filter((text) => !texts.includes(text))).toEqual([]);
  });

  it('keeps one of two texts whole when two write at the same time', async () => {
    const path = join(dir, 'file');
    const texts = ['a', 'b'].map((letter) => letter.repeat(500_000));
    await Promise.all(texts.map((text) => writeFileAtomically(path, text)));
    expect(texts).toContain(await readFile(path, 'utf8'));
  });

  it('leaves no draft behind when it fails', async () => {
    await mkdir(join(dir, 'taken'));
    await expect(writeFileAtomically(join(dir, 'taken'), 'text')).rejects.toThrow();
    expect(await readdir(dir)).toEqual(['taken']);
  });
});

describe('the search for a program', () => {
  it('takes the first folder of the path that has it', async () => {
    for (const folder of ['one', 'two']) {
      await mkdir(join(dir, folder));
      await writeFile(join(dir, folder, 'tool'), '#!/bin/sh\n', { mode: 0o755 });
    }
    expect(await findProgram('tool', `::${join(dir, 'one')}:${join(dir, 'two')}`)).toBe(
      join(dir, 'one/tool'),
    );
  });

  it('finds null where there is none', async () => {
    expect(await findProgram('tool', dir)).toBeNull();
  });

  it('passes over a file that is not executable', async () => {
    await writeFile(join(dir, 'tool'), '');
    await chmod(join(dir, 'tool'), 0o644);
    expect(await findProgram('tool', dir)).toBeNull();
  });

  it('passes over a folder of that name', async () => {
    await mkdir(join(dir, 'tool'));
    expect(await findProgram('tool', dir)).toBeNull();
  });
});

describe('the identity of a process', () => {
  it('stays the same while the process lives', async () => {
    const first = await processStart(process.pid);
    expect([first === null, (await processStart(process.pid)) === first]).toEqual([false, true]);
  });

  it('is null for a pid that nobody has', async () => {
    expect(await processStart(2 ** 22 + 1)).toBeNull();
  });

  it('is null for a process that has ended', async () => {
    const child = spawn('true');
    await new Promise((resolve) => child.once('exit', resolve));
    expect(await processStart(child.pid ?? 0)).toBeNull();
  });

  it('is null for a zombie', async () => {
    // the shell has become `sleep 60` when its child ends, and that never collects a child
    const parent = spawn('sh', ['-c', 'sleep 0.2 & echo $!; exec sleep 60']);
    try {
      const pid = await new Promise<number>((resolve) => {
        parent.stdout.once('data', (chunk) => resolve(Number(String(chunk))));
      });
      await expect
        .poll(async () => /\) (\S)/.exec(await readFile(`/proc/${pid}/stat`, 'utf8'))?.[1], {
          timeout: 5_000,
        })
        .toBe('Z');
      expect(await processStart(pid)).toBeNull();
    } finally {
      parent.kill('SIGKILL');
    }
  });
});
