// What fetch cannot be given, and what it met, in words without its URL: the path or the query is often what lets one in.
import { errorText } from './errors.ts';

/** Whether a URL carries a user or a password, which fetch never sends. False of what is no URL. */
export function hasLogin(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { username, password } = new URL(url);
  return username !== '' || password !== '';
}

/** The readable text of what a fetch rejected with. */
export function fetchFaultText(thrown: unknown): string {
  if (!(thrown instanceof TypeError)) return errorText(thrown);
  // What the network did is its cause. What has none is wrong with what was given, which it quotes whole.
  return thrown.cause === undefined ? 'its URL or a header cannot be sent' : errorText(thrown.cause);
}
