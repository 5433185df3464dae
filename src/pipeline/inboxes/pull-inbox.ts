// The inbox that its agent asks for: gas lies in the mailbox and waits there. That it was sent is said by whoever hands it
// out.
import { domainErrors } from '../../contracts/errors.ts';
import { errorText, SwarmError } from '../../core/errors.ts';
import { orByCommand } from './frame.ts';
import type { Inbox } from './inbox.ts';
import type { Mailbox } from './mailbox.ts';

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
    takeOn: (gas) =>
      `When you take this on, call the tool \`acknowledge\` with the id \`${gas.id}\`, or POST to \`/v1/agents/${gas.to}/gas/${gas.id}/ack\`, ${orByCommand(gas)}.`,
    deliver: async (gas, signal) => {
      signal.throwIfAborted();
      await reach((box) => box.lay(gas));
      return { state: 'waiting', where: `mailbox of ${gas.to}` };
    },
    has: (gas) => reach((box) => box.has(gas)),
    withdraw: (gas) => reach((box) => box.withdraw(gas)),
    check: () => Promise.resolve(null),
  };
}
