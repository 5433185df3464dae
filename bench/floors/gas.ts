// The floor of the pure machines: reducers as one would write them by hand for the same events, without what ours knows
// beside it: no words, no reports, no pause, no thresholds, nobody who stands in.

export interface FloorRun {
  readonly epoch: number;
  readonly mission: string | null;
  readonly percent: number | null;
  readonly max: number;
  readonly state: string;
  readonly at: number;
}

export interface FloorEvent {
  readonly mission: string;
  readonly percent: number;
  readonly at: number;
}

export interface FloorEffect {
  readonly kind: 'deliver';
  readonly checkpoint: number;
  readonly percent: number;
}

const levels = [75, 90, 100];

export function newFloorRun(): FloorRun {
  return { epoch: 0, mission: null, percent: null, max: -1, state: 'idle', at: 0 };
}

export function reduceRun(
  run: FloorRun,
  { mission, percent, at }: FloorEvent,
): { readonly run: FloorRun; readonly effects: readonly FloorEffect[] } {
  const isSame = mission === run.mission;
  const reached = isSame ? run.max : -1;
  const effects: FloorEffect[] = [];
  for (const checkpoint of levels) {
    if (reached < checkpoint && checkpoint <= percent) effects.push({ kind: 'deliver', checkpoint, percent });
  }
  const state = percent < 90 ? 'executing' : percent < 100 ? 'completing' : 'complete';
  const epoch = isSame ? run.epoch : run.epoch + 1;
  return { run: { epoch, mission, percent, max: Math.max(percent, reached), state, at }, effects };
}

export interface FloorDelivery {
  readonly id: string;
  readonly state: string;
  readonly steps: readonly { readonly state: string; readonly at: number }[];
}

const after: Readonly<Record<string, readonly string[]>> = {
  pending: ['queued', 'sent', 'failed'],
  queued: ['sent', 'failed'],
  sent: ['accepted', 'expired'],
  accepted: ['working'],
};

export function reduceDelivery(delivery: FloorDelivery, state: string, at: number): FloorDelivery {
  if (!after[delivery.state]?.includes(state)) return delivery;
  return { ...delivery, state, steps: [...delivery.steps, { state, at }] };
}
