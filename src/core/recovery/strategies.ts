// What is done about a fault follows from its class: one table, read by whoever retries, breaks circuits or tells people.
// Whether a retry makes sense at all is said by `retryable` of the kind; here stands what goes with it.
import type { ErrorClass, ErrorKind } from '../errors.ts';

/**
 * `retry`: again after a growing wait, inside a budget. `wait`: again after as long as the far side said.
 * `reconnect`: again, and leave it alone once it failed in a row. `re-authenticate`: not again before there are other
 * credentials. `dead-letter`: this piece of work is given up and kept, the next may succeed. `stop`: nothing like it can
 * succeed before somebody mends it.
 */
export type Act = 'retry' | 'wait' | 'reconnect' | 're-authenticate' | 'dead-letter' | 'stop';

export interface Strategy {
  readonly act: Act;
  /** Whether it speaks of the far side's health, so that several in a row open the circuit. */
  readonly opensCircuit: boolean;
  /** Whether it stays until a person does something, who must therefore be told. */
  readonly needsPerson: boolean;
}

const strategies: Readonly<Record<ErrorClass, Strategy>> = {
  // What passes by itself is no longer that when it comes several times in a row.
  transient: { act: 'retry', opensCircuit: true, needsPerson: false },
  dependency: { act: 'reconnect', opensCircuit: true, needsPerson: false },
  // The far side is well, and answers.
  'rate-limited': { act: 'wait', opensCircuit: false, needsPerson: false },
  auth: { act: 're-authenticate', opensCircuit: false, needsPerson: true },
  validation: { act: 'dead-letter', opensCircuit: false, needsPerson: false },
  'not-found': { act: 'dead-letter', opensCircuit: false, needsPerson: false },
  conflict: { act: 'dead-letter', opensCircuit: false, needsPerson: false },
  config: { act: 'stop', opensCircuit: false, needsPerson: true },
  bug: { act: 'stop', opensCircuit: false, needsPerson: true },
};

/** What is done about a fault of this kind. */
export function strategyOf({ class: name }: Pick<ErrorKind, 'class'>): Strategy {
  return strategies[name];
}
