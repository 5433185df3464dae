// Watches the agents' folders and starts a round for whoever's file moved, again and again while Redis is away. It
// reads nothing itself, and what it misses the sweep finds: so the platform runs on without it.

import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { backoffMs } from '../../core/backoff.ts';
import type { Clock } from '../../core/clock.ts';
import { SwarmError } from '../../core/errors.ts';
import { redisFault } from '../../core/redis-faults.ts';
import type { Logger } from '../../core/logger.ts';
import { Service } from '../../core/service.ts';
import { createStop } from '../../core/stop.ts';
import { doneFolder, isGasFile } from '../inboxes/file-inbox.ts';
import type { PipelineAgent } from '../intake.ts';
import type { Rounds } from '../rounds.ts';

export interface WatcherDeps {
  readonly rounds: Rounds;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Longer than the 50 ms in which chokidar swallows a second change of a file. */
const secondLookMs = 120;
const retry = { initialMs: 500, maxMs: 2_000 };

type Round = () => Promise<void>;

export class GasWatcher extends Service {
  readonly #deps: WatcherDeps;
  readonly #agents: readonly PipelineAgent[];
  readonly #running = new Set<Promise<void>>();
  /** Those that are being tried again: one of each is enough, since a round reads what is there then. */
  readonly #retrying = new Set<Round>();
  #fault = '';

  constructor(deps: WatcherDeps, agents: readonly PipelineAgent[]) {
    super({ name: 'gas-watcher', hard: false });
    this.#deps = deps;
    this.#agents = agents;
  }

  protected async onStart(signal: AbortSignal): Promise<void> {
    for (const { inbox } of this.#agents) {
      // One agent's folder that cannot be made must not keep the others from being watched.
      await mkdir(doneFolder(inbox), { recursive: true }).catch((thrown: unknown) =>
        this.#note(redisFault(thrown).message),
      );
    }
    const { watch } = await import('chokidar');
    const roundOf = makeRoundFinder(this.#agents, this.#deps.rounds);
    const folders = new Set(
      this.#agents.flatMap((agent) => [dirname(agent.statusFile), doneFolder(agent.inbox)]),
    );
    // chokidar never says that it is ready to watch nothing.
    if (folders.size === 0) return;
    // Folders, not files: a file that is replaced by rename takes its own watch with it.
    const watcher = watch([...folders], {
      depth: 0,
      // else it holds back removed files for 100 ms and drops what comes in between
      atomic: false,
      ignored: (path) => !folders.has(path) && roundOf(path) === null,
    });
    const stopping = createStop();
    this.release(() => Promise.all(this.#running).then(() => undefined));
    this.release(() => stopping.abort());
    this.release(() => watcher.close());
    // Without kernel resources the watches are gone for good; only a new start gets them back.
    watcher.on('error', (error) => {
      this.#note(redisFault(error).message);
      if (isExhaustion(error)) this.fail(error);
    });
    watcher.on('all', (event, path) => {
      const round = event === 'add' || event === 'change' ? roundOf(path) : null;
      if (round !== null) this.#run(round, stopping.signal);
    });
    await new Promise<void>((resolve) => {
      watcher.once('ready', resolve);
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
  }

  #run(round: Round, signal: AbortSignal): void {
    const running = this.#lookTwice(round, signal)
      .catch((thrown: unknown) => this.#retry(round, thrown, signal))
      .finally(() => this.#running.delete(running));
    this.#running.add(running);
  }

  async #lookTwice(round: Round, signal: AbortSignal): Promise<void> {
    await round();
    if (await this.#passes(secondLookMs, signal)) await round();
    this.#note('');
  }

  async #retry(round: Round, first: unknown, signal: AbortSignal): Promise<void> {
    this.#note(redisFault(first).message);
    if (this.#retrying.has(round)) return;
    this.#retrying.add(round);
    let fault: unknown = first;
    for (let attempt = 1; isPassing(fault); attempt += 1) {
      if (!(await this.#passes(backoffMs(attempt, retry), signal))) break;
      fault = await round().then(
        () => null,
        (thrown: unknown) => thrown,
      );
    }
    this.#retrying.delete(round);
    this.#note(fault === null ? '' : redisFault(fault).message);
  }

  /** False when the watcher was stopped meanwhile. */
  #passes(ms: number, signal: AbortSignal): Promise<boolean> {
    return this.#deps.clock.sleep(ms, signal).then(
      () => true,
      () => false,
    );
  }

  /** Logs a fault once, however often it comes back, and its end. */
  #note(fault: string): void {
    if (fault === this.#fault) return;
    this.#fault = fault;
    if (fault === '') this.#deps.logger.info({}, 'gas watcher works again');
    else this.#deps.logger.warn({ fault }, 'gas watcher met a fault; the sweep will catch up');
  }
}

/** The kernel is out of watches or of file descriptors. */
function isExhaustion(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'ENOSPC' || code === 'EMFILE' || code === 'ENFILE';
}

function isPassing(fault: unknown): boolean {
  return fault instanceof SwarmError && fault.retryable;
}

/** What a path asks for: a reading of the status of those it belongs to, a look into a done folder, or nothing. */
function makeRoundFinder(agents: readonly PipelineAgent[], rounds: Rounds) {
  const byStatus = new Map(agents.map((agent) => [agent.statusFile, () => rounds.status(agent.id)]));
  const byFolder = new Map(agents.map((agent) => [doneFolder(agent.inbox), () => rounds.done(agent.id)]));
  return (path: string): Round | null => {
    const status = byStatus.get(path);
    if (status) return status;
    return isGasFile(path) ? (byFolder.get(dirname(path)) ?? null) : null;
  };
}
