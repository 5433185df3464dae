// The inbox that its agent asks for: gas lies in the mailbox, and "sent" is said of it as of a file in a folder. When it
// was handed out is another matter, which the mailbox knows.
import type { Gas } from '../../contracts/agents.ts';
import { domainErrors } from '../../contracts/errors.ts';
import { errorText, SwarmError } from '../../core/errors.ts';
import type { Mailbox } from './mailbox.ts';

/** Creates the inbox of one agent. */
export function createPullInbox({ mailbox }: { readonly mailbox: Mailbox }) {
  /** @throws SwarmError INBOX_UNWRITABLE, which is worth a retry */
  async function reach<T>(work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (cause) {
      throw new SwarmError(domainErrors.inboxUnwritable, `the mailbox in Redis: ${errorText(cause)}`, {
        cause,
      });
    }
  }
  return {
    ack: 'native',
    deliver: async (gas: Gas, signal?: AbortSignal) => {
      signal?.throwIfAborted();
      await reach(mailbox.lay({ ...gas, text: withAcknowledgement(gas) }));
      return { state: 'sent', where: `mailbox of ${gas.to}, to be fetched` } as const;
    },
    has: (gas: Gas) => reach(mailbox.has(gas)),
    withdraw: (gas: Gas) => reach(mailbox.withdraw(gas)),
    check: () => Promise.resolve(null),
  } as const;
}

/** The words of a gas speak of a file; here is none. */
function withAcknowledgement({ id, text }: Gas): string {
  const how = `the tool \`acknowledge\`, or \`swarmline agent ack ${id}\`, says that you have it`;
  return `${text.trimEnd()}\n\nThis was fetched, so there is no file to move: ${how}.\n`;
}
