// What a request would do to the queues. Pure. Only what is listed may be done at all: a job that somebody adds or edits
// by hand would bear a principal of their choice, and one that is deleted could not be told of any more. All queues at once
// are never paused: what is told to people, and what lets a queue go again, lie in queues too.

const id = '[A-Za-z0-9._:-]{1,128}';
const patterns: readonly (readonly [action: string, path: RegExp])[] = [
  ['pause', pathOf('pause')],
  ['resume', pathOf('resume')],
  ['retry', pathOf('retry/(?<status>failed)')],
  ['promote', pathOf('promote')],
  ['retry', pathOf(`(?<job>${id})/retry`)],
  ['promote', pathOf(`(?<job>${id})/promote`)],
];

/** What is done, and to what: `job` is absent where it is all of the queue. */
export type QueueWrite = Readonly<Record<string, string>> & { readonly action: string };

/** What whoever does it on the page has to be allowed in chat as well; null where chat has nothing like it. */
export interface ChatForm {
  readonly line: string;
  readonly permission: string;
}

/** The same in chat: what is denied there is denied here. */
export function chatFormOf({ action, queue = '', job }: QueueWrite): ChatForm | null {
  switch (action) {
    case 'pause':
    case 'resume':
      return { line: `queue ${action} ${queue}`, permission: `queue.hold:${queue}` };
    case 'retry':
      return job === undefined
        ? { line: `queue redrive-all ${queue}`, permission: 'queue.redrive-all' }
        : { line: `queue redrive ${job}`, permission: 'queue.redrive' };
    default:
      return null;
  }
}

export type QueueWish =
  | { readonly kind: 'read' }
  | { readonly kind: 'write'; readonly write: QueueWrite }
  | { readonly kind: 'forbidden' };

/** @param path without its query, as it was sent: what is written in another way is no path of the list */
export function wishOf(method: string, path: string): QueueWish {
  if (method === 'GET' || method === 'HEAD') return { kind: 'read' };
  if (method !== 'PUT') return { kind: 'forbidden' };
  for (const [action, pattern] of patterns) {
    const match = pattern.exec(path);
    if (match) return { kind: 'write', write: { action, ...named(match.groups ?? {}) } };
  }
  return { kind: 'forbidden' };
}

function pathOf(rest: string): RegExp {
  return new RegExp(`^/queues/api/queues/(?<queue>${id})/${rest}$`);
}

function named(groups: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(groups).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}
