// Commands as Discord has them: one slash command each, and those of one first word as subcommands of one. Shapes only;
// when they are written is decided in registration.ts.
import { z } from 'zod';
import type { CommandSpec } from '../../commands/index.ts';
import { cutText } from './text.ts';

const chatInput = 1;
const kinds = { subcommand: 1, string: 3, boolean: 5 } as const;
/** Discord's own limits. */
const most = { description: 100, options: 25 };

/** The option of everything that changes something. */
export const dryRunOption = 'dry-run';

const leafSchema = z.object({
  type: z.number(),
  name: z.string(),
  description: z.string(),
  required: z.boolean().default(false),
  autocomplete: z.boolean().default(false),
});
const optionSchema = leafSchema.extend({ options: z.array(leafSchema).default([]) });
export const slashCommandSchema = z.object({
  type: z.number().default(chatInput),
  name: z.string(),
  description: z.string(),
  options: z.array(optionSchema).default([]),
});

/** One slash command, reduced to what we decide about it. */
export type SlashCommand = z.input<typeof slashCommandSchema>;
type SlashOption = z.input<typeof leafSchema>;

/** Every command, in the order of the list; aliases are for those who type. */
export function toSlashCommands(specs: readonly CommandSpec[]): SlashCommand[] {
  const groups = new Set(specs.map(({ name }) => wordsOf(name).group));
  return [...groups].map((group) => {
    const members = specs.filter(({ name }) => wordsOf(name).group === group);
    const [only] = members;
    return only && wordsOf(only.name).part === null ? slashCommandOf(only) : groupOf(group, members);
  });
}

/** The name of the command behind a use: `gas` and its subcommand `send` is `gas send`. */
export function commandNameOf(name: string, subcommand: string | null): string {
  return subcommand === null ? name : `${name} ${subcommand}`;
}

function slashCommandOf(spec: CommandSpec): SlashCommand {
  return { type: chatInput, name: spec.name, description: describe(spec), options: optionsOf(spec) };
}

function groupOf(group: string, members: readonly CommandSpec[]): SlashCommand {
  const parts = members.map(({ name }) => wordsOf(name).part ?? name);
  return {
    type: chatInput,
    name: group,
    description: cutText(`${group}: ${parts.join(', ')}`, most.description),
    options: members.slice(0, most.options).map((spec, i) => ({
      type: kinds.subcommand,
      name: parts[i] ?? spec.name,
      description: describe(spec),
      options: optionsOf(spec),
    })),
  };
}

/** Every argument is a string option; Discord wants the required ones first. */
function optionsOf(spec: CommandSpec): SlashOption[] {
  const options = spec.args.map((arg) => ({
    type: kinds.string,
    name: arg.name,
    description: cutText(arg.description, most.description),
    required: arg.required,
    ...(arg.candidates && { autocomplete: true }),
  }));
  const dryRun = {
    type: kinds.boolean,
    name: dryRunOption,
    description: 'Only say what would be done',
    required: false,
  };
  return [
    ...options.toSorted((a, b) => Number(b.required) - Number(a.required)),
    ...(spec.kind === 'question' ? [] : [dryRun]),
  ];
}

function describe({ description }: CommandSpec): string {
  return cutText(description, most.description);
}

function wordsOf(name: string): { readonly group: string; readonly part: string | null } {
  const [group = name, part = null] = name.split(' ');
  return { group, part };
}
