// A watched agent on a clock that the test moves: a look each minute, and what each look decided.
import type { DeliveryState } from '../../../src/contracts/agents.ts';
import { type Delivery, newDelivery } from '../../../src/pipeline/delivery.ts';
import { type StallOptions, stallConfigSchema } from '../../../src/pipeline/stall/config.ts';
import type { Facts } from '../../../src/pipeline/stall/facts.ts';
import { judge } from '../../../src/pipeline/stall/judge.ts';
import { toNudge } from '../../../src/pipeline/stall/nudge.ts';
import { newWatch, type StallEffect, type Watch } from '../../../src/pipeline/stall/record.ts';

export const minute = 60_000;
export const hour = 60 * minute;
export const start = Date.UTC(2026, 0, 5, 9);

/** At work since the start, silent since. */
export const working: Facts = {
  hasMission: true,
  isComplete: false,
  epoch: 1,
  percent: 40,
  startedAt: start,
  isPaused: false,
  hasInbox: true,
  resumedAt: null,
  signs: { heartbeat: start },
  gasAt: null,
  hasGas: false,
  lostNudges: [],
  waitsFor: null,
  takeOvers: [],
  begun: [],
};

export class StallLife {
  watch: Watch;
  readonly effects: { readonly minute: number; readonly effect: StallEffect }[] = [];
  readonly #options: StallOptions;
  now = start;

  constructor(options: Partial<StallOptions> = {}) {
    this.#options = { ...stallConfigSchema.parse({}), ...options };
    this.watch = newWatch('A', start, this.#options.bootGraceMs);
  }

  /** A look each minute until `untilMs` after the start. */
  live(untilMs: number, facts: Facts | ((now: number) => Facts)): this {
    while (this.now < start + untilMs) {
      this.now += minute;
      this.look(typeof facts === 'function' ? facts(this.now) : facts);
    }
    return this;
  }

  look(facts: Facts): void {
    const { watch, effects } = judge(this.watch, facts, this.now, this.#options);
    this.watch = watch;
    for (const effect of effects) this.effects.push({ minute: (this.now - start) / minute, effect });
  }

  /** `15 warn`, and so on. */
  told(): string[] {
    return this.effects.map(({ minute: at, effect }) => `${at} ${effect.kind}`);
  }

  count(kind: StallEffect['kind']): number {
    return this.effects.filter(({ effect }) => effect.kind === kind).length;
  }
}

/** The delivery of the newest nudge, as it came to be in that state. */
export function nudgeIn(state: DeliveryState, watch: Watch, detail = ''): Delivery {
  const at = watch.nudges.at(-1) ?? start;
  const gas = toNudge({ agent: watch.agent, episode: '', since: start, last: '', now: at });
  const decided = newDelivery({ ...gas, id: watch.nudge ?? gas.id }, 'silent');
  return { ...decided, state, steps: [...decided.steps, { state, at, detail }] };
}
