// The links of this process and what else is checked of it, and what they say together: ready, degraded, unavailable.
import type { Readiness } from '../api/index.ts';
import type { ProcessView } from '../contracts/system.ts';
import type { Clock } from '../core/clock.ts';
import { aggregate, type Check, type Damped, Dampener } from '../core/health.ts';
import { Link, type LinkState, type LinkStatus } from '../core/links.ts';

export interface LinkBoardOptions {
  readonly clock: Clock;
  /** Told once per change of a link's state. */
  readonly onChange: (status: LinkStatus) => void;
}

// Discord resumes within a second, RabbitMQ within two: what is over by then is no news for whoever watches the whole.
// Four losses in two minutes are no accident any more.
const dampening = { downAfterMs: 3_000, upAfterMs: 10_000, flapsAt: 4, windowMs: 120_000 } as const;

export class LinkBoard {
  readonly #options: LinkBoardOptions;
  readonly #links: Link[] = [];
  readonly #others: (() => readonly Check[])[] = [];
  readonly #wereUp = new Set<string>();
  readonly #dampener: Dampener;
  #hasStarted = false;
  #draining = false;

  constructor(options: LinkBoardOptions) {
    this.#options = options;
    this.#dampener = new Dampener(options.clock, dampening);
  }

  /** @param hard whether nothing works without it @param staleAfterMs default 30,000 */
  add(
    name: string,
    { hard, staleAfterMs = 30_000 }: { readonly hard: boolean; readonly staleAfterMs?: number },
  ): Link {
    const { clock } = this.#options;
    const onChange = (status: LinkStatus) => {
      if (isWell(status.state)) this.#wereUp.add(name);
      this.#damped(status);
      // What closes while all is being closed is no news.
      if (!this.#draining) this.#options.onChange(status);
    };
    const link = new Link({ name, hard, clock, staleAfterMs, onChange });
    this.#links.push(link);
    return link;
  }

  /** Adds checks of parts that are no links; asked whenever readiness is, so it must answer from memory. */
  alsoCheck(source: () => readonly Check[]): void {
    this.#others.push(source);
  }

  /** From now on not ready: work is being ended. */
  drain(): void {
    this.#draining = true;
  }

  get isDraining(): boolean {
    return this.#draining;
  }

  /** Names of the links that count as lost: away for longer than an accident lasts, or back and not to be trusted yet. */
  lost(): ReadonlySet<string> {
    const all = this.statuses().filter(({ state }) => state !== 'off');
    return new Set(all.filter((link) => !this.#damped(link).up).map(({ name }) => name));
  }

  /** Names of those that nobody asks yet, since they come after another that is not there. */
  waiting(): ReadonlySet<string> {
    return new Set(this.#links.filter(({ isWaiting }) => isWaiting).map((link) => link.status().name));
  }

  statuses(): ProcessView['links'] {
    return this.#links.map((link) => link.status());
  }

  /**
   * Ready once every enabled link has been up, and from then on while nothing hard is lost: a soft part that is lost
   * degrades what works, and is not a reason to take this process out. Answers from memory.
   */
  readiness(): Readiness {
    const links = this.statuses();
    const others = this.#others.flatMap((source) => source());
    const enabled = links.filter(({ state }) => state !== 'off');
    const damped = new Map(enabled.map((link) => [link.name, this.#damped(link)]));
    const checks = enabled.map((link) => toCheck(link, damped.get(link.name)));
    const { health, because } = aggregate({ name: 'process', hard: true, checks: [...checks, ...others] });
    const broken = others.some((part) => part.hard && part.health === 'unhealthy' && !part.beginning);
    const begun =
      enabled.every(({ name }) => this.#wereUp.has(name)) && !others.some(({ beginning }) => beginning);
    const now = begun || broken ? words[health] : 'starting';
    const status = this.#draining ? 'draining' : now;
    const ready = status === 'ready' || status === 'degraded';
    // A soft link that is not there yet must not let whoever probes the start restart us for it.
    this.#hasStarted ||= enabled.every(({ hard, name }) => !hard || this.#wereUp.has(name));
    const losses = Object.fromEntries([...damped].map(([name, { losses: count }]) => [name, count]));
    return { ready, started: this.#hasStarted, status, because, links, losses, others };
  }

  #damped({ name, state, hard }: LinkStatus): Damped {
    return this.#dampener.see(name, isWell(state), hard);
  }
}

const words = { healthy: 'ready', degraded: 'degraded', unhealthy: 'unavailable' } as const;

function isWell(state: LinkState): boolean {
  return state === 'up' || state === 'standby' || state === 'off';
}

function toCheck({ name, hard, state, detail }: LinkStatus, damped: Damped | undefined): Check {
  if (damped?.up !== false) return { name, hard, health: 'healthy', detail };
  const why = isWell(state)
    ? `${state} again, but was lost ${damped.losses} times within two minutes`
    : `${state}${detail === '' ? '' : `: ${detail}`}`;
  return { name, hard, health: 'unhealthy', detail: why };
}
