// Texts on disk, first in first out, that outlive their process: each is synced before it counts as kept. A file has one
// owner at a time; what a dead process left is taken over whole. It knows nothing of what the texts mean; one that cannot
// be used is laid aside, and holds up no other.
import { isUtf8 } from 'node:buffer';
import { type FileHandle, mkdir, open, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { type Aside, createAside } from './spool-aside.ts';
import { linesOf, namesIn, syncFolder } from './spool-files.ts';
import {
  abandonedAfterMs,
  begunAt,
  releasedName,
  type SpoolOwner,
  segmentName,
  segmentsToAdopt,
} from './spool-names.ts';
import { systemKind } from './system-faults.ts';

export interface SpoolDeps {
  readonly owner: SpoolOwner;
  readonly clock: { now(): number };
  /** Told of each file, or line of one, that cannot be read and was laid aside. */
  readonly onAside?: (what: string, why: unknown) => void;
}

/** What takes a text out of the spool; `setAside` keeps one that cannot be used, and only resolves once it is synced. */
export type TakeText = (text: string, setAside: () => Promise<void>) => Promise<void>;

export interface SpoolOptions {
  readonly folder: string;
  readonly maxCount: number;
  /** Of all texts together, in bytes. */
  readonly maxBytes: number;
}

interface Segment {
  name: string;
  count: number;
  bytes: number;
  /** How many of its texts were taken by this process; the file itself goes when all are. */
  taken: number;
  /** When it was last written to by this process. */
  writtenAt: number;
  /** Whether a line of it could not be laid aside, so that the file itself is. */
  stays?: boolean;
}

/** What is being written to. */
interface Current {
  readonly segment: Segment;
  readonly handle: FileHandle;
}

interface Waiting {
  readonly text: string;
  readonly resolve: (kept: boolean) => void;
  readonly reject: (thrown: unknown) => void;
}

// A file is only removed whole, so what is taken a second time after a crash is bounded by this.
const perSegment = 500;

export class Spool {
  readonly #deps: SpoolDeps;
  readonly #options: SpoolOptions;
  /** Oldest first; the last one is being written to while there is a handle. */
  #segments: Segment[] = [];
  #handle: FileHandle | undefined;
  #waiting: Waiting[] = [];
  #writing: Promise<void> | undefined;
  #serial = 0;
  /** Whether the next text begins a file of its own. */
  #full = false;
  readonly #aside: Aside;

  constructor(deps: SpoolDeps, options: SpoolOptions) {
    this.#aside = createAside(options.folder);
    this.#deps = deps;
    this.#options = options;
  }

  /** Texts that are kept, those being written included. */
  get count(): number {
    return this.#waiting.length + this.#segments.reduce((sum, { count, taken }) => sum + count - taken, 0);
  }

  /** When the file of the oldest text was begun, ms since the epoch; null when none is kept. */
  get oldestAt(): number | null {
    const first = this.#segments.find(({ count, taken }) => count > taken);
    return first === undefined ? null : begunAt(first.name);
  }

  /** Texts that were laid aside, by every process that has this folder. */
  countAside(): Promise<number> {
    return this.#aside.count();
  }

  /** Takes over what processes that are gone have left; not while it drains. Resolves to how many texts that brought. */
  async adopt(): Promise<number> {
    const { folder } = this.#options;
    const names = await namesIn(folder).catch(() => []);
    let adopted = 0;
    const quietMs = (name: string) => this.#quietMs(name);
    for (const { from, to } of await segmentsToAdopt(names, this.#deps.owner, quietMs)) {
      // Of several that try at once the rename lets one succeed.
      if (!(await renamed(join(folder, from), join(folder, to)))) continue;
      // Else its old owner, who lives after all, would take it back at once.
      const now = new Date(this.#deps.clock.now());
      await utimes(join(folder, to), now, now).catch(() => undefined);
      const read = await this.#read(to);
      if (read === null) continue;
      const { lines, bytes } = read;
      this.#segments.push({ name: to, count: lines.length, bytes, taken: 0, writtenAt: 0 });
      adopted += lines.length;
    }
    await this.#rotate();
    this.#segments.sort((a, b) => (a.name < b.name ? -1 : 1));
    return adopted;
  }

  /** Resolves once it is synced, to false when there is no room for it. @throws what the disk refused with */
  append(text: string): Promise<boolean> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ text, resolve, reject });
      this.#write();
    });
  }

  /**
   * Hands over all texts, oldest first, those that come meanwhile included. A text counts as taken when `take` has
   * resolved; when it rejects, that text and all behind it stay. After a crash some may be handed over again, and the last
   * of a file may be half of one.
   */
  async drain(take: TakeText): Promise<void> {
    for (;;) {
      if (this.#segments.length <= 1) await this.#rotate();
      const [segment] = this.#segments;
      if (!segment) return;
      const read = await this.#read(segment.name);
      if (read !== null) await this.#handOver(segment, read.lines, take);
      this.#segments.shift();
    }
  }

  /** Leaves what is kept to whoever comes. */
  async close(): Promise<void> {
    await this.#rotate();
    const { folder } = this.#options;
    for (const { name } of this.#segments)
      await renamed(join(folder, name), join(folder, releasedName(name)));
    this.#segments = [];
  }

  async #handOver(segment: Segment, lines: readonly Buffer[], take: TakeText): Promise<void> {
    segment.count = lines.length;
    for (const line of lines.slice(segment.taken)) {
      const setAside = () => this.#setAside(segment, line);
      if (isUtf8(line)) await take(line.toString('utf8'), setAside);
      else {
        await setAside();
        this.#deps.onAside?.(segment.name, 'a line of it is no UTF-8');
      }
      segment.taken += 1;
    }
    if (segment.stays) await this.#aside.file(segment.name);
    else await rm(join(this.#options.folder, segment.name), { force: true });
  }

  /** Null for a file of ours that is gone, or that cannot be read and is laid aside. */
  async #read(name: string): Promise<Awaited<ReturnType<typeof linesOf>> | null> {
    const path = join(this.#options.folder, name);
    try {
      return await linesOf(path);
    } catch (thrown) {
      // What passes by itself is no reason to give it up.
      if (systemKind(thrown)?.retryable) throw thrown;
      // Gone where another host took this process for dead, which then hands them over.
      if (await exists(path)) {
        await this.#aside.file(name);
        this.#deps.onAside?.(name, thrown);
      }
      return null;
    }
  }

  // A disk without room takes no line; then the whole file stays, and what was taken of it lies there too.
  async #setAside(segment: Segment, line: Buffer): Promise<void> {
    await this.#aside.line(segment.name, line).catch(() => {
      segment.stays = true;
    });
  }

  /** One that is gone was taken by another just now, and is left alone. */
  async #quietMs(name: string): Promise<number> {
    const found = await stat(join(this.#options.folder, name)).catch(() => null);
    return found === null ? 0 : this.#deps.clock.now() - found.mtimeMs;
  }

  #write(): void {
    this.#writing ??= this.#writeAll().finally(() => {
      this.#writing = undefined;
      if (this.#waiting.length > 0) this.#write();
    });
  }

  // One sync for all that came while the last one was under way.
  async #writeAll(): Promise<void> {
    const batch = this.#waiting.splice(0, perSegment);
    const { kept, refused } = this.#fitting(batch);
    for (const { resolve } of refused) resolve(false);
    if (kept.length === 0) return;
    let begun: Current | undefined;
    try {
      begun = await this.#current();
      const { segment, handle } = begun;
      const lines = kept.map(({ text }) => `${text}\n`).join('');
      await handle.appendFile(lines);
      await handle.datasync();
      segment.writtenAt = this.#deps.clock.now();
      segment.count += kept.length;
      segment.bytes += Buffer.byteLength(lines);
      this.#full ||= segment.count >= perSegment;
      for (const { resolve } of kept) resolve(true);
    } catch (thrown) {
      // What is refused must not be found there later, nor half of it; what comes next begins a file of its own.
      await begun?.handle.truncate(begun.segment.bytes).catch(() => undefined);
      await this.#seal();
      for (const { reject } of kept) reject(thrown);
    }
  }

  #fitting(batch: readonly Waiting[]): { readonly kept: Waiting[]; readonly refused: Waiting[] } {
    const { maxCount, maxBytes } = this.#options;
    let count = this.#segments.reduce((sum, segment) => sum + segment.count - segment.taken, 0);
    let bytes = this.#segments.reduce((sum, segment) => sum + segment.bytes, 0);
    const kept: Waiting[] = [];
    const refused: Waiting[] = [];
    for (const one of batch) {
      const size = Buffer.byteLength(one.text) + 1;
      const fits = count + 1 <= maxCount && bytes + size <= maxBytes;
      (fits ? kept : refused).push(one);
      if (!fits) continue;
      count += 1;
      bytes += size;
    }
    return { kept, refused };
  }

  async #current(): Promise<Current> {
    const last = this.#segments.at(-1);
    const quietMs = this.#deps.clock.now() - (last?.writtenAt ?? 0);
    if (this.#handle && last && !this.#full && quietMs < abandonedAfterMs / 2)
      return { segment: last, handle: this.#handle };
    await this.#seal();
    const { folder } = this.#options;
    await mkdir(folder, { recursive: true });
    this.#serial += 1;
    const name = segmentName(this.#deps.clock.now(), this.#serial, this.#deps.owner);
    // What people wrote stands in it.
    const handle = await open(join(folder, name), 'ax', 0o600);
    this.#handle = handle;
    const segment: Segment = { name, count: 0, bytes: 0, taken: 0, writtenAt: 0 };
    this.#segments.push(segment);
    await syncFolder(folder);
    return { segment, handle };
  }

  /** From when it resolves on nothing is written into the files that there are. */
  async #rotate(): Promise<void> {
    this.#full = true;
    await this.#writing;
    if (!this.#writing) await this.#seal();
  }

  async #seal(): Promise<void> {
    const handle = this.#handle;
    this.#handle = undefined;
    this.#full = false;
    await handle?.close().catch(() => undefined);
  }
}

function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

async function renamed(from: string, to: string): Promise<boolean> {
  return rename(from, to).then(
    () => true,
    () => false,
  );
}
