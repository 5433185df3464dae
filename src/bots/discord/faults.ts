// Discord's faults as ours, converted once. Looks at status and code, never at the text of a message.
// What is done about them is decided by guards.
import { z } from 'zod';
import { domainErrors } from '../../contracts/errors.ts';
import { coreErrors, type ErrorKind, errorText, SwarmError } from '../../core/errors.ts';
import { isProgramFault } from '../../core/system-faults.ts';

const apiErrorSchema = z.object({ status: z.number(), code: z.unknown() });

/** Codes of Discord's API that we act upon. */
export const apiCodes = {
  unknownMessage: 10_008,
  unknownInteraction: 10_062,
  editsOfOldMessage: 30_046,
  alreadyAcknowledged: 40_060,
} as const;

/**
 * CHAT_AUTH for 401, 403 and a refused token, CHAT_RATE_LIMITED for 429, CHAT_REFUSED for other 4xx, UNEXPECTED for a
 * mistake of ours; everything else is CHAT_UNAVAILABLE.
 */
export function toChatError(thrown: unknown): SwarmError {
  if (thrown instanceof SwarmError) return thrown;
  const retryAfterMs = waitOf(thrown);
  return new SwarmError(chatKind(thrown, retryAfterMs), errorText(thrown), { cause: thrown, retryAfterMs });
}

function chatKind(thrown: unknown, retryAfterMs: number | undefined): ErrorKind {
  const status = apiStatus(thrown);
  if (status === 401 || status === 403 || libraryCode(thrown) === 'TokenInvalid')
    return domainErrors.chatAuth;
  if (status === 429 || retryAfterMs !== undefined) return domainErrors.chatRateLimited;
  if (status !== null && status >= 400 && status < 500) return domainErrors.chatRefused;
  // With a word of its own discord.js refuses a call of ours before it is sent.
  const isOurs = isProgramFault(thrown) || libraryCode(thrown) !== null;
  return isOurs ? coreErrors.unexpected : domainErrors.chatUnavailable;
}

// What discord.js says when it rejects instead of waiting; its name has the route in it.
const rateLimitSchema = z.object({ name: z.string().startsWith('RateLimitError'), retryAfter: z.number() });
// What Discord says itself, in seconds.
const limitedSchema = z.object({ status: z.literal(429), rawError: z.object({ retry_after: z.number() }) });

function waitOf(thrown: unknown): number | undefined {
  const rejected = rateLimitSchema.safeParse(thrown).data?.retryAfter;
  if (rejected !== undefined) return rejected;
  const seconds = limitedSchema.safeParse(thrown).data?.rawError.retry_after;
  return seconds === undefined ? undefined : Math.ceil(seconds * 1_000);
}

/** The word that discord.js' own errors have for a code, such as `TokenInvalid`; null for those of Discord or Node. */
export function libraryCode(thrown: unknown): string | null {
  if (!(thrown instanceof Error) || !('code' in thrown) || typeof thrown.code !== 'string') return null;
  return /^[A-Z][a-z]/.test(thrown.code) ? thrown.code : null;
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
