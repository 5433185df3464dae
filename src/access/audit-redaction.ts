// What of an entry is not for the record: secrets go, and long texts are cut, each with the hash of the whole so that it can
// still be proved which text it was. Pure.
import { createHash } from 'node:crypto';
import { maskSecrets } from '../contracts/secret-shapes.ts';
import type { AuditEntry } from './audit.ts';

const mask = '[secret]';
const longest = 200;

// A code of `link` is worth an identity while it lives, so it goes like a password; a hash of it would be guessed at once.
const secretName = /token|secret|passw|passphrase|authorization|credential|api-?key|^(?:code|key|pin)$/i;

/** The entry as it may be stored: its own fields alone, so that a line that is copied does not bring its old place along. */
export function redacted(entry: AuditEntry): AuditEntry {
  const { event, correlationId, person, principal, place, command, verdict, approvers, policyVersion } =
    entry;
  const args = Object.fromEntries(
    Object.entries(entry.args).map(([name, text]) => [name, secretName.test(name) ? mask : safe(text)]),
  );
  return {
    ...{ event, correlationId, person, principal, place, command, verdict, approvers, policyVersion },
    args,
    detail: safe(entry.detail),
  };
}

function safe(text: string): string {
  const open = maskSecrets(text);
  if (open.length <= longest) return open;
  const whole = createHash('sha256').update(text).digest('hex');
  return `${open.slice(0, longest)}… (${text.length} characters, sha256 ${whole})`;
}
