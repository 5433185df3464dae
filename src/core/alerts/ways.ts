// How far alerts got on one way out, for people who ask. It sends nothing: what became of a notice comes in.
import type { Alert, Notice, NoticedAlert, WayOut } from './alert.ts';

/** Twice what the book keeps; the oldest are forgotten. */
const kept = 400;

type State = WayOut['state'];

interface Step {
  readonly alert: Alert;
  readonly state: State;
  readonly at: number;
  readonly why: string;
  /** What the channel was given, while it is to be asked what became of that. */
  readonly said: Notice | null;
}

export class Ways {
  readonly #steps = new Map<string, Step>();

  /** It is on its way; one that was missed before stays so until it is taken. */
  sending({ alerts }: Notice, now: number): void {
    for (const alert of alerts) {
      if (alert.over) this.#steps.delete(alert.key);
      else if (!this.#stepOf(alert)) this.#put(alert, { state: 'sending', at: now, why: '', said: null });
    }
  }

  /** @param said what the channel was given, where it may be asked later what became of that; null where it has arrived */
  taken(notice: Notice, now: number, said: Notice | null): void {
    const state = said === null ? 'told' : 'kept';
    this.#move(notice, ['sending', 'missed'], { state, at: now, why: '', said });
  }

  missed(notice: Notice, now: number, why: string): void {
    this.#move(notice, ['sending', 'missed'], { state: 'missed', at: now, why, said: null });
  }

  /** What the channel still has to hand on, each notice once. */
  underWay(): readonly Notice[] {
    return [...new Set([...this.#steps.values()].flatMap(({ said }) => said ?? []))];
  }

  /** What was handed on is there, or is lost for the reason `why`. */
  ended(said: Notice, now: number, why: string | null): void {
    for (const [key, step] of this.#steps) {
      if (step.said !== said) continue;
      const state = why === null ? 'told' : 'missed';
      this.#steps.set(key, { ...step, state, at: now, why: why ?? '', said: null });
    }
  }

  /** Null where this way was never given it. */
  of({ key, since }: Alert): Omit<WayOut, 'name' | 'again'> | null {
    const step = this.#steps.get(key);
    return step?.alert.since === since ? { state: step.state, at: step.at, why: step.why } : null;
  }

  // What a reminder meets takes nothing from what was told before it.
  #move({ alerts }: Notice, from: readonly State[], to: Omit<Step, 'alert'>): void {
    for (const alert of alerts) {
      const step = this.#stepOf(alert);
      if (step && !alert.over && from.includes(step.state)) this.#put(alert, to);
    }
  }

  // One that got worse is told anew.
  #stepOf({ key, since, severity }: NoticedAlert): Step | null {
    const step = this.#steps.get(key);
    const isWorse = severity === 'critical' && step?.alert.severity === 'warning';
    return step?.alert.since === since && !isWorse ? step : null;
  }

  #put(alert: Alert, step: Omit<Step, 'alert'>): void {
    this.#steps.delete(alert.key);
    this.#steps.set(alert.key, { ...step, alert });
    const [oldest] = this.#steps.keys();
    if (this.#steps.size > kept && oldest !== undefined) this.#steps.delete(oldest);
  }
}
