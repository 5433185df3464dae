// What the program of a sidecar uses, with all that it started: looked at with each heartbeat, from /proc.
import type { ProgramUse } from '../../contracts/services.ts';
import type { Clock } from '../../core/clock.ts';
import { CpuShares, lookAtFamily } from '../../core/resources.ts';

export class ProgramMeter {
  readonly #clock: Clock;
  readonly #shares: CpuShares;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#shares = new CpuShares(clock);
  }

  /** Undefined while no program runs, and where there is no /proc. */
  async measure(pid: number | undefined): Promise<ProgramUse | undefined> {
    const use = pid === undefined ? null : await lookAtFamily(pid);
    if (!use) return undefined;
    return { cpu: this.#shares.shareOf(use), rssBytes: use.rssBytes, at: this.#clock.now() };
  }
}
