// One simulated agent: it reads its inbox, works, writes its status, and has the habits and the end that its character says.
// It knows nothing of the platform but its inbox, its file and the command that acknowledges.
import type { Gas } from '../../contracts/agents.ts';
import { isNudge } from '../stall/nudge.ts';
import type { Agenda } from './agenda.ts';
import type { Chance } from './random.ts';
import type { Character } from './scenario.ts';

const minute = 60_000;

/** What it can do in the world. */
export interface Ways {
  /** Moves a gas out of its inbox; false when it is not there any more. */
  take(id: string): boolean;
  /** Its status is another one now. */
  wrote(agent: SimAgent): Promise<void>;
  /** What it took by moving a file is there to be seen. */
  moved(agent: SimAgent, id: string): Promise<void>;
  /** Whether a gas is meant for its receiver, which then works in nobody's place. */
  isOwn(id: string): boolean;
  /** It says by a command that it has a gas; false when that did not get through. */
  says(id: string): Promise<boolean>;
}

export interface SimAgentDeps {
  readonly agenda: Agenda;
  readonly chance: Chance;
  readonly ways: Ways;
}

/** More missions of its own it takes and does not work on, so that a chain that goes round comes to rest. */
const mostMissions = 2;

export class SimAgent {
  readonly #deps: SimAgentDeps;
  readonly #character: Character;
  readonly #known = new Set<string>();
  #todo = 0;
  #begun = 0;
  #percent = 0;
  #isAwake = true;
  #wokenAt = -Infinity;
  /** Its status file; null before the first. */
  file: { readonly raw: string; readonly writtenAt: number } | null = null;
  /** Whether the file has something that nobody has read yet. */
  isUnread = false;
  /** What it moved to done/ and nobody has seen yet. */
  readonly unseen = new Set<string>();

  constructor(deps: SimAgentDeps, character: Character) {
    this.#deps = deps;
    this.#character = character;
  }

  get id(): string {
    return this.#character.id;
  }

  get isDead(): boolean {
    return this.#deps.agenda.now >= this.#character.diesAt;
  }

  /** Whether it still goes on by itself. */
  get isActive(): boolean {
    return this.#todo > 0 && !this.isDead && this.#isAwake;
  }

  /** Whether work lies there that it has begun or taken and will not finish by itself. */
  get isStuck(): boolean {
    return this.#todo > 0 && (this.isDead || !this.#isAwake);
  }

  /** Whether it ever had work. */
  get wasReached(): boolean {
    return this.#known.size > 0;
  }

  /** A mission of its own, from outside of the chain. */
  async start(): Promise<void> {
    await this.#assign('own start');
  }

  /** Something lies in its inbox. */
  reads(gas: Gas): void {
    const { agenda, chance } = this.#deps;
    const { habit } = this.#character;
    if (isNudge(gas)) {
      agenda.after(chance.between(10, 900) * 1_000, () => this.#nudged(gas));
      return;
    }
    if (habit === 'never') return;
    const wait = habit === 'prompt' ? chance.between(10, 900) * 1_000 : chance.between(10, 240) * minute;
    // One that is late has read it long before, and may say so by the command though the file is gone.
    const byCommand = habit === 'late' ? chance.is(0.5) : chance.is(0.1);
    agenda.after(wait, () => this.#accept(gas, byCommand));
  }

  async #nudged({ id }: Gas): Promise<void> {
    const { agenda, ways } = this.#deps;
    if (this.isDead) return;
    // One that never says that it has read something does not say it of this either.
    if (this.#character.habit !== 'never' && ways.take(id)) {
      this.unseen.add(id);
      await ways.moved(this, id);
    }
    if (this.#isAwake) return;
    this.#isAwake = true;
    this.#wokenAt = agenda.now;
    await this.#work();
  }

  async #accept(gas: Gas, byCommand: boolean): Promise<void> {
    const { agenda, ways } = this.#deps;
    if (this.isDead) return;
    if (byCommand) {
      if (await ways.says(gas.id)) await this.#assign(this.#keyOf(gas));
      else agenda.after(5 * minute, () => this.#accept(gas, true));
    } else if (ways.take(gas.id)) {
      this.unseen.add(gas.id);
      await ways.moved(this, gas.id);
      await this.#assign(this.#keyOf(gas));
    }
  }

  #keyOf({ id, from, epoch }: Gas): string {
    return `${this.#deps.ways.isOwn(id) ? 'own' : 'other'} ${from} ${epoch}`;
  }

  /** The checkpoints of one mission are one piece of work. */
  async #assign(key: string): Promise<void> {
    const own = [...this.#known].filter((one) => one.startsWith('own'));
    const isEnough = key.startsWith('own') && own.length >= mostMissions;
    if (isEnough || this.#known.has(key)) return;
    this.#known.add(key);
    this.#todo += 1;
    if (this.#todo === 1) await this.#begin();
  }

  async #begin(): Promise<void> {
    if (this.isDead) return;
    this.#begun += 1;
    this.#percent = 0;
    await this.#write(0);
    this.#later();
  }

  #later(): void {
    const { agenda, chance } = this.#deps;
    agenda.after(chance.between(3, 40) * minute, () => this.#work());
  }

  async #work(): Promise<void> {
    const { agenda, chance } = this.#deps;
    if (this.isDead || !this.#isAwake || this.#todo === 0) return;
    const { sleepy, isSlow } = this.#character;
    const isFresh = isSlow && agenda.now < this.#wokenAt + 45 * minute;
    if (!isFresh && chance.is(sleepy)) {
      this.#isAwake = false;
      return;
    }
    this.#percent = Math.min(100, this.#percent + (isSlow ? chance.between(1, 4) : chance.between(5, 70)));
    if (this.#percent < 100) {
      // Now and then it takes something back; what it had reached stays reached.
      await this.#write(chance.is(0.1) ? Math.floor(this.#percent / 2) : this.#percent);
      return this.#later();
    }
    await this.#write(100);
    this.#todo -= 1;
    if (this.#todo > 0) agenda.after(chance.between(5, 30) * minute, () => this.#begin());
  }

  async #write(percent: number): Promise<void> {
    const { agenda, ways } = this.#deps;
    const raw = JSON.stringify({ current_mission: `${this.id} mission ${this.#begun}`, progress: percent });
    this.file = { raw, writtenAt: agenda.now };
    this.isUnread = true;
    await ways.wrote(this);
  }
}
