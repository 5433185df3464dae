// What `grant` and `revoke` have in common: whom and what a line means, and until when.
import type { Entitlement } from '../../access/index.ts';
import { nearest } from '../parse.ts';
import type { ArgSpec, CommandCall, CommandPorts } from '../spec.ts';

export const personArg: ArgSpec = {
  name: 'person',
  description: 'A name of the policy, or surface:id',
  required: true,
  candidates: async ({ access }) => access.people,
};

export const permissionArg: ArgSpec = {
  name: 'permission',
  description: 'Such as service.restart:slam, or its beginning and *',
  required: true,
};

export const roleArg: ArgSpec = {
  name: 'role',
  description: 'A role of the policy',
  required: true,
  candidates: async ({ access }) => access.roles,
};

export const timeArg: ArgSpec = {
  name: 'time',
  description: 'How long, as in 30m, 2h, 7d; absent: without end',
  required: false,
  rest: true,
};

const minuteMs = 60_000;
const unitsMs: Readonly<Record<string, number>> = { m: minuteMs, h: 60 * minuteMs, d: 24 * 60 * minuteMs };
const longestMs = 365 * 24 * 60 * minuteMs;
const patternShape = /^[a-z][a-z0-9.-]*(?::[^\s*]*)?\*?$|^\*$/i;

/** `for 2h` or `2h`, ms; null when it is no such time. */
function durationMs(text: string): number | null {
  const [, number, unit = ''] = /^(?:for\s+)?(\d{1,5})\s*([mhd])$/i.exec(text.trim()) ?? [];
  const ms = Number(number) * (unitsMs[unit.toLowerCase()] ?? Number.NaN);
  return ms > 0 && ms <= longestMs ? ms : null;
}

/** How long it is to hold, for people. */
export function timeText(time: string | undefined): string {
  return time === undefined ? 'without end' : `for ${time.replace(/^for\s+/i, '')}`;
}

/** What a line means; a text says what is wrong with it. */
function entitlementOf({ args }: CommandCall, now: number): Entitlement | string {
  const { person = '', permission, role, time } = args;
  const lasting = time === undefined ? null : durationMs(time);
  if (time !== undefined && lasting === null) {
    return `\`${time.slice(0, 40)}\` is no time: minutes, hours or days up to a year, as in 30m, 2h, 7d.`;
  }
  const name = role ?? permission ?? '';
  if (role === undefined && !patternShape.test(name)) {
    return `\`${name.slice(0, 64)}\` is no permission: one as in service.restart:slam, or its beginning and \`*\`.`;
  }
  const until = lasting === null ? null : now + lasting;
  return { person, kind: role === undefined ? 'permission' : 'role', name, until };
}

/** The same, held against who and what there is. A text refuses. */
export async function meant(call: CommandCall, ports: CommandPorts): Promise<Entitlement | string> {
  const entitlement = entitlementOf(call, ports.clock.now());
  if (typeof entitlement === 'string') return entitlement;
  const { access } = ports;
  const { person, kind, name } = entitlement;
  if ((await access.portrait(person)) === null) return unknownPerson(person, access.people);
  if (kind === 'role' && !access.roles.includes(name)) {
    return `No role \`${name.slice(0, 64)}\`; there are: ${access.roles.join(', ')}.`;
  }
  if (kind === 'permission' && access.roles.includes(name)) {
    return `\`${name}\` is a role: use \`grant role\` or \`revoke role\`.`;
  }
  return entitlement;
}

export function unknownPerson(person: string, people: readonly string[]): string {
  const guess = nearest(person, people);
  const end = guess === null ? 'A name of the policy, or surface:id.' : `Did you mean \`${guess}\`?`;
  return `Nobody is called \`${person.slice(0, 64)}\`. ${end}`;
}
