// A server program (Redis, RabbitMQ) run as our child: own data folder, own port, adopted after a crash of
// ours, started again when it dies, stopped with us. It runs in a process group of its own, so that Ctrl-C in
// the terminal reaches it only through our orderly stop.
import { spawn } from 'node:child_process';
import { mkdir, open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { backoffMs } from '../backoff.ts';
import type { Clock } from '../clock.ts';
import { coreErrors, errorText, SwarmError } from '../errors.ts';
import { writeFileAtomically } from '../files.ts';
import type { Logger } from '../logger.ts';
import { Service } from '../service.ts';
import { freePort, portOf } from './ports.ts';
import { processStart, signalProcess } from './process-identity.ts';

const pidFileSchema = z.object({ pid: z.number(), start: z.string(), port: z.number() });
type Running = z.infer<typeof pidFileSchema>;

/** What one kind of server needs to be run. */
export interface ServerRecipe {
  readonly name: string;
  /** Absolute path of the program. */
  readonly program: string;
  /** Whether the platform cannot run without it. */
  readonly hard: boolean;
  readonly readyTimeoutMs: number;
  /** Writes configuration files and says how to spawn. */
  prepare(
    dir: string,
    port: number,
  ): Promise<{ readonly args: readonly string[]; readonly env: NodeJS.ProcessEnv }>;
  /**
   * Resolves when the process `pid` itself answers on `port`; rejects when not yet, within seconds, whatever the other
   * side does. A stranger's answer does not count.
   */
  probe(port: number, pid: number): Promise<void>;
  /** Runs after the program ended, for what it leaves behind. */
  cleanUp?(dir: string): Promise<void>;
}

/** A server that has not ended by itself this long after SIGTERM is killed, ms. */
const terminateMs = 15_000;

/** Lines of the log that an error of the start quotes. */
const lastLines = 3;

export interface EmbeddedServerDeps {
  readonly clock: Clock;
  readonly logger: Logger;
}

export class EmbeddedServer extends Service {
  readonly #recipe: ServerRecipe;
  readonly #deps: EmbeddedServerDeps;
  readonly #dir: string;
  #port: number | undefined;
  #adopted: Running | undefined;
  #running: Running | undefined;
  #watching: Promise<void> = Promise.resolve();

  /** Its process; undefined while it does not run. */
  get pid(): number | undefined {
    return this.#running?.pid;
  }

  /** `dir` holds the data, the log and the pid file of this server alone. */
  constructor(recipe: ServerRecipe, deps: EmbeddedServerDeps, dir: string) {
    const startTimeoutMs = recipe.readyTimeoutMs + 5_000;
    super({ name: recipe.name, hard: recipe.hard, startTimeoutMs, stopTimeoutMs: terminateMs + 5_000 });
    this.#recipe = recipe;
    this.#deps = deps;
    this.#dir = dir;
  }

  /** Settles the port it will listen on for its whole life, before the start, so that others can begin to knock. */
  async choosePort(): Promise<number> {
    if (this.#port !== undefined) return this.#port;
    const former = await readPidFile(this.#dir);
    this.#adopted = former && (await isAlive(former)) ? former : undefined;
    this.#port = this.#adopted?.port ?? (await freePort(former?.port ?? portOf(this.#dir)));
    return this.#port;
  }

  protected async onStart(signal: AbortSignal): Promise<void> {
    await mkdir(this.#dir, { recursive: true });
    const port = await this.choosePort();
    this.#running = this.#adopted ?? (await this.#spawn(port));
    this.release(() => this.#terminate());
    await this.#untilReady(this.#running, signal);
    const stopWatching = new AbortController();
    this.#watching = this.#keepAlive(stopWatching.signal);
    this.release(async () => {
      stopWatching.abort();
      await this.#watching;
    });
  }

  async #spawn(port: number): Promise<Running> {
    const { args, env } = await this.#recipe.prepare(this.#dir, port);
    // The log is a file descriptor of the child's own: a pipe would break, and the server with it, when we are killed.
    const log = await open(join(this.#dir, 'server.log'), 'a');
    const child = spawn(this.#recipe.program, args, {
      cwd: this.#dir,
      env,
      detached: true,
      stdio: ['ignore', log.fd, log.fd],
    });
    const pid = await new Promise<number>((resolve, reject) => {
      child.once('error', (cause) =>
        reject(
          new SwarmError(coreErrors.serverMissing, `cannot run ${this.#recipe.program}: ${cause.message}`, {
            cause,
          }),
        ),
      );
      child.once('spawn', () => resolve(child.pid ?? 0));
    });
    child.unref();
    await log.close();
    const running = { pid, port, start: (await processStart(pid)) ?? '' };
    try {
      await writeFileAtomically(pidFileOf(this.#dir), JSON.stringify(running));
    } catch (thrown) {
      // On a full disk. Nobody would know of it, and it would hold the port of the next one.
      signalProcess(-pid, 'SIGKILL');
      throw thrown;
    }
    return running;
  }

  async #untilReady(running: Running, signal: AbortSignal): Promise<void> {
    const deadline = this.#deps.clock.now() + this.#recipe.readyTimeoutMs;
    for (;;) {
      const failure = await this.#recipe.probe(running.port, running.pid).then(
        () => null,
        (thrown: unknown) => errorText(thrown),
      );
      if (failure === null) return;
      const alive = await isAlive(running);
      if (!alive || this.#deps.clock.now() > deadline) {
        const why = alive ? `not ready in time: ${failure}` : 'it ended at once';
        throw new SwarmError(coreErrors.serverFailed, `${this.name}: ${why}; ${await endOfLog(this.#dir)}`);
      }
      await this.#deps.clock.sleep(50, signal);
    }
  }

  async #keepAlive(signal: AbortSignal): Promise<void> {
    for (let failures = 0; !signal.aborted; ) {
      await this.#deps.clock
        .sleep(500 + (failures && backoffMs(failures, { initialMs: 500, maxMs: 10_000 })), signal)
        .catch(() => undefined);
      if (signal.aborted || (this.#running && (await isAlive(this.#running)))) continue;
      this.#deps.logger.warn({ server: this.name }, 'the server died; starting it again');
      this.#killRemains();
      try {
        this.#running = await this.#spawn(await this.choosePort());
        await this.#untilReady(this.#running, signal);
        failures = 0;
        this.#deps.logger.info({ server: this.name }, 'the server is back');
      } catch (thrown) {
        failures += 1;
        if (failures === 1)
          this.#deps.logger.error(
            { server: this.name, error: errorText(thrown) },
            'the server does not start',
          );
      }
    }
  }

  // Children of a program that died would hold its port, or do its work twice beside the next one.
  #killRemains(): void {
    if (this.#running) signalProcess(-this.#running.pid, 'SIGKILL');
  }

  async #terminate(): Promise<void> {
    await terminate(this.#running, this.#dir, { ...this.#deps, ...this.#recipe });
    this.#running = undefined;
    this.#adopted = undefined;
  }
}

interface TerminateOptions extends Pick<ServerRecipe, 'cleanUp'> {
  readonly clock: Clock;
}

async function terminate(
  running: Running | undefined,
  dir: string,
  { clock, cleanUp }: TerminateOptions,
): Promise<void> {
  if (running && (await isAlive(running))) {
    signalProcess(running.pid, 'SIGTERM');
    const deadline = clock.now() + terminateMs;
    while ((await isAlive(running)) && clock.now() < deadline) await clock.sleep(20);
  }
  // Children of a program that died would hold its port, or do its work twice beside the next one.
  if (running) signalProcess(-running.pid, 'SIGKILL');
  await cleanUp?.(dir);
  await rm(pidFileOf(dir), { force: true });
}

/** Ends the server that runs on `dir`, whoever left it there. Resolves to its process id; null when none does. */
export async function endServer(dir: string, options: TerminateOptions): Promise<number | null> {
  const running = await readPidFile(dir);
  if (!running || !(await isAlive(running))) return null;
  await terminate(running, dir, options);
  return running.pid;
}

/** The process of the server that runs on `dir`, whoever started it; null when none does. */
export async function runningServer(dir: string): Promise<number | null> {
  const running = await readPidFile(dir);
  return running && (await isAlive(running)) ? running.pid : null;
}

/** The port of that server. */
export async function runningPort(dir: string): Promise<number | null> {
  const running = await readPidFile(dir);
  return running && (await isAlive(running)) ? running.port : null;
}

async function readPidFile(dir: string): Promise<Running | undefined> {
  const text = await readFile(pidFileOf(dir), 'utf8').catch(() => 'null');
  const parsed = pidFileSchema.safeParse(parseJson(text));
  return parsed.success ? parsed.data : undefined;
}

/** What the server said last, in one line, and where the rest is. */
async function endOfLog(dir: string): Promise<string> {
  const path = join(dir, 'server.log');
  const lines = (await readFile(path, 'utf8').catch(() => '')).trimEnd().split('\n').slice(-lastLines);
  return `its last words: ${lines.map((line) => line.trim()).join(' | ')}; see ${path}`;
}

function pidFileOf(dir: string): string {
  return join(dir, 'server.pid.json');
}

async function isAlive(running: Running): Promise<boolean> {
  return (await processStart(running.pid)) === running.start;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
