// What fetch cannot be given, and what it met: how far it got, and in words without its URL, since the path or the query is
// often what lets one in.
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
  /** Whether there was no connection yet to send anything on. */
  readonly isUnsent: boolean;
}

/**
 * A fetch that never rejects. Nothing is sent before a connection stands, and one of TLS stands when both sides have agreed on
 * it. What fetch rejects with does not tell whether it did: a reset, or a fault of TLS, looks the same behind it.
 */
export async function tryFetch(url: string, init: RequestInit): Promise<Response | FetchFault> {
  const met = new Set<unknown>();
  const note = (message: unknown) => {
    if (typeof message === 'object' && message !== null && 'error' in message) met.add(message.error);
  };
  subscribe(connectFaults, note);
  try {
    return await fetch(url, init);
  } catch (thrown) {
    return { thrown, isUnsent: thrown instanceof Error && met.has(thrown.cause) };
  } finally {
    unsubscribe(connectFaults, note);
  }
}

/** Where Node says why a connection did not come to stand. */
const connectFaults = 'undici:client:connectError';

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
