// Where an agent's gas goes: one schema per kind of inbox. A path alone is the folder of old.
import { z } from 'zod';
import { hasLogin } from '../../core/fetch-faults.ts';

const folder = z.string().min(1);

const fileInbox = z.strictObject({
  kind: z.literal('file'),
  /** Folder of Markdown files; its `done/` is where the agent moves what it accepted. */
  path: folder,
});

const pattern = z.string().min(1).max(500).refine(isPattern, 'a regular expression, such as "^> ?$"');

const tmuxInbox = z.strictObject({
  kind: z.literal('tmux'),
  /** `session:window.pane` with the window's number or name, or the pane's own `%3`. */
  pane: z.string().regex(/^(%\d+|[^:.%]+:[^:]+\.\d+)$/, 'session:window.pane such as swarm:1.0, or %3'),
  /** Path of the server's socket; absent: that of whoever runs Swarmline. */
  socket: z.string().min(1).optional(),
  /** What the line of its cursor, or one below, looks like when it waits for a prompt; absent: it is idle when nothing moves. */
  prompt: pattern.optional(),
  /** A shell runs what is pasted into it, line by line: true where the agent itself is called like one. */
  allowShell: z.boolean().default(false),
  /** Keys that send what was pasted, as tmux names them. */
  submit: z
    .array(z.string().regex(/^[A-Za-z0-9-]{1,20}$/, 'the name of a key, such as Enter or C-m'))
    .max(5)
    .default(['Enter']),
  /** Nothing may move for this long before a paste, ms. */
  quietMs: z.number().int().min(100).max(10_000).default(750),
});

const webhookInbox = z
  .strictObject({
    kind: z.literal('webhook'),
    url: z
      .url({ protocol: /^https?$/, error: 'a URL such as https://agent.example/gas', abort: true })
      .refine((url) => !hasLogin(url), {
        error:
          'a URL without user and password, with which nothing is ever sent; the signature is what lets one in',
      }),
    /** File with the secret of the signature, `whsec_…`; read at each delivery, so it may be changed while all runs. */
    secretFile: z.string().min(1),
    /** Plain http to another machine: whoever listens on the way reads the gas. */
    allowHttp: z.boolean().default(false),
    /** How long the receiver may take to answer, ms. */
    timeoutMs: z.number().int().min(100).max(20_000).default(10_000),
  })
  .refine(({ url, allowHttp }) => allowHttp || isPrivate(url), {
    path: ['url'],
    error: 'https, or http on this machine; `allowHttp: true` if it has to be',
  });

const amqpInbox = z.strictObject({ kind: z.literal('amqp') });

/** Its agent asks for it, over HTTP or MCP. */
const pullInbox = z.strictObject({ kind: z.literal('pull') });

/** What may stand for `inbox` of an agent. */
export const inboxSchema = z.union(
  [
    folder.transform((path): FileInboxConfig => ({ kind: 'file', path })),
    z.discriminatedUnion('kind', [fileInbox, tmuxInbox, webhookInbox, amqpInbox, pullInbox]),
  ],
  'the path of a folder, or a kind with its keys: file (path), tmux (pane), webhook (url, secretFile), amqp, pull',
);

export type FileInboxConfig = z.infer<typeof fileInbox>;
export type TmuxInboxConfig = z.infer<typeof tmuxInbox>;
export type WebhookInboxConfig = z.infer<typeof webhookInbox>;
export type InboxConfig = z.infer<typeof inboxSchema>;

/** The folder of an inbox that is one; null for the others. */
export function folderOf(inbox: string | InboxConfig | undefined): string | null {
  if (inbox === undefined) return null;
  if (typeof inbox === 'string') return inbox;
  return inbox.kind === 'file' ? inbox.path : null;
}

function isPattern(text: string): boolean {
  try {
    return new RegExp(text, 'mu').source !== '';
  } catch {
    return false;
  }
}

function isPrivate(text: string): boolean {
  if (!URL.canParse(text)) return true;
  const { protocol, hostname } = new URL(text);
  return protocol === 'https:' || /^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);
}
