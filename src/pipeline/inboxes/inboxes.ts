// All inboxes behind one port: whom a gas is for decides which one takes it.
import type { AgentInbox } from '../../contracts/ports.ts';
import { folderOf, type InboxConfig } from './config.ts';
import { createFileInbox } from './file-inbox.ts';
import type { Mailbox } from './mailbox.ts';
import { createPullInbox } from './pull-inbox.ts';

/** Makes the inbox of each agent; opens nothing. */
export function createInboxes(
  { mailbox }: { readonly mailbox: Mailbox },
  agents: readonly { readonly id: string; readonly inbox: string | InboxConfig }[],
): AgentInbox {
  const folders = agents.flatMap(({ id, inbox }) => {
    const folder = folderOf(inbox);
    return folder === null ? [] : [{ id, inbox: folder }];
  });
  const pull = createPullInbox({ mailbox });
  const file = createFileInbox({ agents: folders });
  const pulling = new Set(agents.flatMap(({ id, inbox }) => (folderOf(inbox) === null ? [id] : [])));
  return {
    deliver: (gas) => (pulling.has(gas.to) ? pull : file).deliver(gas),
    withdraw: (gas) => (pulling.has(gas.to) ? pull : file).withdraw(gas),
  };
}
