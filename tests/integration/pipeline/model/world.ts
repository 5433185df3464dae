// The world of the model: two processes of the platform, agents A → B → C, or A and B before a join at C, that live in folders,
// and a clock that it moves.
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
import { Instance } from './instance.ts';

export const agents = ['A', 'B', 'C'] as const;
export type Agent = (typeof agents)[number];

/** `prompt` takes what lies in its inbox in the end; `never` only where a command has it do so. */
export type Habit = 'prompt' | 'never';

export interface Scene {
  readonly habits: Readonly<Record<Agent, Habit>>;
  /** Whether C stands in for B; not where both hand over to C. */
  readonly standsIn: boolean;
  /** How C takes the gas of A and B together; null where A hands over to B, and B to C. */
  readonly join: 'all' | 'any' | null;
}

export interface Place {
  readonly redisUrl: string;
  readonly prefix: string;
}

/** One mission, in percent. */
interface Mission {
  /** The highest that its file ever said. */
  written: number;
  /** The highest that a process took without a fault. */
  seen: number;
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
  readonly told: JobBody<'chat.report'>[] = [];
  /** What was told and not so at that moment. */
  readonly lies: string[] = [];
  /** How often a person wanted a checkpoint taken out. */
  skips = 0;
  readonly folder: string;
  readonly clock = { ...systemClock, now: () => Date.now() + this.#ahead };
  #ahead = 0;
  #orders = 0;
  readonly #place: Place;
  /** Newest first. */
  readonly #readings = new Map<Agent, readonly StatusVersion[]>();
  readonly #broken = new Set<Agent>();
  readonly #dying: Promise<unknown>[] = [];

  private constructor(place: Place, scene: Scene, folder: string) {
    this.#place = place;
    this.scene = scene;
    this.folder = folder;
  }

  static async open(place: Place, scene: Scene): Promise<World> {
    const world = new World(place, scene, await mkdtemp(join(tmpdir(), 'gas-model-')));
    for (const agent of agents) {
      await mkdir(world.path(agent, 'disk', 'done'), { recursive: true });
      await world.mend(agent);
    }
    for (const at of [0, 1]) world.instances[at] = await world.#open();
    await Promise.all(world.instances.map((one) => one.works()));
    return world;
  }

  path(agent: Agent, ...parts: string[]): string {
    return join(this.folder, agent, ...parts);
  }

  /** @param ms below 0: somebody sets the clock back */
  advance(ms: number): void {
    this.#ahead += ms;
  }

  /** False where a mishap cut it off; any other fault is one of the platform, and thrown. */
  async attempt(work: () => Promise<unknown>): Promise<boolean> {
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

  async pause(by: number, agent: Agent): Promise<void> {
    const order = this.#order();
    await this.attempt(() => this.#of(by).pipeline.control['gas.pause'](order, { ...person, agent }));
  }

  resume(by: number, agent: Agent, held: 'deliver' | 'skip'): Promise<boolean> {
    const order = this.#order();
    return this.attempt(() => this.#of(by).pipeline.control['gas.resume'](order, { ...person, agent, held }));
  }

  async skip(by: number, agent: Agent, checkpoint: 75 | 90 | 100): Promise<void> {
    this.skips += 1;
    const body = { ...person, agent, checkpoint, reason: 'for a test' };
    await this.attempt(() => this.#of(by).pipeline.control['gas.skip'](this.#order(), body));
  }

  cut(): void {
    for (const one of this.instances) one.cut(false);
  }

  away(): void {
    for (const one of this.instances) one.cut(true);
  }

  back(): void {
    for (const one of this.instances) one.back();
  }

  /** A process is killed, and another begins in its place. */
  async restart(which: number, isAway: boolean): Promise<void> {
    this.#dying.push(this.#of(which).die());
    const next = await this.#open();
    if (isAway) next.cut(true);
    this.instances[which] = next;
    if (!isAway) await next.works();
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

  #order() {
    this.#orders += 1;
    return { id: `order-${this.#orders}`, at: this.clock.now(), principal: 'discord:1' };
  }

  /** Nobody may read that a receiver has accepted what it has not. */
  #hear(report: JobBody<'chat.report'>): void {
    this.told.push(report);
    const { about, steps, text } = report;
    const isAcknowledged = steps.some(({ state }) => state === 'accepted' || state === 'working');
    if (isAcknowledged && !this.taken.has(about) && !this.said.has(about)) this.lies.push(text);
  }

  #open(): Promise<Instance> {
    const { redisUrl, prefix } = this.#place;
    const deps = {
      redisUrl,
      clock: this.clock,
      onReport: (report: JobBody<'chat.report'>) => this.#hear(report),
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
      chain: {
        chain: [...agents],
        end: 'stop',
        schedules: [],
        agents: linksOf(this.scene),
      },
      ackTimeoutMs: 86_400_000,
      reportTo: [{ surface: 'console', place: 'main' }],
    };
  }
}

function linksOf({ standsIn, join }: Scene) {
  if (join !== null) return { A: { next: ['C'] }, C: { join } };
  return standsIn ? { B: { fallback: ['C'] } } : {};
}

const statusSchema = z.object({ current_mission: z.string(), progress: z.number() });

/** Of the gas that lies in a file. */
export function idIn(file: string): string {
  return /-([A-Za-z0-9_]{1,64})\.md$/.exec(file)?.[1] ?? file;
}

function isGas(name: string): boolean {
  return name.endsWith('.md') && !name.startsWith('.');
}

const person = { by: 'ann', replyTo: { surface: 'console', place: 'other' } } as const;
