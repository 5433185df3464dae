// The real program under test: one running `swarmline up`, as a child process with a person at its console.
import { Child, type End } from './child.ts';
import { eventually } from './fixtures.ts';
import { patienceMs } from './patience.ts';

export class Platform extends Child {
  readonly #readyUrl: string | null;

  /** `readyUrl` is null where the process has no HTTP face. */
  constructor(spec: ConstructorParameters<typeof Child>[0], readyUrl: string | null) {
    super(spec);
    this.#readyUrl = readyUrl;
  }

  /** Resolves when every enabled part has been up; rejects at once when the process ends instead. */
  async ready(timeoutMs = patienceMs): Promise<this> {
    const url = this.#readyUrl;
    const ready = url === null ? this.says(/^ready in /m, { timeoutMs }) : untilOk(url, timeoutMs);
    const ended = this.ended.then((end) => {
      throw new Error(`it ended with ${end} instead of becoming ready:\n${this.output()}`);
    });
    const late = ready.catch((thrown: unknown) => {
      throw new Error(`${String(thrown)}\n${this.output()}`);
    });
    await Promise.race([late, ended]);
    return this;
  }

  /** Types a line at the console and resolves to what is printed next that matches. */
  async ask(line: string, answer: RegExp, timeoutMs = patienceMs) {
    const after = this.output().length;
    this.type(line);
    return this.says(answer, { after, timeoutMs });
  }

  /** Confirms at the console the restart of a service; resolves when the person was told that it was taken. */
  async order(service: string): Promise<void> {
    await this.ask(`restart ${service}`, /\[y\/N\]/);
    await this.ask('y', new RegExp(`restart ${service}`));
  }

  /** Ends it in order. @throws when its exit status is not 0, with what it said */
  async stop(): Promise<void> {
    this.signal('SIGTERM');
    const end: End = await this.ended;
    if (end !== 0) throw new Error(`it ended with ${end} after SIGTERM:\n${this.output()}`);
  }
}

async function untilOk(url: string, timeoutMs: number): Promise<void> {
  const probe = async () => {
    const response = await fetch(url, { signal: AbortSignal.timeout(2_000) });
    return response.ok ? 'ok' : response.text();
  };
  await eventually(probe, { timeoutMs, accept: (answer) => answer === 'ok' });
}
