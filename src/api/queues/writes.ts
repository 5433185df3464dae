// What a request would do to the queues. Pure. Only what is listed may be done at all: a job that somebody adds or edits
// by hand would bear a principal of their choice, and one that is deleted could not be told of any more.

const id = '[A-Za-z0-9._:-]{1,128}';
const patterns: readonly (readonly [action: string, path: RegExp])[] = [
  ['pause', /^\/queues\/api\/queues\/pause$/],
  ['resume', /^\/queues\/api\/queues\/resume$/],
  ['pause', pathOf('pause')],
  ['resume', pathOf('resume')],
  ['retry', pathOf('retry/(?<status>failed)')],
  ['promote', pathOf('promote')],
  ['retry', pathOf(`(?<job>${id})/retry`)],
  ['promote', pathOf(`(?<job>${id})/promote`)],
];

/** What is done, and to what: `queue` and `job` are absent where it is all of them. */
export type QueueWrite = Readonly<Record<string, string>> & { readonly action: string };

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
