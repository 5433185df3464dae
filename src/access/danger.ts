// How much stands between a wish and its effect. Pure: the rules of the policy may raise a command's own level, and
// nothing here lowers one.
import { overlap } from './patterns.ts';

/** Nothing, one's own yes, the name typed again, or a second person; each stricter than the one before. */
export const dangerLevels = ['none', 'confirm', 'type-name', 'two-persons'] as const;
export type Danger = (typeof dangerLevels)[number];

/** The stricter one of two. */
export function stricter(one: Danger, other: Danger): Danger {
  return dangerLevels.indexOf(one) < dangerLevels.indexOf(other) ? other : one;
}

/** The strictest level that a rule gives to `permission`, or to a part of what it reaches; `none` where no rule does. */
export function ruledDanger(rules: Readonly<Record<string, Danger>>, permission: string): Danger {
  return Object.entries(rules)
    .filter(([pattern]) => overlap(pattern, permission))
    .reduce<Danger>((level, [, ruled]) => stricter(level, ruled), 'none');
}
