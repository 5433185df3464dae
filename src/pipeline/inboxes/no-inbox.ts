// The inbox of an agent that has none: it hands over and gets nothing. The check of the chain lets no gas come to it; a
// person's word that does is told as not got. The answer to a question of its own lies with the question, and is fetched there.
import { domainErrors } from '../../contracts/errors.ts';
import { SwarmError } from '../../core/errors.ts';
import type { Inbox } from './inbox.ts';

export const noInbox: Inbox = {
  ack: 'native',
  takeOn: () => 'Whoever fetches this with `get_answer` has taken it on.',
  deliver: async ({ to, answers }) => {
    if (answers !== undefined) return { state: 'waiting', where: `question ${answers}` };
    const said = `${to} has no inbox; give it one under pipeline.agents`;
    throw new SwarmError(domainErrors.inboxMisconfigured, said);
  },
  has: async ({ answers }) => answers !== undefined,
  withdraw: async ({ answers }) => (answers === undefined ? 'absent' : 'out'),
  check: async () => null,
};
