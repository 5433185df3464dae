// Discord's faults as ours, converted once. Looks at status and code, never at the text of a message.
// What is done about them is decided by guards.
import { z } from 'zod';
import { domainErrors } from '../../contracts/errors.ts';
import { errorText, SwarmError } from '../../core/errors.ts';

const apiErrorSchema = z.object({ status: z.number(), code: z.unknown() });

/** Codes of Discord's API that we act upon. */
export const apiCodes = {
  unknownMessage: 10_008,
  unknownInteraction: 10_062,
  editsOfOldMessage: 30_046,
  alreadyAcknowledged: 40_060,
} as const;

/** CHAT_AUTH for 401 and 403, CHAT_REFUSED for other 4xx; everything else is CHAT_UNAVAILABLE, which may be retried. */
export function toChatError(thrown: unknown): SwarmError {
  if (thrown instanceof SwarmError) return thrown;
  const status = apiStatus(thrown);
  const options = { cause: thrown };
  if (status === 401 || status === 403)
    return new SwarmError(domainErrors.chatAuth, errorText(thrown), options);
  if (status !== null && status >= 400 && status < 500 && status !== 429) {
    return new SwarmError(domainErrors.chatRefused, errorText(thrown), options);
  }
  return new SwarmError(domainErrors.chatUnavailable, errorText(thrown), options);
}

/** HTTP status of Discord's answer; null when there was none. Looks through a SwarmError at its cause. */
export function apiStatus(thrown: unknown): number | null {
  return apiError(thrown)?.status ?? null;
}

const unreachedCodes = [
  ...['ECONNREFUSED', 'ECONNRESET', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOTFOUND', 'EAI_AGAIN', 'ETIMEDOUT'],
  ...['UND_ERR_CONNECT_TIMEOUT', 'UND_ERR_SOCKET'],
];

/** Whether nobody was there to answer; undici wraps what the network said. */
export function isUnreached(thrown: unknown): boolean {
  if (!(thrown instanceof Error)) return false;
  if (thrown.name === 'AbortError') return true;
  const code = 'code' in thrown ? String(thrown.code) : '';
  return unreachedCodes.includes(code) || isUnreached(thrown.cause);
}

/** Discord's own error code, such as 10008; null when there was none. */
export function apiCode(thrown: unknown): number | null {
  const code = apiError(thrown)?.code;
  return typeof code === 'number' ? code : null;
}

function apiError(thrown: unknown): z.infer<typeof apiErrorSchema> | undefined {
  const parsed = apiErrorSchema.safeParse(thrown instanceof SwarmError ? thrown.cause : thrown);
  return parsed.success ? parsed.data : undefined;
}
