// Twitch's faults as ours. tmi.js rejects with plain strings, its own and Twitch's `msg-id`s; wire.ts knows them.
import { domainErrors } from '../../contracts/errors.ts';
import { coreErrors, type ErrorKind, errorText, SwarmError } from '../../core/errors.ts';
import { isProgramFault } from '../../core/system-faults.ts';
import { type Objection, toObjection } from './wire.ts';

/**
 * Converts the reason for which a connection ended, a line was dropped or a call was rejected. CHAT_AUTH, CHAT_REFUSED,
 * CHAT_RATE_LIMITED; UNEXPECTED for a mistake of ours; everything else is CHAT_UNAVAILABLE. A SwarmError passes through.
 */
export function twitchFault(thrown: unknown): SwarmError {
  if (thrown instanceof SwarmError) return thrown;
  const kind = isProgramFault(thrown) ? coreErrors.unexpected : kinds[toObjection(errorText(thrown))];
  return new SwarmError(kind, errorText(thrown), { cause: thrown });
}

const kinds: Readonly<Record<Objection, ErrorKind>> = {
  login: domainErrors.chatAuth,
  forbidden: domainErrors.chatAuth,
  text: domainErrors.chatRefused,
  pace: domainErrors.chatRateLimited,
  away: domainErrors.chatUnavailable,
};
