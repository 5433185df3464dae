// The roles that the fleet cannot do without, and what becomes of the work of one that nobody fills.

/** Role → what happens while no process has it. */
export const neededRoles = {
  workers: 'orders and gas stay queued',
  pipeline: 'no agent is watched, and no gas is decided',
} as const;
export type NeededRole = keyof typeof neededRoles;

/** Whether the fleet cannot do without `role`. */
export function isNeededRole(role: string): role is NeededRole {
  return Object.hasOwn(neededRoles, role);
}

/** What a role that nobody fills means, in words for people. */
export function gapText(role: NeededRole): string {
  return `no process has the role ${role}: ${neededRoles[role]}`;
}
