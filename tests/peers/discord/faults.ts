// Faults that a test asks for: an answer that is not the true one, for some of the next requests.
import type { Answer } from './rules.ts';

export interface Fault {
  /** Which requests: `POST /channels/1/messages` must contain or match it; default all. */
  readonly match?: RegExp;
  /** How many of them; default 1. */
  readonly times?: number;
  /** 429 is a rate limit; 502 comes with a page of HTML, as from Cloudflare; `hang` never answers; `reset` breaks the socket. */
  readonly kind: 429 | 401 | 403 | 500 | 502 | 503 | 'hang' | 'reset';
  /** Of a 429, ms; default 300. */
  readonly retryAfterMs?: number;
  /** Of a 429; default `user`. */
  readonly scope?: 'user' | 'global' | 'shared';
}

export class Faults {
  #waiting: { readonly fault: Fault; left: number }[] = [];

  add(fault: Fault): void {
    this.#waiting.push({ fault, left: fault.times ?? 1 });
  }

  clear(): void {
    this.#waiting = [];
  }

  /** The fault for this request, if there is one; counts it. */
  take(request: string): Fault | undefined {
    const found = this.#waiting.find(({ fault, left }) => left > 0 && (fault.match?.test(request) ?? true));
    if (found) found.left -= 1;
    return found?.fault;
  }
}

export function faultAnswer(fault: Fault): Answer {
  if (fault.kind === 429) {
    const { scope = 'user', retryAfterMs = 300 } = fault;
    const global = scope === 'global';
    return {
      status: 429,
      body: { message: 'You are being rate limited.', code: 0, retry_after: retryAfterMs / 1000, global },
      headers: {
        'retry-after': String(Math.ceil(retryAfterMs / 1000)),
        'x-ratelimit-scope': scope,
        'x-ratelimit-remaining': '0',
        'x-ratelimit-reset-after': String(retryAfterMs / 1000),
        ...(global ? { 'x-ratelimit-global': 'true' } : {}),
      },
    };
  }
  const messages: Readonly<Record<string, string>> = { 401: '401: Unauthorized', 403: 'Missing Access' };
  const code = fault.kind === 403 ? 50_001 : 0;
  return {
    status: Number(fault.kind),
    body: { message: messages[fault.kind] ?? 'Internal Server Error', code },
  };
}
