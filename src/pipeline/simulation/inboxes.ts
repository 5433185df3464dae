// The inboxes of a simulation: as the folder of a file inbox, they know a gas that they have, and what was taken stays taken.
import type { Gas } from '../../contracts/agents.ts';
import { domainErrors } from '../../contracts/errors.ts';
import type { AgentInbox } from '../../contracts/ports.ts';
import { SwarmError } from '../../core/errors.ts';

export interface InboxesDeps {
  readonly isAway: () => boolean;
  /** A gas lies there that did not before. */
  readonly laid: (gas: Gas) => void;
}

export interface Inboxes extends AgentInbox {
  /** Moves a gas to where accepted ones lie; false when it is not there. */
  take(id: string): boolean;
}

export function createInboxes({ isAway, laid }: InboxesDeps): Inboxes {
  const places = new Map<string, 'lying' | 'taken'>();
  const reach = () => {
    if (isAway()) throw new SwarmError(domainErrors.inboxUnwritable, 'away on purpose');
  };
  return {
    deliver: async (gas) => {
      reach();
      if (!places.has(gas.id)) {
        places.set(gas.id, 'lying');
        laid(gas);
      }
      return { state: 'sent', where: 'inbox' };
    },
    has: async ({ id }) => places.has(id),
    withdraw: async ({ id }) => {
      reach();
      const place = places.get(id);
      if (place === 'taken') return 'taken';
      return places.delete(id) ? 'withdrawn' : 'absent';
    },
    take: (id) => places.get(id) === 'lying' && places.set(id, 'taken').size > 0,
  };
}
