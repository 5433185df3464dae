// When gas of several agents becomes one: once all of them have reached the checkpoint, or once the first has. Pure.
import type { Join } from './graph.ts';

/** Who has reached one checkpoint before one receiver, in the present round. */
export interface Arrivals {
  /** Agent → which of its missions it was. */
  readonly arrived: Readonly<Record<string, string>>;
  /** Whether the receiver's gas of this round has been decided. */
  readonly fired: boolean;
}

export interface Arrived {
  readonly arrivals: Arrivals;
  /** Whether the receiver's gas is decided now. */
  readonly fires: boolean;
  /** For people: whom it waited for, still waits for, or who came first. */
  readonly detail: string;
}

export const nobodyYet: Arrivals = { arrived: {}, fired: false };

/**
 * `from` reached the checkpoint in its mission `mark`. A round is over when all have come; one that comes again before
 * that begins the next round of `any`, and replaces its earlier word under `all`.
 */
export function arrive(
  { arrived, fired }: Arrivals,
  from: string,
  mark: string,
  { mode, of }: Join,
): Arrived {
  const again = arrived[from] !== undefined;
  const now = mode === 'any' && again ? { [from]: mark } : { ...arrived, [from]: mark };
  const missing = of.filter((one) => now[one] === undefined);
  const isOver = missing.length === 0;
  if (mode === 'all') {
    const detail = isOver ? `the last of ${of.join(', ')}` : `waits for ${missing.join(', ')}`;
    return { arrivals: isOver ? nobodyYet : { arrived: now, fired: false }, fires: isOver, detail };
  }
  const fires = again || !fired;
  const detail = fires ? `the first of ${of.join(', ')}` : `${Object.keys(arrived)[0] ?? from} was first`;
  return { arrivals: isOver ? nobodyYet : { arrived: now, fired: true }, fires, detail };
}
