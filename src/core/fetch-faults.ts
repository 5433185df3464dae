// What fetch cannot be given, and what it met: how far it got, and in words without its URL, since the path or the query is
// often what lets one in.
import { AsyncLocalStorage } from 'node:async_hooks';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { errorText } from './errors.ts';

/** Whether a URL carries a user or a password, which fetch never sends. False of what is no URL. */
export function hasLogin(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { username, password } = new URL(url);
  return username !== '' || password !== '';
}

/** What a fetch rejected with. */
export interface FetchFault {
  readonly thrown: unknown;
  /** Whether nothing of the request was sent. */
  readonly isUnsent: boolean;
}

/**
 * A fetch that never rejects. What fetch rejects with does not tell whether anything was sent: a reset, a fault of TLS, or the
 * end of its time looks the same before and after. Node says when it begins to send a request; of one that it was not seen to
 * make, nobody can tell.
 */
export async function tryFetch(url: string, init: RequestInit): Promise<Response | FetchFault> {
  // Those of other fetches are told of too.
  const call = new AsyncLocalStorage<true>();
  const made = new Set<unknown>();
  let isSent = false;
  const noteMade = (message: unknown) => {
    if (call.getStore()) made.add(requestOf(message));
  };
  const noteSent = (message: unknown) => {
    isSent ||= made.has(requestOf(message));
  };
  subscribe(requestMade, noteMade);
  subscribe(requestSent, noteSent);
  try {
    return await call.run(true, () => fetch(url, init));
  } catch (thrown) {
    return { thrown, isUnsent: made.size > 0 && !isSent };
  } finally {
    unsubscribe(requestMade, noteMade);
    unsubscribe(requestSent, noteSent);
    call.disable();
  }
}

/** Where Node says that it has made a request, before there is a connection for it, and that it begins to send it. */
const requestMade = 'undici:request:create';
const requestSent = 'undici:client:sendHeaders';

function requestOf(message: unknown): unknown {
  return typeof message === 'object' && message !== null && 'request' in message ? message.request : message;
}

/** The readable text of what a fetch rejected with. */
export function fetchFaultText(thrown: unknown): string {
  if (!(thrown instanceof TypeError)) return errorText(thrown);
  // What the network did is its cause. What has none is wrong with what was given, which it quotes whole.
  const { cause } = thrown;
  if (cause === undefined) return 'its URL or a header cannot be sent';
  // The text of OpenSSL is a line of its own source.
  const isOfTls = cause instanceof Error && 'reason' in cause && typeof cause.reason === 'string';
  return isOfTls ? `TLS: ${cause.reason}` : errorText(cause);
}
