// `revoke` and `revoke role`: take from somebody what was granted, or what the policy file allows; it counts at once,
// everywhere, and outlives whatever grants it later but `grant` of the same.
import { type Entitlement, utc } from '../../access/index.ts';
import type { Answer } from '../../contracts/chat.ts';
import { derivedId } from '../../contracts/ids.ts';
import type { ActionCall, Change, CommandCall, CommandPorts } from '../spec.ts';
import { meant, permissionArg, personArg, roleArg, timeArg, timeText } from './entitlement.ts';

export const revoke: Change = {
  kind: 'change',
  name: 'revoke permission',
  aliases: ['revoke'],
  description: 'Let somebody no longer do something, at once',
  args: [personArg, permissionArg, timeArg],
  example: 'revoke alice service.restart:slam',
  permission: ({ permission = '' }) => `access.revoke:${permission}`,
  danger: 'confirm',
  check: objection,
  prompt: ({ person, permission, time }) => `Forbid ${person} \`${permission}\` ${timeText(time)}?`,
  apply,
};

export const revokeRole: Change = {
  kind: 'change',
  name: 'revoke role',
  description: 'Take a role from somebody, at once',
  args: [personArg, roleArg, timeArg],
  example: 'revoke role alice operator',
  permission: ({ role = '' }) => `access.revoke:${role}`,
  danger: 'confirm',
  check: objection,
  prompt: ({ person, role, time }) => `Take the role \`${role}\` from ${person} ${timeText(time)}?`,
  apply,
};

async function objection(call: CommandCall, ports: CommandPorts): Promise<string | null> {
  const unwanted = await meant(call, ports);
  return typeof unwanted === 'string' ? unwanted : ports.access.lockingOut(call.identity, unwanted);
}

async function apply(call: ActionCall, ports: CommandPorts): Promise<Answer> {
  const unwanted = await meant(call, ports);
  // Who else could grant when it was asked, may have lost it since.
  const why =
    typeof unwanted === 'string' ? unwanted : await ports.access.lockingOut(call.identity, unwanted);
  if (typeof unwanted === 'string' || why !== null) {
    return { title: `Nothing was revoked: ${why}`, tone: 'bad', rows: [], data: { revoked: false } };
  }
  const order = { id: derivedId('access', call.correlationId), by: call.identity };
  const first = await ports.access.revoke(unwanted, order);
  if (!first) return { title: 'This was done before', tone: 'info', rows: [], data: { revoked: false } };
  const then = await ports.access.afterwards(unwanted);
  const data = { revoked: true, ...unwanted, then };
  return { title: revoked(unwanted, then), tone: 'ok', rows: [], data };
}

function revoked({ person, kind, name, until }: Entitlement, then: string | null): string {
  const what = kind === 'role' ? `has the role \`${name}\` no longer` : `may no longer do \`${name}\``;
  const end = until === null ? '' : `, until ${utc(until)}; then ${then ?? 'nothing allows it'}`;
  return `${person} ${what}${end}`;
}
