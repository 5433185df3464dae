// Slash commands and buttons: acknowledged at once (Discord waits 3 s), handed to the command intake, answered.
// Knows nothing of connections, and never lets an error out.
import type {
  AutocompleteInteraction,
  ButtonInteraction,
  ChatInputCommandInteraction,
  Interaction,
  ModalMessageModalSubmitInteraction,
} from 'discord.js';
import { type CommandIntake, type Decision, hasSecret, type Reply } from '../../commands/index.ts';
import type { Identity, Mark, Place } from '../../contracts/chat.ts';
import { correlationIdOf } from '../../contracts/ids.ts';
import { chatText, errorText } from '../../core/errors.ts';
import type { Guard } from '../../core/recovery/guard.ts';
import type { Logger } from '../../core/logger.ts';
import type { Tracer } from '../../core/tracing/index.ts';
import { answerCard, type Card, confirmCard, nameModal, sentenceCard } from './cards.ts';
import { apiCode, apiCodes, toChatError } from './faults.ts';
import type { LiveMessages } from './live.ts';
import { commandNameOf, dryRunOption } from './slash.ts';

export interface InteractionDeps {
  readonly intake: CommandIntake;
  readonly live: LiveMessages;
  /** Absent: nothing is offered while somebody types. */
  readonly complete?: (interaction: AutocompleteInteraction) => Promise<void>;
  /** For answers by the token of an interaction. */
  readonly guard: Guard;
  readonly logger: Logger;
  readonly tracer: Tracer;
}

/** Deals with one interaction from acknowledgement to answer. Never rejects. */
export async function handleInteraction(interaction: Interaction, deps: InteractionDeps): Promise<void> {
  try {
    if (interaction.isChatInputCommand()) await traced(interaction, deps);
    else if (interaction.isAutocomplete()) await deps.complete?.(interaction);
    else if (interaction.isButton()) await onClick(interaction, deps);
    else if (interaction.isModalSubmit() && interaction.isFromMessage()) await onTyped(interaction, deps);
  } catch (thrown) {
    const fault = toChatError(thrown);
    deps.logger.warn(
      { code: fault.code, detail: fault.message, id: interaction.id },
      'discord: no answer given',
    );
  }
}

// A trace begins with the wish. The click on a button belongs to it, and whoever keeps the confirmation knows to which.
function traced(interaction: ChatInputCommandInteraction, deps: InteractionDeps): Promise<void> {
  const command = nameOf(interaction);
  const attributes = { 'swarmline.surface': 'discord', 'swarmline.command': command };
  return deps.tracer.span(`interaction ${command}`, { kind: 'server', attributes }, () =>
    onSlash(interaction, deps),
  );
}

function nameOf({ commandName, options }: ChatInputCommandInteraction): string {
  return commandNameOf(commandName, options.getSubcommand(false));
}

async function onSlash(interaction: ChatInputCommandInteraction, deps: InteractionDeps): Promise<void> {
  const command = nameOf(interaction);
  const spec = deps.intake.specs.find(({ name }) => name === command);
  // What changes the world is said in public, and only a public message can be edited by bot token later.
  const isPublic = spec !== undefined && spec.kind !== 'question' && !hasSecret(spec);
  let message: string | undefined;
  const defer = async () => {
    if (!isPublic) return void (await interaction.deferReply({ flags: 'Ephemeral' }));
    // Known before anything is asked there, so that its buttons can be taken away whatever happens to this process.
    const { interaction: begun } = await interaction.deferReply({ withResponse: true });
    message = begun.responseMessageId ?? undefined;
  };
  if (!(await acknowledged(defer, deps))) return;
  const place = interaction.channelId;
  const answer = (card: Card) => patiently(() => interaction.editReply(card), deps);
  const args = (spec?.args ?? []).flatMap(({ name }) => {
    const value = interaction.options.getString(name);
    return value === null ? [] : [[name, value] as const];
  });
  await orApology(answer, deps, correlationIdOf(interaction.id), async () => {
    const reply = await deps.intake.handle({
      id: interaction.id,
      identity: identityOf(interaction),
      replyTo: { surface: 'discord', place, ...(message !== undefined && { message }) },
      place: placeOf(interaction, place),
      ...(interaction.options.getBoolean(dryRunOption) === true && { dryRun: true }),
      input: { kind: 'parsed', command, args: Object.fromEntries(args) },
      ...(isPublic && { shownLater: true }),
    });
    if (message !== undefined && isFollowedHere(reply)) return taken({ place, message }, reply, deps);
    await answer(replyCard(reply));
    if (reply.kind === 'confirm') await deps.intake.shown(reply.confirmationId);
  });
}

type Accepted = Extract<Reply, { kind: 'accepted' }>;

function isFollowedHere(reply: Reply): reply is Accepted {
  return reply.kind === 'accepted' && reply.toldElsewhere !== true;
}

// The job is in the queue and its reports will edit this message: a fault of this edit must not sound like a failure.
async function taken(
  { place, message }: { readonly place: string; readonly message: string },
  reply: Accepted,
  { live, logger }: InteractionDeps,
): Promise<void> {
  await live.acknowledge(place, message, reply).catch((thrown: unknown) => {
    logger.warn({ detail: errorText(thrown) }, 'discord: an order was not shown as accepted');
  });
}

async function onClick(interaction: ButtonInteraction, deps: InteractionDeps): Promise<void> {
  const [, word, confirmationId] = /^(yes|no|type):(.+)$/.exec(interaction.customId) ?? [];
  if (confirmationId === undefined) return;
  if (word === 'type') return patiently(() => interaction.showModal(nameModal(confirmationId)), deps);
  await decideHere(interaction, { confirmationId, verdict: word === 'yes' ? 'yes' : 'no' }, deps);
}

/** The name, typed into the window that the button opened. */
async function onTyped(
  interaction: ModalMessageModalSubmitInteraction,
  deps: InteractionDeps,
): Promise<void> {
  const [, confirmationId] = /^typed:(.+)$/.exec(interaction.customId) ?? [];
  if (confirmationId === undefined) return;
  const typed = interaction.fields.getTextInputValue('name').trim();
  await decideHere(interaction, { confirmationId, verdict: 'yes', typed }, deps);
}

async function decideHere(
  interaction: ButtonInteraction | ModalMessageModalSubmitInteraction,
  word: Pick<Decision, 'confirmationId' | 'verdict' | 'typed'>,
  deps: InteractionDeps,
): Promise<void> {
  if (!(await acknowledged(() => interaction.deferUpdate(), deps))) return;
  const { channelId: place, message } = interaction;
  if (place === null) return;
  const whisper = (card: Card) =>
    patiently(() => interaction.followUp({ ...card, flags: 'Ephemeral' }), deps);
  await orApology(whisper, deps, correlationIdOf(word.confirmationId), async () => {
    const reply = await deps.intake.decide({
      ...word,
      identity: identityOf(interaction),
      replyTo: { surface: 'discord', place, message: message.id },
      place: placeOf(interaction, place),
    });
    if (isFollowedHere(reply)) await taken({ place, message: message.id }, reply, deps);
    else if (reply.kind === 'dropped') await patiently(() => interaction.editReply(replyCard(reply)), deps);
    else await whisper(replyCard(reply));
  });
}

/** False when there is nobody to answer: another instance was quicker, or the 3 s are over and nothing was done. */
async function acknowledged(defer: () => Promise<unknown>, deps: InteractionDeps): Promise<boolean> {
  try {
    await patiently(defer, deps);
    return true;
  } catch (thrown) {
    const code = apiCode(thrown);
    if (code === apiCodes.alreadyAcknowledged) return false;
    if (code !== apiCodes.unknownInteraction) throw thrown;
    deps.logger.warn('discord: an interaction reached us too late and was not run');
    return false;
  }
}

/** A fault of ours is answered with its plain sentence; a fault of Discord leaves nothing to answer with. */
async function orApology(
  tell: (card: Card) => Promise<unknown>,
  deps: InteractionDeps,
  incident: string,
  work: () => Promise<void>,
): Promise<void> {
  try {
    await work();
  } catch (thrown) {
    const fault = toChatError(thrown);
    await tell(sentenceCard(chatText(fault, incident), 'bad'));
    deps.logger.warn(
      { code: fault.code, detail: fault.message, incident },
      'discord: answered with an apology',
    );
  }
}

async function patiently(run: () => Promise<unknown>, deps: InteractionDeps): Promise<void> {
  // Without a signal: answers under way at a stop may still be given.
  await deps.guard.run(() => run().catch((thrown: unknown) => Promise.reject(toChatError(thrown))));
}

function replyCard(reply: Reply): Card {
  switch (reply.kind) {
    case 'answer':
      return answerCard(reply.answer);
    case 'confirm':
      return confirmCard(reply);
    case 'refusal':
      return sentenceCard(reply.text, 'bad');
    case 'accepted':
    case 'dropped':
      return sentenceCard(reply.text, 'info');
  }
}

type Speaking = Pick<Interaction, 'user' | 'member' | 'guildId'>;

function identityOf(speaking: Speaking): Identity {
  const { id, globalName, username } = speaking.user;
  return { surface: 'discord', id, name: globalName ?? username, marks: marksOf(speaking) };
}

// The role that everybody on a server has bears the server's own id, and says nothing of a person.
function marksOf({ member, guildId }: Speaking): Mark[] {
  if (member === null) return [];
  const ids = Array.isArray(member.roles) ? member.roles : [...member.roles.cache.keys()];
  return ids.filter((id) => id !== guildId).map((id): Mark => `role:${id}`);
}

function placeOf({ guildId }: Speaking, channelId: string): Place {
  return { surface: 'discord', id: channelId, ...(guildId !== null && { server: guildId }) };
}
