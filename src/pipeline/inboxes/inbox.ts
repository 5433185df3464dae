// What every kind of inbox is, whatever stands behind it. It decides nothing about deliveries: it hands over, and says how
// far that got.
import type { Gas } from '../../contracts/agents.ts';
import type { Handed, Withdrawn } from '../../contracts/ports.ts';

/**
 * How a receiver acknowledges: `native` by the channel itself, `evidence` by what it is seen to do, since the channel takes
 * no answer. `swarmline agent ack` acknowledges gas of any kind.
 */
export type Acknowledgement = 'native' | 'evidence';

/** Why no gas could be handed over at present. `warn`: it may pass by itself. */
export interface InboxFault {
  readonly state: 'warn' | 'fail';
  readonly said: string;
}

/** The inbox of one agent. */
export interface Inbox {
  readonly ack: Acknowledgement;
  /** How its receiver takes a gas on, a sentence for it. */
  takeOn(gas: Gas): string;
  /**
   * Hands one gas over, or lays it where its agent fetches it; idempotent by its id; `refused` is for good.
   * @throws SwarmError INBOX_UNWRITABLE, INBOX_UNREACHABLE, INBOX_BUSY, INBOX_MISCONFIGURED: this try handed nothing over
   * @throws SwarmError INBOX_UNCERTAIN: it may have. All but INBOX_MISCONFIGURED are worth a retry
   */
  deliver(gas: Gas, signal: AbortSignal): Promise<Handed>;
  /** Whether the receiver has been given it; null where the channel cannot be asked. @throws as `deliver` */
  has(gas: Gas, signal: AbortSignal): Promise<boolean | null>;
  /** Takes it back, where the channel can. @throws as `deliver` */
  withdraw(gas: Gas, signal: AbortSignal): Promise<Withdrawn>;
  /** Looks without touching anything; null when gas could be handed over. Never throws. */
  check(signal: AbortSignal): Promise<InboxFault | null>;
}
