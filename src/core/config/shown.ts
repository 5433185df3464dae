// How a value of a configuration is shown to people and written down: as JSON, and never a secret.
import { Secret } from '../secret.ts';
import { maskUrls } from '../text.ts';

/** As JSON; `[secret]` for a secret, passwords in URLs masked, `(unset)` where there is nothing. */
export function shown(value: unknown, secret = false): string {
  if (value === undefined) return '(unset)';
  if (secret || value instanceof Secret) return '[secret]';
  return maskUrls(JSON.stringify(value) ?? String(value));
}
