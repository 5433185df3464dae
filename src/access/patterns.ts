// Patterns of permissions: exact, or a beginning and `*`. Pure; knows no person.
import { z } from 'zod';

/** `service.restart:slam*` is every permission that begins so; a `*` anywhere else would deny or grant nothing in silence. */
export const patternSchema = z
  .string()
  .regex(/^[^\s*]*\*?$/, 'a permission, or its beginning and one `*` at the end, as in service.restart:slam*')
  .min(1);

/** Whether a pattern is about all that another one is about; a permission is a pattern too. */
export function covers(pattern: string, other: string): boolean {
  if (!pattern.endsWith('*')) return pattern === other;
  return other.replace(/\*$/, '').startsWith(pattern.slice(0, -1));
}

/** Whether some permission is meant by both. */
export function overlap(one: string, other: string): boolean {
  return covers(one, other) || covers(other, one);
}
