// A disk of a few megabytes that can be filled: a tmpfs, mounted for one test and unmounted however that ends. Only root
// may mount.
import { execFile } from 'node:child_process';
import { mkdtemp, open, rm, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { onTestFinished } from 'vitest';

const run = promisify(execFile);

export class SmallDisk {
  readonly path: string;
  readonly #ballast: string;

  private constructor(path: string) {
    this.path = path;
    this.#ballast = join(path, 'ballast');
  }

  /** Why there is none here; null when `mount` will do. */
  static whyNot(): string | null {
    return process.getuid?.() === 0 ? null : 'only root may mount a tmpfs';
  }

  /** Mounts one of some megabytes for the present test. */
  static async mount(megabytes: number): Promise<SmallDisk> {
    const path = await mkdtemp(join(tmpdir(), 'swarmline-disk-'));
    await run('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', path]);
    onTestFinished(async () => {
      // Lazily: a process that a failed test left behind must not keep it.
      await run('umount', ['--lazy', path]);
      await rm(path, { recursive: true, force: true });
    });
    return new SmallDisk(path);
  }

  /** Takes all the room that is left. */
  async fill(): Promise<void> {
    const file = await open(this.#ballast, 'a');
    const block = Buffer.alloc(4_096, '.');
    try {
      for (;;) await file.write(block);
    } catch (thrown) {
      if ((await this.free()) > 0) throw thrown;
    } finally {
      await file.close();
    }
  }

  /** Gives the room back. */
  async clear(): Promise<void> {
    await rm(this.#ballast);
  }

  /** Bytes that are left. */
  async free(): Promise<number> {
    const { bavail, bsize } = await statfs(this.path);
    return bavail * bsize;
  }
}
