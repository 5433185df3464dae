// Who goes first where several kinds of work share a queue: a person's order, then gas, then the rest. Each is due some
// minutes after it was given, by its kind, and what is due first goes first: so age counts, and nothing starves.

/** What is served later by how many minutes, as if it had been given that much later. */
const handicapMinutes = { person: 0, gas: 2, rest: 10 } as const;

/** The queues that kinds share; elsewhere the order of arrival is kept, which costs Redis less. */
const shared: readonly string[] = ['gas'];

// BullMQ takes 1 for the most urgent, and nothing above this; in minutes it lasts four years, after which it begins anew.
const most = 2_097_151;

export interface Ranked {
  /** Of the catalogue, or one that a dead letter was given up for. */
  readonly name: string;
  readonly queue: string;
  /** Who asked, as in the envelope. */
  readonly principal: string;
  /** Ms since the epoch. */
  readonly issuedAt: number;
}

/** The priority for BullMQ; undefined where the order of arrival is kept. */
export function priorityOf({ name, queue, principal, issuedAt }: Ranked): number | undefined {
  if (!shared.includes(queue)) return undefined;
  const due = Math.floor(issuedAt / 60_000) + handicapMinutes[kindOf(name, principal)];
  return 1 + (due % most);
}

function kindOf(name: string, principal: string): keyof typeof handicapMinutes {
  if (!principal.startsWith('system:')) return 'person';
  return name === 'gas.deliver' ? 'gas' : 'rest';
}
