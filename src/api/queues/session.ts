// Who a browser is, in a cookie that only this installation can make: nothing is kept, so it counts after a restart, and
// a key that is revoked ends its sessions at once.
import { createHmac, timingSafeEqual } from 'node:crypto';
import { principalOf } from '../../access/index.ts';
import type { ApiKeys } from '../api-keys.ts';
import { type Caller, keyHolder, operator } from '../door.ts';

const cookieName = 'swarmline_session';
const validMs = 8 * 3_600_000;

export interface Sessions {
  /** The header that begins one. */
  begin(caller: Caller): Promise<string>;
  /** The header that ends it. */
  readonly end: string;
  /** Who sent these cookies; null for nobody. */
  callerOf(cookies: string | undefined): Promise<Caller | null>;
}

export interface SessionDeps {
  readonly keys: ApiKeys;
  /** ms since the epoch. */
  readonly now: () => number;
}

/** @param options.token whoever has another makes other cookies */
export function createSessions({ keys, now }: SessionDeps, { token }: { readonly token: string }): Sessions {
  const secret = createHmac('sha256', token).update('sessions of the page of the queues').digest();
  // Over the hash of the key too: one that was revoked and made anew under the same name is another.
  const sign = async (holder: string, until: number): Promise<string | null> => {
    const name = /^http:(.+)$/.exec(holder)?.[1];
    const record = name === undefined ? null : await keys.named(name);
    if (name !== undefined && record === null) return null;
    const text = JSON.stringify([holder, until, record?.sha256 ?? null]);
    return createHmac('sha256', secret).update(text).digest('base64url');
  };
  return {
    end: cookie('', 0),
    begin: async ({ identity }) => {
      const holder = principalOf(identity);
      const until = now() + validMs;
      return cookie(`${holder}~${until}~${(await sign(holder, until)) ?? ''}`, validMs);
    },
    callerOf: async (cookies) => {
      const [holder = '', until = '', given = ''] = cookieIn(cookies).split('~');
      const caller = callerNamed(holder);
      if (caller === null || !(Number(until) > now())) return null;
      const wanted = await sign(holder, Number(until));
      return wanted !== null && isSame(given, wanted) ? caller : null;
    },
  };
}

function callerNamed(holder: string): Caller | null {
  if (holder === principalOf(operator.identity)) return operator;
  const name = /^http:(.+)$/.exec(holder)?.[1];
  return name === undefined ? null : keyHolder(name);
}

// Strict: no page of another site can send it along.
function cookie(value: string, maxAgeMs: number): string {
  return `${cookieName}=${value}; Max-Age=${maxAgeMs / 1_000}; Path=/queues; HttpOnly; SameSite=Strict`;
}

function cookieIn(cookies = ''): string {
  const pairs = cookies.split(/; */).map((pair) => pair.split('='));
  return pairs.find(([name]) => name === cookieName)?.[1] ?? '';
}

function isSame(given: string, wanted: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(wanted)];
  return a.length === b.length && timingSafeEqual(a, b);
}
