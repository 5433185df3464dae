// One run of a program: its process group from spawn to end. Whether and when it runs again is the sidecar's business.
import { type ChildProcess, spawn } from 'node:child_process';
import type { Clock } from '../../core/clock.ts';
import { signalGroup } from './group.ts';
import { accepts, listens } from './listener.ts';

/** What to run, and when it counts as ready and as gone. */
export interface ProgramSpec {
  readonly program: string;
  readonly args: readonly string[];
  /** Working directory; default: the sidecar's. */
  readonly cwd?: string;
  /** How long it must stay up to count as ready, ms; default 300. Not used with `readyPort`. */
  readonly readyAfterMs?: number;
  /** TCP port on 127.0.0.1 that it opens when it is ready. Nobody else may hold it. */
  readonly readyPort?: number;
  /** How long it may take to open `readyPort`, ms; default 30,000. */
  readonly readyWithinMs?: number;
  /** Time between SIGTERM and SIGKILL, ms; default 5,000. */
  readonly graceMs?: number;
  /** Where its output goes; default `inherit`. */
  readonly output?: 'inherit' | 'ignore';
}

const pollMs = 50;
// The killed are gone within milliseconds; only a container without an init never buries them.
const buriedWithinMs = 500;

/** A program from its start to its end; `up` and `ended` tell both. */
export class ProgramRun {
  /** Null when it became ready, else why it did not. */
  readonly up: Promise<string | null>;
  /** Resolves with the reason when the whole process group is gone. */
  readonly ended: Promise<string>;
  readonly #clock: Clock;
  readonly #spec: ProgramSpec;
  readonly #child: ChildProcess;
  #stopping = false;
  #killAt = Number.POSITIVE_INFINITY;

  readonly #exit: Promise<string>;
  #exited = false;

  /** Starts the program in a process group of its own. */
  constructor(clock: Clock, spec: ProgramSpec) {
    this.#clock = clock;
    this.#spec = spec;
    const output = spec.output ?? 'inherit';
    // The pipe of stdin closes when the sidecar dies, even by SIGKILL: a program that reads it can leave too.
    this.#child = spawn(spec.program, [...spec.args], {
      detached: true,
      stdio: ['pipe', output, output],
      ...(spec.cwd === undefined ? {} : { cwd: spec.cwd }),
    });
    this.#child.stdin?.on('error', () => undefined);
    this.#exit = exitOf(this.#child).finally(() => {
      this.#exited = true;
    });
    this.ended = this.#untilEnd();
    this.up = Promise.race([this.ended, this.#untilReady()]);
  }

  /** Undefined when it could not be started. */
  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Asks the process group to end; `force` does not ask. May be called again to go from one to the other. */
  stop(mode: 'graceful' | 'force'): void {
    const grace = mode === 'force' ? 0 : (this.#spec.graceMs ?? 5_000);
    this.#killAt = Math.min(this.#killAt, this.#clock.now() + grace);
    if (mode === 'force') this.#signal('SIGKILL');
    else if (!this.#stopping) this.#signal('SIGTERM');
    if (!this.#stopping) void this.#killInTime();
    this.#stopping = true;
  }

  async #killInTime(): Promise<void> {
    while (this.#signal(0)) {
      if (this.#clock.now() >= this.#killAt) {
        this.#signal('SIGKILL');
        return;
      }
      await this.#clock.sleep(pollMs);
    }
  }

  async #untilEnd(): Promise<string> {
    const reason = await this.#exit;
    // A crash takes what it started along; a graceful stop lets the rest of the group end in its own time.
    if (this.#stopping) await this.#goneBefore(() => this.#killAt);
    this.#signal('SIGKILL');
    const burying = this.#clock.now() + buriedWithinMs;
    await this.#goneBefore(() => burying);
    return reason;
  }

  async #goneBefore(late: () => number): Promise<void> {
    while (this.#clock.now() < late() && this.#signal(0)) await this.#clock.sleep(pollMs);
  }

  async #untilReady(): Promise<string | null> {
    const { readyPort, readyAfterMs = 300, readyWithinMs = 30_000 } = this.#spec;
    const late = this.#clock.now() + readyWithinMs;
    if (readyPort === undefined) await this.#clock.sleep(readyAfterMs);
    while (readyPort !== undefined && !(await this.#listens(readyPort))) {
      if (this.#clock.now() > late)
        return `it does not listen on port ${readyPort} after ${readyWithinMs} ms`;
      if (this.#exited) break;
      await this.#clock.sleep(pollMs);
    }
    // Being stopped is not being ready, also when it happens to be still there; nor is a group whose leader has ended
    // and only waits to be buried.
    return this.#stopping || this.#exited ? this.ended : null;
  }

  /** Signals the group; false when there is none (any more). */
  #signal(signal: NodeJS.Signals | 0): boolean {
    return this.pid !== undefined && signalGroup(this.pid, signal);
  }

  async #listens(port: number): Promise<boolean> {
    return this.pid !== undefined && (await accepts(port)) && listens(this.pid, port);
  }
}

function exitOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(`could not be started: ${error.message}`));
    child.once('exit', (code, signal) =>
      resolve(signal === null ? `exited with code ${code}` : `ended by ${signal}`),
    );
  });
}
