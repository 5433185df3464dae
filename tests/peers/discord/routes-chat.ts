// Routes about talk: messages of a channel, callbacks of interactions, and what follows a callback.
import { z } from 'zod';
import { filesAfter } from './attachments.ts';
import type { SentFile } from './form.ts';
import type { Call, Route } from './router.ts';
import {
  type Answer,
  isEmptyMessage,
  type MessageBody,
  messageBodySchema,
  modalSchema,
  parseBody,
  refuse,
} from './rules.ts';
import { callbackOf, messageOf } from './shapes.ts';
import { ephemeral, loading, type StoredInteraction, type StoredMessage, type World } from './world.ts';

const callbackTtlMs = 3_000;
const tokenTtlMs = 15 * 60_000;
const modalType = 9;
const callbackSchema = z.union([
  z.looseObject({ type: z.literal(modalType), data: modalSchema }),
  z.looseObject({
    type: z
      .number()
      .int()
      .refine((type) => type !== modalType),
    data: messageBodySchema.optional(),
  }),
]);
const choicesSchema = z.looseObject({
  data: z.looseObject({
    choices: z.array(z.looseObject({ name: z.string().min(1).max(100), value: z.string().max(100) })).max(25),
  }),
});

export function chatRoutes(world: World): readonly Route[] {
  return [
    { method: 'POST', path: '/channels/:channel/messages', answer: (call) => post(world, call) },
    { method: 'GET', path: '/channels/:channel/messages/:message', answer: (call) => one(world, call, show) },
    {
      method: 'PATCH',
      path: '/channels/:channel/messages/:message',
      answer: (call) => one(world, call, edit),
    },
    {
      method: 'POST',
      path: '/interactions/:id/:token/callback',
      open: true,
      answer: (call) => callback(world, call),
    },
    {
      method: 'POST',
      path: '/webhooks/:application/:token',
      open: true,
      answer: (call) => followUp(world, call),
    },
    {
      method: 'GET',
      path: '/webhooks/:application/:token/messages/:message',
      open: true,
      answer: (call) => ofInteraction(world, call, show),
    },
    {
      method: 'PATCH',
      path: '/webhooks/:application/:token/messages/:message',
      open: true,
      answer: (call) => ofInteraction(world, call, edit),
    },
  ];
}

type MessageAct = (
  world: World,
  message: StoredMessage,
  sent: { readonly body: unknown; readonly files: readonly SentFile[] },
) => Answer;

const show: MessageAct = (world, message) => ({ status: 200, body: messageOf(world, message) });

const edit: MessageAct = (world, message, { body, files: sent }) => {
  const parsed = parseBody(messageBodySchema, body);
  if ('bad' in parsed) return parsed.bad;
  const { content, embeds, components } = message;
  const next = { content, embeds, components, ...contentOf(parsed.ok) };
  if (isEmptyMessage(next)) return refuse(400, 50_006);
  const after = filesAfter(world, message.files, { body, sent });
  if ('bad' in after) return after.bad;
  Object.assign(message, next, {
    files: after.files,
    editedAt: Date.now(),
    edits: message.edits + 1,
    flags: message.flags & ~loading,
  });
  world.changed();
  return show(world, message, nothing);
};

const nothing = { body: null, files: [] };

function post(world: World, { params: [channelId = ''], body, files: sent }: Call): Answer {
  if (channelId !== world.channelId) return refuse(404, 10_003);
  const parsed = parseBody(messageBodySchema, body);
  if ('bad' in parsed) return parsed.bad;
  if (isEmptyMessage(parsed.ok)) return refuse(400, 50_006);
  const nonce = parsed.ok.nonce == null ? undefined : String(parsed.ok.nonce);
  const twin = [...world.messages.values()].find((message) => message.nonce === nonce);
  if (nonce !== undefined && parsed.ok.enforce_nonce && twin) return show(world, twin, nothing);
  const after = filesAfter(world, [], { body, sent });
  if ('bad' in after) return after.bad;
  const { files } = after;
  return show(world, world.addMessage({ channelId, nonce, files, ...contentOf(parsed.ok) }), nothing);
}

function one(world: World, { params: [channel, id = ''], body, files }: Call, act: MessageAct): Answer {
  const message = world.messages.get(id);
  if (channel !== world.channelId) return refuse(404, 10_003);
  // Nobody but the interaction itself can touch an ephemeral message.
  if (!message || message.seenOnlyBy !== undefined) return refuse(404, 10_008);
  return act(world, message, { body, files });
}

function callback(world: World, { params: [id = '', token], query, body }: Call): Answer {
  const interaction = world.interactions.get(id);
  if (!interaction || interaction.token !== token) return refuse(404, 10_062);
  if (interaction.answeredWith !== undefined) return refuse(400, 40_060);
  if (Date.now() - interaction.createdAt > callbackTtlMs) return refuse(404, 10_062);
  const parsed = parseBody(callbackSchema, body);
  if ('bad' in parsed) return parsed.bad;
  if ('data' in parsed.ok && parsed.ok.type === modalType) {
    Object.assign(interaction, { answeredWith: modalType, modal: modalSchema.parse(parsed.ok.data) });
    world.changed();
    return { status: 204, body: null };
  }
  const { type } = parsed.ok;
  const data = messageBodySchema.parse(parsed.ok.data ?? {});
  if (type === 4 && isEmptyMessage(data)) return refuse(400, 50_006);
  interaction.answeredWith = type;
  if (type === 8) return offer(world, interaction, body);
  const original = firstAnswer(world, interaction, type, data);
  interaction.original = original?.id;
  world.changed();
  if (query.get('with_response') !== 'true') return { status: 204, body: null };
  return { status: 200, body: callbackOf(interaction, original) };
}

/** 8: choices for an option that somebody types. */
function offer(world: World, interaction: StoredInteraction, body: unknown): Answer {
  const parsed = parseBody(choicesSchema, body);
  if ('bad' in parsed) return parsed.bad;
  interaction.choices = parsed.ok.data.choices.map(({ value }) => value);
  world.changed();
  return { status: 204, body: null };
}

/** 4: a message; 5: "is thinking…"; 6: nothing yet on the button's message; 7: an edit of it. */
function firstAnswer(
  world: World,
  interaction: StoredInteraction,
  type: number,
  data: MessageBody,
): StoredMessage | undefined {
  if (type === 7 && interaction.source) edit(world, interaction.source, { body: data, files: [] });
  if (type === 6 || type === 7) return interaction.source;
  const flags = (data.flags ?? 0) | (type === 5 ? loading : 0);
  return world.addMessage(answerOf(interaction, flags, data));
}

function followUp(world: World, { params: [, token = ''], body }: Call): Answer {
  const interaction = live(world, token);
  if (!interaction) return refuse(404, 10_015);
  if (interaction.answeredWith === undefined) return refuse(404, 10_015);
  const parsed = parseBody(messageBodySchema, body);
  if ('bad' in parsed) return parsed.bad;
  if (isEmptyMessage(parsed.ok)) return refuse(400, 50_006);
  const message = world.addMessage(answerOf(interaction, parsed.ok.flags ?? 0, parsed.ok));
  interaction.followUps.push(message.id);
  world.changed();
  return show(world, message, nothing);
}

function ofInteraction(
  world: World,
  { params: [, token = '', id = ''], body, files }: Call,
  act: MessageAct,
): Answer {
  const interaction = live(world, token);
  if (!interaction) return refuse(401, 50_027);
  const message = world.messages.get(id === '@original' ? (interaction.original ?? '') : id);
  return message ? act(world, message, { body, files }) : refuse(404, 10_008);
}

function live(world: World, token: string): StoredInteraction | undefined {
  const interaction = world.byToken(token);
  return interaction && Date.now() - interaction.createdAt < tokenTtlMs ? interaction : undefined;
}

function answerOf(interaction: StoredInteraction, flags: number, body: MessageBody) {
  return {
    channelId: interaction.channelId,
    interactionId: interaction.id,
    flags,
    seenOnlyBy: (flags & ephemeral) === 0 ? undefined : interaction.person.id,
    ...contentOf(body),
  };
}

/** Only what the body names; null empties. */
function contentOf(body: Pick<MessageBody, 'content' | 'embeds' | 'components'>) {
  return {
    ...(body.content === undefined ? {} : { content: body.content ?? '' }),
    ...(body.embeds === undefined ? {} : { embeds: body.embeds ?? [] }),
    ...(body.components === undefined ? {} : { components: body.components ?? [] }),
  };
}
