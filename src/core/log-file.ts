// The file that log lines are appended to. It loses lines rather than the process: what cannot be written is counted, the
// file is tried again each second, and the first line that it takes says how many are missing. It knows no log levels.
import { type FileHandle, mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Clock } from './clock.ts';
import { errorText } from './errors.ts';

export interface LogFileOptions {
  readonly path: string;
  /** The line, with its end, that stands where `dropped` lines are missing. */
  readonly notice: (dropped: number, why: string) => string;
}

/** How the file has fared. */
export interface LogLoss {
  /** Lines that were lost since the start of the process. */
  readonly dropped: number;
  /** Why it takes none now; null when it does. */
  readonly why: string | null;
}

// A disk that hangs must not fill the memory instead.
const maxWaiting = 1_048_576;
const retryMs = 1_000;
const closeMs = 1_000;

export class LogFile {
  readonly #clock: Clock;
  readonly #options: LogFileOptions;
  #file: FileHandle | undefined;
  #waiting: string[] = [];
  #waitingLength = 0;
  #writing: Promise<void> | undefined;
  #retrying = false;
  #dropped = 0;
  /** Lost, and not yet told in the file. */
  #untold = 0;
  #why: string | null = null;
  /** Whether the file ends in the middle of a line. */
  #torn = false;
  readonly #closed = new AbortController();

  constructor(deps: { readonly clock: Clock }, options: LogFileOptions) {
    this.#clock = deps.clock;
    this.#options = options;
  }

  get loss(): LogLoss {
    return { dropped: this.#dropped, why: this.#why };
  }

  /** Takes one line with its end; never throws, and never waits. */
  write(line: string): void {
    if (this.#closed.signal.aborted) return;
    if (this.#waitingLength + line.length > maxWaiting) {
      this.#lose(1, 'the disk is slower than the log');
      return;
    }
    this.#waiting.push(line);
    this.#waitingLength += line.length;
    this.#writeOn();
  }

  /** Resolves when all lines are in the file, or lost, or a second has passed. */
  async close(): Promise<void> {
    this.#closed.abort();
    const late = new AbortController();
    await Promise.race([this.#writing, this.#clock.sleep(closeMs, late.signal).catch(() => undefined)]);
    late.abort();
    await this.#file?.close().catch(() => undefined);
    this.#file = undefined;
  }

  #writeOn(): void {
    this.#writing ??= this.#writeAll().finally(() => {
      this.#writing = undefined;
    });
  }

  async #writeAll(): Promise<void> {
    do {
      const lines = this.#waiting;
      this.#waiting = [];
      this.#waitingLength = 0;
      const untold = this.#untold;
      const notice = untold > 0 ? [this.#options.notice(untold, this.#why ?? 'unknown')] : [];
      const end = await this.#append([...notice, ...lines]);
      if (end.why === null) {
        this.#untold -= untold;
        this.#why = null;
      } else {
        // The notice comes first, so it is in the file when any line is.
        if (end.whole > 0) this.#untold -= untold;
        this.#lose(lines.length - Math.max(0, end.whole - notice.length), end.why);
      }
    } while (this.#waiting.length > 0);
  }

  /** Resolves to how many lines are in the file whole, and why the others are not. */
  async #append(lines: readonly string[]): Promise<{ readonly whole: number; readonly why: string | null }> {
    const parts = [...(this.#torn ? ['\n'] : []), ...lines].map((line) => Buffer.from(line));
    const offset = parts.length - lines.length;
    const bytes = Buffer.concat(parts);
    let written = 0;
    try {
      this.#file ??= await this.#open();
      while (written < bytes.length) {
        written += (await this.#file.write(bytes, written)).bytesWritten;
      }
    } catch (thrown) {
      if (written > 0) this.#torn = bytes[written - 1] !== lineEnd;
      return { whole: Math.max(0, wholeParts(parts, written) - offset), why: errorText(thrown) };
    }
    this.#torn = false;
    return { whole: lines.length, why: null };
  }

  async #open(): Promise<FileHandle> {
    await mkdir(dirname(this.#options.path), { recursive: true });
    return open(this.#options.path, 'a');
  }

  #lose(lines: number, why: string): void {
    this.#dropped += lines;
    this.#untold += lines;
    this.#why = why;
    if (this.#retrying || this.#closed.signal.aborted) return;
    // Somebody must look whether there is room again, also when there is nothing more to say.
    this.#retrying = true;
    void this.#clock.sleep(retryMs, this.#closed.signal).then(
      () => {
        this.#retrying = false;
        this.#writeOn();
      },
      () => undefined,
    );
  }
}

const lineEnd = 0x0a;

function wholeParts(parts: readonly Buffer[], written: number): number {
  let [end, whole] = [0, 0];
  for (const { length } of parts) {
    end += length;
    if (end > written) break;
    whole += 1;
  }
  return whole;
}
