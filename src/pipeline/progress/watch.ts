// Watches the agents' folders and starts a round for whoever's file moved, again and again while Redis is away. It
// reads nothing itself, and what it misses the sweep finds: so the platform runs on without it.

import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { FSWatcher } from 'chokidar';
import { backoffMs } from '../../core/backoff.ts';
import type { Clock } from '../../core/clock.ts';
import { errorText, SwarmError } from '../../core/errors.ts';
import { redisFault } from '../../core/redis-faults.ts';
import type { Logger } from '../../core/logger.ts';
import { Service } from '../../core/service.ts';
import { createStop } from '../../core/stop.ts';
import { folderOf } from '../inboxes/config.ts';
import { doneFolder, isGasFile } from '../inboxes/file-inbox.ts';
import type { PipelineAgent } from '../intake.ts';
import type { Rounds } from '../rounds.ts';
import { WatchFaults } from './watch-faults.ts';

export interface WatcherDeps {
  readonly rounds: Rounds;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Longer than the 50 ms in which chokidar swallows a second change of a file. */
const secondLookMs = 120;
const retry = { initialMs: 500, maxMs: 2_000 };

interface Round {
  readonly agent: PipelineAgent;
  /** For people: what it reads. */
  readonly of: string;
  readonly read: () => Promise<void>;
}

/** What is wrong with no agent in particular. */
const wholeWatch = 'all folders';
const inboxOf = ({ id }: PipelineAgent) => `inbox of ${id}`;

export class GasWatcher extends Service {
  readonly #deps: WatcherDeps;
  readonly #agents: readonly PipelineAgent[];
  readonly #running = new Set<Promise<void>>();
  /** Those that are being tried again: one of each is enough, since a round reads what is there then. */
  readonly #retrying = new Set<Round>();
  readonly #faults: WatchFaults;

  constructor(deps: WatcherDeps, agents: readonly PipelineAgent[]) {
    super({ name: 'gas-watcher', hard: false });
    this.#deps = deps;
    this.#agents = agents;
    this.#faults = new WatchFaults(deps.logger);
  }

  protected async onStart(signal: AbortSignal): Promise<void> {
    for (const agent of this.#agents) await this.#makeInbox(agent);
    const { watch } = await import('chokidar');
    const roundOf = makeRoundFinder(this.#agents, this.#deps.rounds);
    const folders = new Set(this.#agents.flatMap((agent) => [...statusFolderOf(agent), ...doneOf(agent)]));
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
    let isWhole = true;
    // Without kernel resources the watches are gone for good; only a new start gets them back.
    watcher.on('error', (error) => {
      isWhole = false;
      this.#faults.met(wholeWatch, errorText(error));
      if (isExhaustion(error)) this.fail(error);
    });
    // Whatever happens there, also that it goes: what was said of it may be true no more.
    watcher.on('all', (_, path) => {
      const round = roundOf(path);
      if (round !== null) this.#run(round, stopping.signal, watcher);
    });
    await new Promise<void>((resolve) => {
      watcher.once('ready', resolve);
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
    if (isWhole && !signal.aborted) this.#faults.well(wholeWatch);
  }

  /** One agent's folder that cannot be made must not keep the others from being watched. Resolves to whether it is there. */
  async #makeInbox(agent: PipelineAgent): Promise<boolean> {
    try {
      for (const folder of doneOf(agent)) await mkdir(folder, { recursive: true });
      this.#faults.well(inboxOf(agent));
      return true;
    } catch (thrown) {
      this.#faults.met(inboxOf(agent), errorText(thrown));
      return false;
    }
  }

  #run(round: Round, signal: AbortSignal, watcher: FSWatcher): void {
    const running = this.#lookTwice(round, signal, watcher)
      .catch((thrown: unknown) => this.#retry(round, thrown, signal))
      .finally(() => this.#running.delete(running));
    this.#running.add(running);
  }

  async #lookTwice({ agent, of, read }: Round, signal: AbortSignal, watcher: FSWatcher): Promise<void> {
    if (this.#faults.has(inboxOf(agent)) && (await this.#makeInbox(agent))) {
      watcher.add(doneOf(agent));
    }
    await read();
    if (await this.#passes(secondLookMs, signal)) await read();
    this.#faults.well(of);
  }

  async #retry(round: Round, first: unknown, signal: AbortSignal): Promise<void> {
    this.#faults.met(round.of, redisFault(first).message);
    if (this.#retrying.has(round)) return;
    this.#retrying.add(round);
    let fault: unknown = first;
    for (let attempt = 1; isPassing(fault); attempt += 1) {
      if (!(await this.#passes(backoffMs(attempt, retry), signal))) break;
      fault = await round.read().then(
        () => null,
        (thrown: unknown) => thrown,
      );
    }
    this.#retrying.delete(round);
    if (fault === null) this.#faults.well(round.of);
    else this.#faults.met(round.of, redisFault(fault).message);
  }

  /** False when the watcher was stopped meanwhile. */
  #passes(ms: number, signal: AbortSignal): Promise<boolean> {
    return this.#deps.clock.sleep(ms, signal).then(
      () => true,
      () => false,
    );
  }
}

/** Where the agent moves what it accepted; none where its inbox is no folder. */
function doneOf({ inbox }: PipelineAgent): string[] {
  const folder = folderOf(inbox);
  return folder === null ? [] : [doneFolder(folder)];
}

function statusFolderOf({ statusFile }: PipelineAgent): string[] {
  return statusFile === undefined ? [] : [dirname(statusFile)];
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
  const byStatus = new Map(
    agents.flatMap((agent): [string, Round][] =>
      agent.statusFile === undefined
        ? []
        : [[agent.statusFile, { agent, of: `status of ${agent.id}`, read: () => rounds.status(agent.id) }]],
    ),
  );
  const byFolder = new Map(
    agents.flatMap((agent) =>
      doneOf(agent).map((folder): [string, Round] => [
        folder,
        { agent, of: `done of ${agent.id}`, read: () => rounds.done(agent.id) },
      ]),
    ),
  );
  return (path: string): Round | null => {
    const status = byStatus.get(path);
    if (status) return status;
    return isGasFile(path) ? (byFolder.get(dirname(path)) ?? null) : null;
  };
}
