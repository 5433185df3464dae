// `help [command]`: what the person who asks may type, and everything about one command.
import type { Answer, AnswerRow } from '../../contracts/chat.ts';
import { within } from '../../core/timer.ts';
import { dryRunOption, usage } from '../bind.ts';
import { before } from '../dry-run.ts';
import { levelOf } from '../level.ts';
import { namesOf, nearest } from '../parse.ts';
import { mayUse } from '../permitted.ts';
import type { Action, ArgSpec, Change, CommandCall, CommandPorts, CommandSpec, Question } from '../spec.ts';

/** Made last, since it lists the others. */
export function makeHelp(others: readonly CommandSpec[]): Question {
  const help: Question = {
    kind: 'question',
    name: 'help',
    description: 'What you may type, or all about one command',
    args: [
      {
        name: 'command',
        description: 'Which command',
        required: false,
        rest: true,
        candidates: () => Promise.resolve([...others, help].map(({ name }) => name)),
      },
    ],
    example: 'help restart',
    answer: (call, ports) => {
      const all = [...others, help];
      const wanted = call.args['command'];
      return wanted === undefined
        ? overview(all, call, ports)
        : detail(wanted.toLowerCase(), all, call, ports);
    },
  };
  return help;
}

/** Whoever asks for help while Redis is away waits so long for their rights, ms. */
const patienceMs = 1_000;
const unreadable = 'what you may do cannot be read now';

/** Null where nobody can tell in time. */
function mayUseSoon(spec: CommandSpec, call: CommandCall, ports: CommandPorts): Promise<boolean | null> {
  return within(ports.clock, { ms: patienceMs, late: () => null }, mayUse(spec, call, ports));
}

async function overview(
  all: readonly CommandSpec[],
  call: CommandCall,
  ports: CommandPorts,
): Promise<Answer> {
  const may = await Promise.all(all.map((spec) => mayUseSoon(spec, call, ports)));
  const mine = all.filter((_, i) => may[i] === true);
  const hidden = may.filter((one) => one === false).length;
  const unknown = may.filter((one) => one === null).length;
  return {
    title: 'Commands',
    tone: unknown === 0 ? 'info' : 'warn',
    rows: mine.map((spec) => row(usage(spec), spec.description)),
    note: [
      'An action asks first: `yes ID` does it, `no ID` drops it.',
      ...(hidden === 0 ? [] : [`${hidden} more need rights that you do not have.`]),
      ...(unknown === 0 ? [] : [`Of ${unknown} more it is unknown: ${unreadable}.`]),
    ].join(' '),
    data: {
      commands: mine.map(({ name, description, example, kind }) => ({ name, description, example, kind })),
    },
  };
}

async function detail(
  wanted: string,
  all: readonly CommandSpec[],
  call: CommandCall,
  ports: CommandPorts,
): Promise<Answer> {
  const spec = all.find((one) => namesOf(one).includes(wanted));
  const group = all.filter(({ name }) => name.startsWith(`${wanted} `));
  if (!spec && group.length > 0) return overview(group, call, ports);
  if (!spec) {
    const guess = nearest(wanted, all.flatMap(namesOf));
    const note = guess === null ? '`help` lists them.' : `Did you mean \`${guess}\`?`;
    return { title: `Unknown: no command is called ${wanted}`, tone: 'warn', rows: [], note, data: {} };
  }
  const { name, description, aliases = [], example, kind } = spec;
  const may = await mayUseSoon(spec, call, ports);
  return {
    title: `${name}: ${description}`,
    tone: may === true ? 'info' : 'warn',
    rows: [
      row('usage', usage(spec)),
      ...spec.args.map((arg) => row(arg.name, argText(arg))),
      ...(aliases.length === 0 ? [] : [row('also', aliases.join(', '))]),
      ...(spec.kind === 'question' || spec.kind === 'word' ? [] : [row('before it', levelText(spec, ports))]),
      row('example', example),
    ],
    note: [
      ...(kind === 'question' ? [] : [`With \`${dryRunOption}\` it only says what would be done.`]),
      ...(may === false ? ['You may not use it.'] : []),
      ...(may === null ? [`Whether you may use it is unknown: ${unreadable}.`] : []),
    ].join(' '),
    data: { command: { name, aliases, description, example, kind, usage: usage(spec), allowed: may } },
  };
}

// Which arguments will be given is not known yet, and the rules may want more for some of them.
function levelText(spec: Action | Change, ports: CommandPorts): string {
  const reach = spec.permission({}).replace(/\*$/, '');
  const least = levelOf(ports, spec, reach);
  const most = levelOf(ports, spec, reach.endsWith(':') ? `${reach}*` : reach);
  return least === most ? before[least] : `${before[least]}; for some, ${before[most]}`;
}

function argText({ description, required }: ArgSpec): string {
  return required ? description : `${description} (optional)`;
}

function row(label: string, value: string): AnswerRow {
  return { label, value, ageMs: null, tone: 'info' };
}
