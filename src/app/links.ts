// The links of this process, and what they say together: ready, degraded, unavailable.
import type { Readiness } from '../api/index.ts';
import type { ProcessView } from '../contracts/system.ts';
import type { Clock } from '../core/clock.ts';
import { Link, type LinkStatus } from '../core/links.ts';

export interface LinkBoardOptions {
  readonly clock: Clock;
  /** Told once per change of a link's state. */
  readonly onChange: (status: LinkStatus) => void;
}

export class LinkBoard {
  readonly #options: LinkBoardOptions;
  readonly #links: Link[] = [];
  readonly #wereUp = new Set<string>();
  #draining = false;

  constructor(options: LinkBoardOptions) {
    this.#options = options;
  }

  /** @param hard whether nothing works without it @param staleAfterMs default 30,000 */
  add(
    name: string,
    { hard, staleAfterMs = 30_000 }: { readonly hard: boolean; readonly staleAfterMs?: number },
  ): Link {
    const { clock } = this.#options;
    const onChange = (status: LinkStatus) => {
      if (status.state === 'up') this.#wereUp.add(name);
      // What closes while all is being closed is no news.
      if (!this.#draining) this.#options.onChange(status);
    };
    const link = new Link({ name, hard, clock, staleAfterMs, onChange });
    this.#links.push(link);
    return link;
  }

  /** From now on not ready: work is being ended. */
  drain(): void {
    this.#draining = true;
  }

  statuses(): ProcessView['links'] {
    return this.#links.map((link) => link.status());
  }

  /**
   * Ready once every enabled link has been up, and from then on while the hard ones are:
   * a soft link that is lost degrades what works, and is not a reason to take this process out.
   */
  readiness(): Readiness {
    const links = this.statuses();
    const enabled = links.filter(({ state }) => state !== 'off');
    const started = enabled.every(({ name }) => this.#wereUp.has(name));
    const hardUp = enabled.every(({ hard, state }) => !hard || state === 'up');
    const allUp = enabled.every(({ state }) => state === 'up');
    if (this.#draining) return { ready: false, status: 'draining', links };
    if (!started) return { ready: false, status: 'starting', links };
    if (!hardUp) return { ready: false, status: 'unavailable', links };
    return { ready: true, status: allUp ? 'ready' : 'degraded', links };
  }
}
