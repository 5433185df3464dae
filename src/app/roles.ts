// Roles: what one process does. All of them in one process is the default; any split over processes and hosts works,
// since nothing is kept in memory that another would need.
export const roles = ['console', 'bots', 'api', 'workers', 'pipeline'] as const;
export type Role = (typeof roles)[number];

/** Whether `name` is a role. */
export function isRole(name: string): name is Role {
  return roles.some((role) => role === name);
}
