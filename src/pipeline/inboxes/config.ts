// Where an agent's gas goes: one schema per kind of inbox. A path alone is a folder.
import { z } from 'zod';

const folder = z.string().min(1);

/** Its agent asks for it, over HTTP or MCP. */
const pullInbox = z.strictObject({ kind: z.literal('pull') });

/** What may stand for `inbox` of an agent. */
export const inboxSchema = z.union([folder, pullInbox]);
export type InboxConfig = z.infer<typeof pullInbox>;

/** The folder of an inbox that is one; null for the others. */
export function folderOf(inbox: string | InboxConfig): string | null {
  return typeof inbox === 'string' ? inbox : null;
}
