// People in front of Discord: they type slash commands, click buttons and see answers.
import { patienceMs } from '../../support/patience.ts';
import type { Gateway } from './gateway.ts';
import { type ApiObject, interactionOf, messageOf } from './shapes.ts';
import {
  loading,
  type Person,
  type StoredFile,
  type StoredInteraction,
  type StoredMessage,
  type World,
} from './world.ts';

export const operator: Person = { id: '910000000000000001', name: 'operator' };
export const stranger: Person = { id: '910000000000000002', name: 'stranger' };

/** A message as a person sees it. */
export interface SeenMessage {
  readonly id: string;
  /** Content, titles, descriptions and footers, a line each. */
  readonly text: string;
  readonly buttons: readonly { readonly label: string; readonly customId: string }[];
  readonly ephemeral: boolean;
  readonly color: number | undefined;
  readonly files: readonly StoredFile[];
  /** How often it was edited. */
  readonly edits: number;
}

export interface SlashUse {
  /** Two words for a subcommand. */
  readonly command: string;
  readonly options?: Readonly<Record<string, string>>;
  readonly user?: Person;
}

/** What came of one slash command or click. Each rejects when nothing is there in time (default 5,000 ms). */
export interface Use {
  readonly id: string;
  /** The answer, once it is more than "is thinking…"; of a click, the message with the button once it was edited. */
  message(timeoutMs?: number): Promise<SeenMessage>;
  /** The first message that follows the answer. */
  followUp(timeoutMs?: number): Promise<SeenMessage>;
}

/** Types a slash command; waits until the bot has registered it, since nobody can type another. */
export async function typeSlash(world: World, gateway: Gateway, use: SlashUse): Promise<Use> {
  const { id, offered, wrap } = await registered(world, use.command);
  const options = Object.entries(use.options ?? {}).map(([name, value]) => chosen(offered, name, value));
  const foreign = options.find(({ name }) => !offered.some((option) => option['name'] === name));
  if (foreign) throw new Error(`/${use.command} has no option ${foreign.name}`);
  const missing = offered.find(({ name, required }) => required === true && !isGiven(options, name));
  if (missing) throw new Error(`/${use.command} needs ${String(missing['name'])}`);
  const data = { id, type: 1, guild_id: world.guildId, ...wrap(options) };
  return begin(world, gateway, { person: use.user ?? operator, specific: { type: 2, data } });
}

/** Types into an option that completes, and waits for the choices that are offered. */
export async function typeInto(
  world: World,
  gateway: Gateway,
  { option, typed, ...use }: SlashUse & { readonly option: string; readonly typed: string },
): Promise<readonly string[]> {
  const { id, offered, wrap } = await registered(world, use.command);
  const completes = offered.some(({ name, autocomplete }) => name === option && autocomplete === true);
  if (!completes) throw new Error(`/${use.command} completes no ${option}`);
  const others = Object.entries(use.options ?? {}).map(([name, value]) => chosen(offered, name, value));
  const focused = { type: 3, name: option, value: typed, focused: true };
  const data = { id, type: 1, guild_id: world.guildId, ...wrap([...others, focused]) };
  const { id: interaction } = begin(world, gateway, {
    person: use.user ?? operator,
    specific: { type: 4, data },
  });
  return world.until(
    () => world.interactions.get(interaction)?.choices,
    patienceMs,
    'No choices were offered',
  );
}

/** A slash command, or one part of a group, once the bot has registered it. */
async function registered(world: World, command: string) {
  const [name = '', part] = command.split(' ');
  const top = await world.until(
    () => [...world.commands.values()].flat().find((one) => one['name'] === name),
    patienceMs,
    `/${name} is not registered`,
  );
  const sub = optionsOf(top).find((option) => option['type'] === 1 && option['name'] === part);
  if (part !== undefined && !sub) throw new Error(`/${name} has no part ${part}`);
  const wrap = (options: readonly ApiObject[]): ApiObject =>
    sub ? { name, options: [{ type: 1, name: part, options }] } : { name, options };
  return { id: top['id'], offered: optionsOf(sub ?? top), wrap };
}

function chosen(offered: readonly ApiObject[], name: string, value: string) {
  const type = offered.find((option) => option['name'] === name)?.['type'];
  return type === 5 ? { type, name, value: value === 'true' } : { type: 3, name, value };
}

/** Clicks a button that is on the message now. */
export function clickButton(
  world: World,
  gateway: Gateway,
  click: { readonly message: string; readonly customId: string; readonly user: Person },
): Use {
  const source = world.messages.get(click.message);
  const there = source && look(source).buttons.some(({ customId }) => customId === click.customId);
  if (!source || !there) throw new Error(`no button ${click.customId} on message ${click.message}`);
  const data = { component_type: 2, custom_id: click.customId };
  const specific = { type: 3, data, message: messageOf(world, source) };
  return begin(world, gateway, { person: click.user, specific, source });
}

/** Fills in the window that a click opened, and sends it off. */
export async function fillModal(
  world: World,
  gateway: Gateway,
  {
    click,
    fields,
    user,
  }: { readonly click: Use; readonly fields: Readonly<Record<string, string>>; readonly user: Person },
): Promise<Use> {
  const opened = world.interactions.get(click.id);
  const modal = await world.until(() => opened?.modal, patienceMs, 'no window opened');
  const source = opened?.source;
  const components = modal.components.map(({ component: { custom_id } }) => ({
    type: 18,
    component: { type: 4, custom_id, value: fields[custom_id] ?? '' },
  }));
  const data = { custom_id: modal.custom_id, components };
  const specific = { type: 5, data, ...(source && { message: messageOf(world, source) }) };
  return begin(world, gateway, { person: user, specific, ...(source && { source }) });
}

export function look(message: StoredMessage): SeenMessage {
  const embeds = message.embeds.flatMap((embed) => [embed['title'], embed['description'], footerText(embed)]);
  const rows = message.components.flatMap((row) =>
    Array.isArray(row['components']) ? row['components'] : [],
  );
  const color = message.embeds[0]?.['color'];
  return {
    id: message.id,
    text: [message.content, ...embeds].filter((line) => typeof line === 'string' && line !== '').join('\n'),
    buttons: rows.map((button: ApiObject) => ({
      label: String(button['label']),
      customId: String(button['custom_id']),
    })),
    ephemeral: message.seenOnlyBy !== undefined,
    color: typeof color === 'number' ? color : undefined,
    files: message.files,
    edits: message.edits,
  };
}

function begin(
  world: World,
  gateway: Gateway,
  act: { readonly person: Person; readonly specific: ApiObject; readonly source?: StoredMessage },
): Use {
  const interaction: StoredInteraction = {
    id: world.nextId(),
    token: `token-${world.nextId()}`,
    person: act.person,
    channelId: world.channelId,
    createdAt: Date.now(),
    source: act.source,
    editsBefore: act.source?.edits ?? 0,
    answeredWith: undefined,
    original: undefined,
    choices: undefined,
    followUps: [],
    modal: undefined,
  };
  world.interactions.set(interaction.id, interaction);
  gateway.dispatch('INTERACTION_CREATE', interactionOf(world, interaction, act.specific));
  const seen = (id: string | undefined) => {
    const message = world.messages.get(id ?? '');
    const untouched = message === interaction.source && message?.edits === interaction.editsBefore;
    return message && !untouched && (message.flags & loading) === 0 ? look(message) : undefined;
  };
  return {
    id: interaction.id,
    message: (timeoutMs = patienceMs) =>
      world.until(() => seen(interaction.original), timeoutMs, 'The application did not respond'),
    followUp: (timeoutMs = patienceMs) =>
      world.until(() => seen(interaction.followUps[0]), timeoutMs, 'No message followed'),
  };
}

function optionsOf(command: ApiObject): readonly ApiObject[] {
  return Array.isArray(command['options']) ? command['options'] : [];
}

function isGiven(options: readonly { readonly name: string }[], name: unknown): boolean {
  return options.some((option) => option.name === name);
}

function footerText(embed: ApiObject): unknown {
  const footer = embed['footer'];
  return typeof footer === 'object' && footer !== null && 'text' in footer ? footer.text : undefined;
}
