// Who knocks at the HTTP face: the token of the token file is the operator of this installation, `cli:local`; a key is
// whoever it was made for, `http:<name>`. What they may do is not decided here.
import { createHash, timingSafeEqual } from 'node:crypto';
import type { Address, Identity } from '../contracts/chat.ts';
import { domainErrors } from '../contracts/errors.ts';
import type { Logger } from '../core/logger.ts';
import { type ApiKeys, nameInKey } from './api-keys.ts';
import { createAttempts } from './attempts.ts';
import type { Failure } from './refusals.ts';

/** Somebody who proved who they are. */
export interface Caller {
  readonly identity: Identity;
  /** Where reports about their actions go. */
  readonly replyTo: Address;
}

export type Admission =
  | { readonly ok: true; readonly caller: Caller }
  | { readonly ok: false; readonly failure: Failure; readonly retryAfterMs?: number };

export interface Door {
  /**
   * Looks at a token or key, compared in constant time.
   * @param address of the far side: who is wrong too often from there is not looked at for a minute
   * @throws SwarmError when the keys cannot be read; then nobody is let in by one
   */
  admit(credential: string | undefined, address: string): Promise<Admission>;
}

/** The holder of the token file. */
export const operator: Caller = {
  identity: { surface: 'cli', id: 'local', name: 'you' },
  replyTo: { surface: 'cli', place: 'local' },
};

/** The holder of a key. */
export function keyHolder(name: string): Caller {
  return { identity: { surface: 'http', id: name, name }, replyTo: { surface: 'http', place: name } };
}

/** What follows `Bearer` in an Authorization header. */
export function bearerOf(header: string | undefined): string | undefined {
  return /^Bearer +(\S+)$/i.exec(header ?? '')?.[1];
}

export interface DoorDeps {
  readonly keys: ApiKeys;
  readonly logger: Logger;
  /** ms since the epoch. */
  readonly now: () => number;
}

/** @param options.token the text of the token file */
export function createDoor(
  { keys, logger, now }: DoorDeps,
  options: { readonly token: string; readonly tokenFile: string },
): Door {
  const attempts = createAttempts({ now });
  const hint = `send the token of ${options.tokenFile}, or a key made by \`swarmline api-key add\`, as Authorization: Bearer`;
  return {
    admit: async (credential, address) => {
      if (credential === undefined) return refused(401, hint);
      // Looked at first, so that nobody who is wrong from the same machine keeps the operator out.
      if (isSameSecret(credential, options.token)) return { ok: true, caller: operator };
      // By the name in the key too: a program that was not told of a revoked key keeps no other program out.
      const who = `${address} ${nameInKey(credential) ?? ''}`;
      const waitMs = attempts.waitMs(who);
      if (waitMs > 0) return tooOften(waitMs);
      const record = await keys.find(credential);
      if (record !== null) return { ok: true, caller: keyHolder(record.name) };
      attempts.failed(who);
      logger.warn({ address, key: nameInKey(credential) }, 'a token or key opens nothing');
      return refused(401, hint);
    },
  };
}

function refused(status: 401, message: string): Admission {
  const where = 'header Authorization';
  return { ok: false, failure: { status, kind: domainErrors.unauthorised, message, where } };
}

function tooOften(retryAfterMs: number): Admission {
  const message = `too many keys that open nothing; the next is looked at in ${Math.ceil(retryAfterMs / 1_000)} s`;
  const failure = { status: 429, kind: domainErrors.tooManyAttempts, message, where: 'header Authorization' };
  return { ok: false, failure, retryAfterMs };
}

// Hashed first: what is compared is then of one length, whatever was sent.
function isSameSecret(given: string, wanted: string): boolean {
  const hash = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(hash(given), hash(wanted));
}
