// Deliveries for which a person is wanted: what is kept of them, and what is told, one for each receiver. Pure.
import { z } from 'zod';
import { plainText } from '../core/text.ts';
import type { Delivery } from './delivery.ts';

const alertSchema = z.object({
  id: z.string(),
  from: z.string(),
  to: z.string(),
  checkpoint: z.number().nullable(),
  at: z.number(),
  why: z.string(),
  paused: z.array(z.string()).readonly().optional(),
  isDoubted: z.literal(true).optional(),
});

/**
 * One delivery that nobody has acknowledged; `at` is when a person began to be wanted, ms since the epoch. `isDoubted`: nobody
 * can tell whether its receiver has it.
 */
export type GasAlert = Readonly<z.infer<typeof alertSchema>>;

/** Null for a delivery that wants nobody. */
export function toAlert({ gas, alert, steps }: Delivery): GasAlert | null {
  if (alert === null) return null;
  const { id, from, to, checkpoint } = gas;
  // That its time is over makes nothing known.
  const isDoubted = steps.findLast(({ state }) => state !== 'expired')?.state === 'unknown';
  return { id, from, to, checkpoint, ...alert, ...(isDoubted && { isDoubted }) };
}

/** From what the store has, by delivery; what is no alert of ours is left out. */
export function parseAlerts(held: Readonly<Record<string, string>>): readonly GasAlert[] {
  return Object.values(held).flatMap((text) => {
    const parsed = alertText.safeParse(text);
    return parsed.success ? [parsed.data] : [];
  });
}

/** What people read of all alerts about one receiver. */
export interface ReceiverAlert {
  readonly receiver: string;
  readonly title: string;
  readonly detail: string;
  /** When a person began to be wanted for the oldest of them, ms since the epoch. */
  readonly since: number;
  /** Deliveries. */
  readonly count: number;
}

/** One for each receiver, so that an agent that is away is one alert and not thirty. */
export function byReceiver(alerts: readonly GasAlert[]): readonly ReceiverAlert[] {
  const receivers = [...new Set(alerts.map(({ to }) => to))];
  return receivers.map((receiver) => {
    const all = alerts.filter(({ to }) => to === receiver);
    const last = all.reduce((newest, one) => (one.at >= newest.at ? one : newest));
    const gas = last.checkpoint === null ? 'gas' : `${last.checkpoint} % gas`;
    const what = `the ${gas} of ${plainText(last.from, 80)} (${last.id})`;
    return {
      receiver,
      title: all.every(({ isDoubted }) => isDoubted)
        ? `nobody can tell whether ${receiver} has its gas, so nobody else gets it`
        : `${receiver} does not take its gas, and nobody stands in`,
      // The mend first, since whoever shows this may cut off its end.
      detail: `${mendOf(last)}; last ${what}: ${plainText(last.why, 200)}`,
      since: Math.min(...all.map(({ at }) => at)),
      count: all.length,
    };
  });
}

function mendOf({ to, id, paused = [], isDoubted }: GasAlert): string {
  const short = id.slice(0, 8);
  const resumes = paused.map((agent) => `\`gas resume ${agent}\`, `).join('');
  const reassign = `\`gas reassign ${short} AGENT\``;
  return isDoubted
    ? `ask ${to}: \`swarmline agent ack ${short}\` where it has it, else ${resumes}${reassign}; where both get it, it is done twice`
    : `wake ${to}, ${resumes}or ${reassign}`;
}

const alertText = z
  .string()
  .transform((text, context) => {
    try {
      const content: unknown = JSON.parse(text);
      return content;
    } catch {
      context.addIssue({ code: 'custom', message: 'not JSON' });
      return z.NEVER;
    }
  })
  .pipe(alertSchema);
