// `grant` and `grant role`: give somebody what one holds oneself, for a time or without end; it counts at once, everywhere.
import type { Entitlement } from '../../access/index.ts';
import { derivedId } from '../../contracts/ids.ts';
import type { Answer } from '../../contracts/chat.ts';
import { utc } from '../../core/utc.ts';
import type { ActionCall, Change, CommandCall, CommandPorts } from '../spec.ts';
import { meant, permissionArg, personArg, roleArg, timeArg, timeText } from './entitlement.ts';

export const grant: Change = {
  kind: 'change',
  name: 'grant permission',
  aliases: ['grant'],
  description: 'Let somebody do what you may do, at once and for a time',
  args: [personArg, permissionArg, timeArg],
  example: 'grant alice service.restart:slam 2h',
  permission: ({ permission = '' }) => `access.grant:${permission}`,
  danger: 'confirm',
  mayNotApprove: receiver,
  check: objection,
  prompt: ({ person, permission, time }) => `Let ${person} do \`${permission}\` ${timeText(time)}?`,
  apply,
};

export const grantRole: Change = {
  kind: 'change',
  name: 'grant role',
  description: 'Give somebody a role that you could fill yourself; a second person has to agree',
  args: [personArg, roleArg, timeArg],
  example: 'grant role alice operator 2h',
  permission: ({ role = '' }) => `access.grant:${role}`,
  danger: 'two-persons',
  mayNotApprove: receiver,
  check: objection,
  prompt: ({ person, role, time }) => `Give ${person} the role \`${role}\` ${timeText(time)}?`,
  apply,
};

function receiver({ person }: CommandCall['args']): string | null {
  return person ?? null;
}

async function objection(call: CommandCall, ports: CommandPorts): Promise<string | null> {
  const wanted = await meant(call, ports);
  return typeof wanted === 'string' ? wanted : ports.access.objection(call.identity, wanted);
}

async function apply(call: ActionCall, ports: CommandPorts): Promise<Answer> {
  const wanted = await meant(call, ports);
  // What its giver held when they asked, they may have lost since.
  const why = typeof wanted === 'string' ? wanted : await ports.access.objection(call.identity, wanted);
  if (typeof wanted === 'string' || why !== null) {
    return { title: `Nothing was granted: ${why}`, tone: 'bad', rows: [], data: { granted: false } };
  }
  const order = { id: derivedId('access', call.correlationId), by: call.identity };
  const first = await ports.access.grant(wanted, order);
  if (!first) return { title: 'This was done before', tone: 'info', rows: [], data: { granted: false } };
  // A role or a revocation may deny it all the same, and whoever was told otherwise would rely on it.
  const denied = await ports.access.denying(wanted);
  const data = { granted: true, ...wanted };
  if (denied === null) {
    const then = await ports.access.afterwards(wanted);
    return { title: granted(wanted, then), tone: 'ok', rows: [], data: { ...data, then } };
  }
  const what = wanted.kind === 'role' ? `the role \`${wanted.name}\`` : `\`${wanted.name}\``;
  const title = `${wanted.person} was granted ${what}, but ${denied}`;
  return { title, tone: 'warn', rows: [], data: { ...data, deniedBy: denied } };
}

function granted({ person, kind, name, until }: Entitlement, then: string | null): string {
  const what = kind === 'role' ? `has the role \`${name}\`` : `may do \`${name}\``;
  const end = until === null ? '' : `, until ${utc(until)}${then === null ? '' : `; then ${then}`}`;
  return `${person} ${what} from now on${end}`;
}
