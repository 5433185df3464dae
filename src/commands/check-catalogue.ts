// Whether a list of commands can be offered at all: no word means two of them, and every surface can render each. Pure.
import { domainErrors } from '../contracts/errors.ts';
import { SwarmError } from '../core/errors.ts';
import { namesOf } from './parse.ts';
import type { CommandSpec } from './spec.ts';

/** @throws SwarmError CATALOGUE_INVALID with every problem, so that nobody finds out by a command that goes astray */
export function assertCatalogue(specs: readonly CommandSpec[]): void {
  const problems = checkCatalogue(specs);
  if (problems.length > 0) throw new SwarmError(domainErrors.catalogueInvalid, problems.join('; '));
}

/** Every problem of a list of commands, in words that name both sides. */
export function checkCatalogue(specs: readonly CommandSpec[]): readonly string[] {
  return [...specs.flatMap(problemsOf), ...clashes(specs), ...groupClashes(specs)];
}

// What Discord takes for a name; the other surfaces take more.
const nameShape = /^[a-z][a-z0-9-]{0,31}( [a-z][a-z0-9-]{0,31})?$/;
const argShape = /^[a-z][a-z0-9-]{0,31}$/;
/** Words that surfaces understand by themselves; yes and no are a person's word wherever they are typed. */
const reserved = ['y', 'n', 'quit', 'exit'];
const wordsOfDecision = ['yes', 'no'];
/** Each surface has it for what changes something. */
const dryRunName = 'dry-run';

function problemsOf(spec: CommandSpec): string[] {
  const { name, args } = spec;
  const words = namesOf(spec);
  const taken = spec.kind === 'word' ? reserved : [...reserved, ...wordsOfDecision];
  const shapeless = words.filter((word) => !nameShape.test(word) || taken.includes(word));
  const notLast = args.slice(0, -1).filter(({ rest }) => rest === true);
  const late = args.filter(({ required }, i) => required && args.slice(0, i).some((one) => !one.required));
  const odd = args.filter((arg) => !argShape.test(arg.name) || arg.name === dryRunName);
  const twice = args.filter((arg, i) => args.findIndex((one) => one.name === arg.name) !== i);
  return [
    ...shapeless.map((word) => `"${word}" cannot be the name of a command`),
    ...notLast.map((arg) => `${name}: only the last argument may take the rest of the line, not ${arg.name}`),
    ...late.map((arg) => `${name}: the required argument ${arg.name} stands behind an optional one`),
    ...odd.map((arg) => `${name}: "${arg.name}" cannot be the name of an argument`),
    ...twice.map((arg) => `${name}: two arguments are called ${arg.name}`),
    ...('danger' in spec && spec.danger === 'type-name' && args[0]?.required !== true
      ? [`${name}: nothing can be typed again, since no first argument is required`]
      : []),
  ];
}

function clashes(specs: readonly CommandSpec[]): string[] {
  const owners = specs.flatMap((spec) => namesOf(spec).map((word) => ({ word, name: spec.name })));
  return owners.flatMap(({ word, name }, i) => {
    const former = owners.slice(0, i).find((one) => one.word === word);
    return former ? [`"${word}" names both ${former.name} and ${name}`] : [];
  });
}

// `gas` alone may stand for `gas status`, and for nothing outside that group: there `gas send` would be its argument, and
// Discord has no command beside its own subcommands.
function groupClashes(specs: readonly CommandSpec[]): string[] {
  const grouped = specs.flatMap((spec) => namesOf(spec).map((word) => ({ spec, word })));
  return grouped.flatMap(({ spec, word }) => {
    const [group, part] = word.split(' ');
    if (part === undefined) return [];
    const other = specs.find((one) => namesOf(one).includes(group ?? '') && !inGroup(one, group ?? ''));
    return other ? [`"${word}" of ${spec.name} begins like "${group}", which names ${other.name}`] : [];
  });
}

function inGroup({ name }: CommandSpec, group: string): boolean {
  return name.startsWith(`${group} `);
}
