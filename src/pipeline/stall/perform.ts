// Does what the watch decided: a line in the log, a nudge as a delivery like any other, gas to another agent. Everything
// here may be done again: ids derive from the silence. What people must hear is read from the records, by view.ts.

import type { Address } from '../../contracts/chat.ts';
import { derivedId } from '../../contracts/ids.ts';
import type { SwarmControl } from '../../contracts/swarm-orders.ts';
import type { Clock } from '../../core/clock.ts';
import type { Logger } from '../../core/logger.ts';
import { newDelivery } from '../delivery.ts';
import type { Ledger } from '../ledger.ts';
import { toNudge } from './nudge.ts';
import { signList } from './quiet.ts';
import type { StallEffect, Watch } from './record.ts';
import { lastSign } from './view.ts';

export interface PerformDeps {
  readonly ledger: Pick<Ledger, 'once'>;
  readonly control: Pick<SwarmControl, 'gas.reassign'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly logger: Logger;
}

type GiveOn = Extract<StallEffect, { kind: 'reassign' }>;

/** `given`: gas went to another agent. */
export type Performed = 'done' | 'given' | 'refused';

/** @param replyTo who is told what becomes of gas that is given to another; absent: it stays in the log */
export function makePerform(
  { ledger, control, clock, logger }: PerformDeps,
  replyTo: Address | undefined,
): (watch: Watch, effect: StallEffect) => Promise<Performed> {
  const giveOn = async ({ agent }: Watch, { episode, takeOver }: GiveOn): Promise<Performed> => {
    if (replyTo === undefined) {
      logger.warn({ agent, ...takeOver }, 'nobody would be told; not given');
      return 'refused';
    }
    const id = derivedId('stall.reassign', agent, episode, takeOver.delivery);
    const order = { id, at: clock.now(), principal: 'system:stall-watch' };
    const outcome = await control['gas.reassign'](order, { by: 'stall-watch', replyTo, ...takeOver });
    if (outcome.kind === 'refused') {
      logger.warn({ agent, ...takeOver, why: outcome.reason }, 'gas of a silent agent could not be given on');
      return 'refused';
    }
    logger.warn({ agent, ...takeOver, outcome: outcome.kind }, 'gas of a silent agent was given on');
    return 'given';
  };
  const perform = async (watch: Watch, effect: Exclude<StallEffect, GiveOn>): Promise<void> => {
    const now = clock.now();
    const { agent } = watch;
    const last = lastSign(signList(watch), now);
    switch (effect.kind) {
      case 'warn':
        return logger.warn({ agent, since: effect.since, last }, 'an agent is silent');
      case 'human':
        return logger.error({ agent, since: effect.since, last }, 'an agent is stalled; a person is needed');
      case 'recovered':
        return logger.info({ agent, silentMs: now - effect.since }, 'an agent shows signs of work again');
      case 'out-of-gas':
        return logger.warn({ agent, since: effect.since }, 'an agent is at 100 % and has no next gas');
      case 'nudge': {
        const { episode, since } = effect;
        const gas = toNudge({ agent, episode, since, last, now });
        return ledger.once(newDelivery(gas, `silent; last: ${last}`));
      }
    }
  };
  return async (watch, effect) => {
    if (effect.kind === 'reassign') return giveOn(watch, effect);
    await perform(watch, effect);
    return 'done';
  };
}
