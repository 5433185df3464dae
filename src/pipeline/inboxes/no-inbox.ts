// The inbox of an agent that has none: it hands over and gets nothing. The check of the chain lets no gas come to it; a
// person's word that does is told as not got.
import { domainErrors } from '../../contracts/errors.ts';
import { SwarmError } from '../../core/errors.ts';
import type { Inbox } from './inbox.ts';

export const noInbox: Inbox = {
  ack: 'native',
  deliver: async ({ to }) => {
    const said = `${to} has no inbox; give it one under pipeline.agents`;
    throw new SwarmError(domainErrors.inboxMisconfigured, said);
  },
  has: async () => false,
  withdraw: async () => 'absent',
  check: async () => null,
};
