// The inbox that its agent asks for: gas lies in the mailbox and waits there. That it was sent is said by whoever hands it
// out.
import type { Gas } from '../../contracts/agents.ts';
import { domainErrors } from '../../contracts/errors.ts';
import { errorText, SwarmError } from '../../core/errors.ts';
import { withAcknowledgement } from './frame.ts';
import type { Inbox } from './inbox.ts';
import type { Mailbox } from './mailbox.ts';

const how = 'This was fetched: the tool `acknowledge` says that you have it.';

/** A gas as its agent fetches it. */
export function asFetched(gas: Gas): Gas {
  return { ...gas, text: withAcknowledgement(gas, how) };
}

/** Creates the inbox of one agent. */
export function createPullInbox({ mailbox }: { readonly mailbox: Mailbox | undefined }): Inbox {
  /** @throws SwarmError INBOX_UNWRITABLE, which is worth a retry */
  async function reach<T>(work: (mailbox: Mailbox) => Promise<T>): Promise<T> {
    if (!mailbox) throw new SwarmError(domainErrors.inboxUnwritable, 'the mailbox in Redis: not connected');
    try {
      return await work(mailbox);
    } catch (cause) {
      const said = `the mailbox in Redis: ${errorText(cause)}`;
      throw new SwarmError(domainErrors.inboxUnwritable, said, { cause });
    }
  }
  return {
    ack: 'native',
    deliver: async (gas, signal) => {
      signal.throwIfAborted();
      await reach((box) => box.lay(asFetched(gas)));
      return { state: 'waiting', where: `mailbox of ${gas.to}` };
    },
    has: (gas) => reach((box) => box.has(gas)),
    withdraw: (gas) => reach((box) => box.withdraw(gas)),
    check: () => Promise.resolve(null),
  };
}
