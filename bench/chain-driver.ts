// One process under measurement, driven by lines: gives a command to its stdin, says yes when it is asked, and waits for
// the line that answers it.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

const asksPattern = /^Restart (\S+)\?.* yes (\w+)/;
const readyPattern = /(svc-\d+) is ready/;
const failedPattern =
  /(svc-\d+).*\b(failed|unknown|expired)\b|(?:^|\s)(Not allowed|No service|Too |Wait |Redis )/;

export class DrivenProgram {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<string, { resolve: () => void; reject: (error: Error) => void }>();
  /** How many answers came that nobody waited for. */
  surplus = 0;

  constructor(args: readonly string[], env: NodeJS.ProcessEnv) {
    const child = spawn(process.execPath, [...args], {
      env: { PATH: process.env['PATH'], ...env },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    createInterface({ input: child.stdout }).on('line', (line) => this.#heard(line));
    this.#child = child;
  }

  get pid(): number {
    if (this.#child.pid === undefined) throw new Error('the program did not start');
    return this.#child.pid;
  }

  /** Resolves when it has said that it is ready. */
  async ready(): Promise<void> {
    await once(this.#child, 'swarmline:ready');
  }

  /** Resolves when the service is told as ready. @throws when the program says anything else of it */
  async restart(service: string): Promise<void> {
    const answered = new Promise<void>((resolve, reject) => this.#waiting.set(service, { resolve, reject }));
    this.#say(`restart ${service}`);
    await answered;
  }

  async stop(): Promise<void> {
    const ended = once(this.#child, 'close');
    this.#child.kill('SIGTERM');
    await ended;
  }

  #say(line: string): void {
    this.#child.stdin?.write(`${line}\n`);
  }

  #heard(line: string): void {
    if (line.startsWith('ready in ')) this.#child.emit('swarmline:ready');
    const asked = asksPattern.exec(line)?.[2];
    const ready = readyPattern.exec(line)?.[1];
    const failed = failedPattern.exec(line);
    if (asked !== undefined) this.#say(`yes ${asked}`);
    else if (ready !== undefined) this.#answered(ready, null);
    else if (failed) this.#answered(failed[1] ?? [...this.#waiting.keys()][0] ?? '', new Error(line));
  }

  #answered(service: string, error: Error | null): void {
    const waiting = this.#waiting.get(service);
    if (!waiting) {
      this.surplus += 1;
      return;
    }
    this.#waiting.delete(service);
    if (error) waiting.reject(error);
    else waiting.resolve();
  }
}
