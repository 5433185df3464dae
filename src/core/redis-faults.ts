// What ioredis throws, as faults of ours. A reply of Redis is known by its first word, which is its code; whatever else
// a client throws means that Redis could not be asked.
import { coreErrors, type ErrorKind } from './error-catalogue.ts';
import { errorText, SwarmError } from './errors.ts';
import { isProgramFault } from './system-faults.ts';

/** Converts what a client of Redis threw, whoever else may throw the same. A SwarmError passes through. */
export function redisFault(thrown: unknown): SwarmError {
  if (thrown instanceof SwarmError) return thrown;
  const kind =
    redisKind(thrown) ?? (isProgramFault(thrown) ? coreErrors.unexpected : coreErrors.redisUnavailable);
  const text = replyOf(thrown) === null && isClients(thrown) ? 'Redis does not answer' : errorText(thrown);
  return new SwarmError(kind, text, { cause: thrown });
}

/** The kind of what can only have come from Redis or its client; null for anything else. */
export function redisKind(thrown: unknown): ErrorKind | null {
  const reply = replyOf(thrown);
  if (reply !== null) return kindOfReply(reply);
  return isClients(thrown) ? coreErrors.redisUnavailable : null;
}

/** Whether it is a refusal of Redis with this code, its first word. */
export function isReply(thrown: unknown, code: string): boolean {
  return replyOf(thrown)?.message.split(' ', 1)[0] === code;
}

/** Whether Redis may have done what it was asked for, or may do it yet: nobody heard its answer. Looks through the cause. */
export function isUnanswered(thrown: unknown): boolean {
  if (thrown instanceof SwarmError) return thrown.cause !== undefined && isUnanswered(thrown.cause);
  return replyOf(thrown) === null && !isProgramFault(thrown);
}

// Their texts speak of options of the library, which nobody can set here.
function isClients(thrown: unknown): boolean {
  return (
    thrown instanceof Error && (clientFaults.includes(thrown.name) || sentences.includes(thrown.message))
  );
}

/** What it says of Redis, to be put behind its name. One that is full or read-only does answer. */
export function redisTrouble(thrown: unknown): string {
  const reply = replyOf(thrown);
  if (reply === null) return 'does not answer';
  // The first sentence is the reason; what follows is advice on its configuration.
  return `refuses writes: ${reply.message.split('. ')[0] ?? ''}`;
}

const clientFaults: readonly string[] = ['MaxRetriesPerRequestError', 'ClusterAllFailedError'];
// ioredis 6 makes plain errors of these, with nothing but their text to know them by.
const sentences: readonly string[] = [
  'Connection is closed.',
  'Command timed out',
  'Command aborted due to connection close',
  "Stream isn't writeable and enableOfflineQueue options is false",
];

const words: Readonly<Record<string, ErrorKind>> = {
  OOM: coreErrors.redisFull,
  MISCONF: coreErrors.redisCannotSave,
  READONLY: coreErrors.redisReadOnly,
  NOREPLICAS: coreErrors.redisReadOnly,
  NOAUTH: coreErrors.redisAuth,
  WRONGPASS: coreErrors.redisAuth,
  NOPERM: coreErrors.redisAuth,
  LOADING: coreErrors.redisBusy,
  BUSY: coreErrors.redisBusy,
  TRYAGAIN: coreErrors.redisBusy,
  MASTERDOWN: coreErrors.redisBusy,
  CLUSTERDOWN: coreErrors.redisBusy,
  UNBLOCKED: coreErrors.redisBusy,
  // Of a cluster, to a client that knows of none.
  MOVED: coreErrors.redisUnfit,
  ASK: coreErrors.redisUnfit,
  CROSSSLOT: coreErrors.redisUnfit,
};

function kindOfReply(reply: Error): ErrorKind {
  const [word = ''] = reply.message.split(' ', 1);
  const first = word === 'EXECABORT' ? replyOf(previousErrors(reply)[0]) : null;
  // A transaction that was thrown away says only that; why, the command in it was told.
  if (first !== null) return kindOfReply(first);
  return (Object.hasOwn(words, word) ? words[word] : undefined) ?? coreErrors.redisRefused;
}

function replyOf(thrown: unknown): Error | null {
  return thrown instanceof Error && thrown.name === 'ReplyError' ? thrown : null;
}

function previousErrors(reply: Error): readonly unknown[] {
  return 'previousErrors' in reply && Array.isArray(reply.previousErrors) ? reply.previousErrors : [];
}
