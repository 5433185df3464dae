// The world of the model: two processes of the platform, the agents of a scene, which live in folders, and a clock that it moves.
// What agents did is written down here, so that whoever judges need not ask the platform for it.
import { mkdir, mkdtemp, readdir, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { domainErrors } from '../../../../src/contracts/errors.ts';
import type { JobBody } from '../../../../src/contracts/jobs.ts';
import { systemClock } from '../../../../src/core/clock.ts';
import { SwarmError } from '../../../../src/core/errors.ts';
import type { PipelineOptions } from '../../../../src/pipeline/index.ts';
import { readStatusFile, type StatusVersion } from '../../../../src/pipeline/progress/read-file.ts';
import type { GasStore } from '../../../../src/pipeline/store.ts';
import { Crossings } from './crossings.ts';
import { Instance, type Word } from './instance.ts';
import { leaksOf } from './pauses.ts';
import { People } from './people.ts';
import { type Agent, agents, chainOf, idIn, type Scene } from './scene.ts';

export interface Place {
  readonly redisUrl: string;
  readonly prefix: string;
  /** A look into the records that no mishap keeps away. */
  readonly store: GasStore;
}

/** One mission, in percent. */
interface Mission {
  /** The highest that its file ever said. */
  written: number;
  /** The highest that a process took without a fault. */
  seen: number;
}

/** A report, and which gas its receivers had taken or said that they have. */
export interface Told {
  readonly report: JobBody<'chat.report'>;
  readonly had: ReadonlySet<string>;
}

export class World {
  readonly scene: Scene;
  readonly instances: Instance[] = [];
  readonly missions = new Map<string, Mission>();
  /** Ids of gas that its receiver moved to done/, by how often. */
  readonly taken = new Map<string, number>();
  /** What it said it has; and where that was heard, since Redis may have been away. */
  readonly said = new Set<string>();
  readonly heard = new Set<string>();
  readonly told: Told[] = [];
  readonly crossings = new Crossings();
  readonly people: People;
  /** How often a process died before it told what it had stored. */
  deaths = 0;
  readonly folder: string;
  readonly clock = { ...systemClock, now: () => Date.now() + this.#ahead };
  #ahead = 0;
  #isAway = false;
  /** Processes that died of themselves, to be begun again. */
  readonly #fallen = new Set<number>();
  readonly #written = new Map<Agent, string>();
  readonly #place: Place;
  /** Newest first. */
  readonly #readings = new Map<Agent, readonly StatusVersion[]>();
  readonly #broken = new Set<Agent>();
  readonly #dying: Promise<unknown>[] = [];

  private constructor(place: Place, scene: Scene, folder: string) {
    this.#place = place;
    this.scene = scene;
    this.folder = folder;
    this.people = new People({
      ...{ store: place.store, crossings: this.crossings, now: this.clock.now },
      control: (by) => this.#of(by).pipeline.control,
      attempt: (work) => this.attempt(work),
      leaksNow: () => leaksOf(this, place.store),
      written: (agent) => this.#written.get(agent),
    });
  }

  static async open(place: Place, scene: Scene): Promise<World> {
    const world = new World(place, scene, await mkdtemp(join(tmpdir(), 'gas-model-')));
    for (const agent of agents) {
      await mkdir(world.path(agent, 'disk', 'done'), { recursive: true });
      await world.mend(agent);
    }
    for (const at of [0, 1]) world.instances[at] = await world.#open(at);
    await Promise.all(world.instances.map((one) => one.works()));
    return world;
  }

  path(agent: Agent, ...parts: string[]): string {
    return join(this.folder, agent, ...parts);
  }

  /** @param ms below 0: somebody sets the clock back */
  advance(ms: number): void {
    this.crossings.moved(this.clock.now());
    this.#ahead += ms;
    this.crossings.moved(this.clock.now());
  }

  /** False where a mishap cut it off; any other fault is one of the platform, and thrown. */
  async attempt(work: () => Promise<unknown>): Promise<boolean> {
    await this.raise();
    try {
      await work();
      return true;
    } catch (thrown) {
      if (!(thrown instanceof SwarmError)) throw thrown;
      if (!thrown.retryable && thrown.kind !== domainErrors.deliveryNotSent) throw thrown;
      return false;
    }
  }

  async write(agent: Agent, mission: string, percent: number): Promise<void> {
    const known = this.missions.get(mission) ?? { written: -1, seen: -1 };
    const isHeld = this.people.isSurelyPaused(agent);
    this.crossings.wrote(agent, mission, { before: known.written, percent, now: this.clock.now(), isHeld });
    this.#written.set(agent, mission);
    known.written = Math.max(known.written, percent);
    this.missions.set(mission, known);
    const draft = this.path(agent, 'draft');
    await writeFile(draft, JSON.stringify({ current_mission: mission, progress: percent }));
    const now = new Date(this.clock.now());
    await utimes(draft, now, now);
    await rename(draft, this.path(agent, 'status.json'));
  }

  /** A process reads an agent's file and takes it. */
  async observe(by: number, agent: Agent): Promise<void> {
    const read = await readStatusFile(this.path(agent, 'status.json'), this.clock);
    if (read.raw === null) return;
    this.#readings.set(agent, [read, ...(this.#readings.get(agent) ?? [])]);
    if (!(await this.#take(by, agent, read))) return;
    const { current_mission: name, progress } = statusSchema.parse(JSON.parse(read.raw));
    const mission = this.missions.get(name);
    if (mission) mission.seen = Math.max(mission.seen, progress);
    this.crossings.moved(this.clock.now());
    this.crossings.saw(name, progress);
  }

  /** A process takes what was read so many readings before the last, though time has gone on since. */
  async observeAgain(by: number, agent: Agent, before: number): Promise<void> {
    const read = this.#readings.get(agent)?.[before];
    if (read) await this.#take(by, agent, read);
  }

  sweep(by: number): Promise<boolean> {
    return this.attempt(() => this.#of(by).pipeline.work.sweep());
  }

  /** Its inbox is none any more, as where a disk has gone; what lay there is not lost, and cannot be reached. */
  async break(agent: Agent): Promise<void> {
    this.#broken.add(agent);
    await writeFile(this.path(agent, 'none'), '');
    await rename(this.path(agent, 'none'), this.path(agent, 'inbox'));
  }

  async mend(agent: Agent): Promise<void> {
    await symlink('disk', this.path(agent, 'link'));
    await rename(this.path(agent, 'link'), this.path(agent, 'inbox'));
    this.#broken.delete(agent);
  }

  /** The names of files in an inbox. */
  async inbox(agent: Agent): Promise<readonly string[]> {
    return (await readdir(this.path(agent, 'disk'))).filter(isGas);
  }

  /** What an agent finds there. */
  async #found(agent: Agent): Promise<readonly string[]> {
    return this.#broken.has(agent) ? [] : this.inbox(agent);
  }

  async take(agent: Agent): Promise<void> {
    for (const name of await this.#found(agent)) {
      const done = this.path(agent, 'inbox', 'done', name);
      try {
        await rename(this.path(agent, 'inbox', name), done);
      } catch {
        // Taken back at this moment.
        continue;
      }
      this.taken.set(idIn(name), 1 + (this.taken.get(idIn(name)) ?? 0));
    }
  }

  /** It says by a command that it has what lies in its inbox. */
  async say(by: number, agent: Agent, state: 'accepted' | 'working'): Promise<void> {
    for (const name of await this.#found(agent)) {
      const id = idIn(name);
      this.said.add(id);
      const note = this.#of(by).pipeline.noteAcknowledgement;
      if (await this.attempt(() => note({ agent, id, state }, 'said so'))) this.heard.add(id);
    }
  }

  cut(): void {
    for (const one of this.instances) one.cut(false);
  }

  away(): void {
    this.#isAway = true;
    for (const one of this.instances) one.cut(true);
  }

  back(): void {
    this.#isAway = false;
    for (const one of this.instances) one.back();
  }

  /** A process is killed, and another begins in its place. */
  async restart(which: number): Promise<void> {
    this.#dying.push(this.#of(which).die());
    const next = await this.#open(which);
    if (this.#isAway) next.cut(true);
    this.instances[which] = next;
    if (!this.#isAway) await next.works();
  }

  /** A process dies when it has stored this next, and is about to tell it; null: none does any more. */
  dieTelling(which: number, word: Word | null): void {
    this.#of(which).lastWord = word;
  }

  /** Whoever died of itself is begun again, as a supervisor does. */
  async raise(): Promise<void> {
    for (const which of [...this.#fallen]) {
      this.#fallen.delete(which);
      await this.restart(which);
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.#dying, ...this.instances.map((one) => one.close())]);
    await rm(this.folder, { recursive: true, force: true });
  }

  async #take(by: number, agent: Agent, { raw, at, writtenAt }: StatusVersion): Promise<boolean> {
    return this.attempt(() => this.#of(by).pipeline.observe(agent, raw, at, writtenAt));
  }

  #of(which: number): Instance {
    const one = this.instances[which];
    if (one === undefined) throw new Error(`no instance ${which}`);
    return one;
  }

  /** What is told, with what its receivers had done by then. */
  #hear(report: JobBody<'chat.report'>): void {
    this.told.push({ report, had: new Set([...this.taken.keys(), ...this.said]) });
  }

  #open(which: number): Promise<Instance> {
    const { redisUrl, prefix } = this.#place;
    const deps = {
      redisUrl,
      clock: this.clock,
      onReport: (report: JobBody<'chat.report'>) => this.#hear(report),
      onFall: () => {
        this.deaths += 1;
        this.#fallen.add(which);
      },
    };
    return Instance.open(deps, this.#options(prefix));
  }

  #options(prefix: string): PipelineOptions {
    return {
      prefix,
      agents: agents.map((id) => ({
        id,
        statusFile: this.path(id, 'status.json'),
        inbox: this.path(id, 'inbox'),
      })),
      chain: chainOf(this.scene),
      ackTimeoutMs: 86_400_000,
      reportTo: [{ surface: 'console', place: 'main' }],
    };
  }
}

const statusSchema = z.object({ current_mission: z.string(), progress: z.number() });

function isGas(name: string): boolean {
  return name.endsWith('.md') && !name.startsWith('.');
}
