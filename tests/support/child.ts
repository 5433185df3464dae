// One child process of a test: what it printed, what it is told, and how it ended. It knows nothing of Swarmline.
import { type ChildProcess, spawn } from 'node:child_process';
import { eventually } from './fixtures.ts';
import { patienceMs } from './patience.ts';

export interface ChildSpec {
  readonly program: string;
  readonly args: readonly string[];
  /** The whole environment; nothing is inherited. */
  readonly env: NodeJS.ProcessEnv;
}

/** How a process ended: its exit code, or the signal that ended it. */
export type End = number | NodeJS.Signals;

export class Child {
  readonly ended: Promise<End>;
  readonly #process: ChildProcess;
  #stdout = '';
  #stderr = '';
  /** Both streams as they came. */
  #output = '';

  constructor({ program, args, env }: ChildSpec) {
    const child = spawn(program, [...args], { env, stdio: ['pipe', 'pipe', 'pipe'] });
    child.stdin.on('error', () => undefined);
    child.stdout.on('data', (bytes) => {
      this.#stdout += String(bytes);
      this.#output += String(bytes);
    });
    child.stderr.on('data', (bytes) => {
      this.#stderr += String(bytes);
      this.#output += String(bytes);
    });
    this.#process = child;
    this.ended = new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code, signal) => resolve(code ?? signal ?? 0));
    });
    this.ended.catch(() => undefined);
  }

  get pid(): number {
    if (this.#process.pid === undefined) throw new Error('the process did not start');
    return this.#process.pid;
  }

  get stdout(): string {
    return this.#stdout;
  }

  get stderr(): string {
    return this.#stderr;
  }

  /** All that it printed so far, on both streams. */
  output(): string {
    return this.#output;
  }

  /** Types a line into its stdin. */
  type(line: string): void {
    this.#process.stdin?.write(`${line}\n`);
  }

  /** Resolves to the first match in what it printed from the character `after` on; the error shows what it said instead. */
  async says(pattern: RegExp, options: { readonly after?: number; readonly timeoutMs?: number } = {}) {
    const { after = 0, timeoutMs = patienceMs } = options;
    const find = () => pattern.exec(this.#output.slice(after));
    const found = await eventually(find, { timeoutMs }).catch(() => null);
    if (found) return found;
    throw new Error(
      `it did not say ${pattern} within ${timeoutMs} ms; it said:\n${this.#output.slice(after)}`,
    );
  }

  signal(signal: NodeJS.Signals): void {
    this.#process.kill(signal);
  }

  /** Ends it by SIGKILL, if it is still there, and waits until it is gone. */
  async kill(): Promise<void> {
    if (this.#process.exitCode === null && this.#process.signalCode === null) this.#process.kill('SIGKILL');
    await this.ended.catch(() => undefined);
  }
}
