// Where the record lies in Redis, and how its tail is written there.
import type { Redis } from '../core/redis.ts';
import { genesis, type Tail } from './audit-chain.ts';

export interface AuditKeys {
  readonly lines: string;
  readonly tail: string;
  /** Says for some days under which number a line was stored. */
  readonly mark: (id: string) => string;
}

export function keysOf(prefix: string): AuditKeys {
  return {
    lines: `${prefix}:audit:lines`,
    tail: `${prefix}:audit:tail`,
    mark: (id) => `${prefix}:audit:once:${id}`,
  };
}

/** Empty before the first line, as a key that is not there. */
export function tailText({ seq, hash }: Tail): string {
  return seq === 0 ? '' : `${seq} ${hash}`;
}

export function toTail(text: string): Tail {
  const [, seq, hash = ''] = /^([1-9]\d*) ([0-9a-f]{64})$/.exec(text) ?? [];
  return seq === undefined ? genesis : { seq: Number(seq), hash };
}

/** Null where Redis has none. */
export async function readTail(redis: Redis, { tail }: AuditKeys): Promise<Tail | null> {
  const text = await redis.get(tail);
  return text === null ? null : toTail(text);
}
