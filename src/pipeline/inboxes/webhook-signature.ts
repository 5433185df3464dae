// The signature of a webhook, after Standard Webhooks (github.com/standard-webhooks/standard-webhooks, spec/standard-webhooks.md):
// `v1,` and the base64 of HMAC-SHA-256 over `<id>.<timestamp>.<body>`. Pure.
import { createHmac } from 'node:crypto';
import type { Secret } from '../../core/secret.ts';

/** What is signed; `timestamp` in seconds since the epoch. */
export interface SignedMessage {
  readonly id: string;
  readonly timestamp: number;
  readonly body: string;
}

/** The three headers of the specification. */
export function signatureHeaders(key: Buffer, { id, timestamp, body }: SignedMessage) {
  const mac = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
  return {
    'webhook-id': id,
    'webhook-timestamp': String(timestamp),
    'webhook-signature': `v1,${mac}`,
  };
}

/** The key of a secret `whsec_<base64>`; null where it is none, or has not the 24 to 64 bytes that are asked for. */
export function signingKey(secret: Secret): Buffer | null {
  const [, text] = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(secret.reveal()) ?? [];
  if (text === undefined) return null;
  const key = Buffer.from(text, 'base64');
  return key.length >= 24 && key.length <= 64 ? key : null;
}
