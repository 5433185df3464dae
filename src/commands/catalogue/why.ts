// `why` and `why me`: every gate between somebody and a command, and the one that blocks. Nothing of the command is done.
import { permissionOf } from '../permitted.ts';
import type { Verdict } from '../../access/index.ts';
import { type Answer, type Identity, type Place, surfaceSchema } from '../../contracts/chat.ts';
import { parseInvocation } from '../parse.ts';
import type { CommandCall, CommandPorts, CommandSpec, Question } from '../spec.ts';
import { personArg, unknownPerson } from './entitlement.ts';

const commandArg = {
  name: 'command',
  description: 'A command with its arguments; `in twitch-channel:NAME` at its end asks about that place',
  required: true,
  rest: true,
} as const;

/** Made after the others, whose permissions they name. */
export function makeWhy(others: readonly CommandSpec[]): readonly [Question, Question] {
  const why: Question = {
    kind: 'question',
    name: 'why person',
    aliases: ['why'],
    description: 'Why somebody may or may not use a command: every gate, and the one that blocks',
    args: [personArg, commandArg],
    example: 'why alice restart slam',
    permission: 'why',
    answer: (call, ports) =>
      explain(call.args['person'] ?? '', call, { ports, specs: [...others, why, whyMe] }),
  };
  const whyMe: Question = {
    kind: 'question',
    name: 'why me',
    description: 'Why you may or may not use a command here',
    args: [commandArg],
    example: 'why me restart slam',
    answer: (call, ports) => explain(call.identity, call, { ports, specs: [...others, why, whyMe] }),
  };
  return [why, whyMe];
}

interface Around {
  readonly ports: CommandPorts;
  readonly specs: readonly CommandSpec[];
}

async function explain(
  who: string | Identity,
  { args, place: here }: CommandCall,
  { ports, specs }: Around,
): Promise<Answer> {
  const { line, place } = split(args['command'] ?? '', here ?? null);
  const parsed = parseInvocation({ kind: 'line', line }, specs);
  if (!parsed.ok) return sentence(parsed.refusal.text);
  const { spec, args: given } = parsed.parsed;
  const permission = permissionOf(spec, given);
  const verdict = await ports.access.why(who, permission, place);
  if (verdict === null) return sentence(unknownPerson(String(who), ports.access.people));
  const name = typeof who === 'string' ? who : 'You';
  return gatesAnswer(`${name} ${verdict.allowed ? 'may' : 'may not'} use \`${line}\``, permission, verdict);
}

function gatesAnswer(title: string, permission: string, verdict: Verdict): Answer {
  const { allowed, gates, blockedBy, policyVersion } = verdict;
  return {
    title: blockedBy === null ? title : `${title}: the gate \`${blockedBy.name}\` blocks`,
    tone: allowed ? 'ok' : 'bad',
    rows: gates.map((gate) => ({
      label: gate.name,
      value: `${gate.open ? 'open' : 'closed'}: ${gate.detail}`,
      ageMs: null,
      tone: gate.open ? 'ok' : 'bad',
    })),
    data: { allowed, permission, gates, blockedBy: blockedBy?.name ?? null, policyVersion },
  };
}

/** `restart slam in twitch-channel:swarm`; without a place it is the one where it is asked. */
function split(text: string, here: Place | null): { readonly line: string; readonly place: Place | null } {
  const [, line, surface, id = 'main'] = /^(.+) in ([a-z]+)(?:-channel:(\S+))?$/.exec(text) ?? [];
  const known = surfaceSchema.safeParse(surface);
  if (line === undefined || !known.success) return { line: text, place: here };
  // Another channel of the same server.
  const server = here?.surface === known.data ? here.server : undefined;
  return { line, place: { surface: known.data, id, ...(server !== undefined && { server }) } };
}

function sentence(title: string): Answer {
  return { title, tone: 'bad', rows: [], data: { allowed: null } };
}
