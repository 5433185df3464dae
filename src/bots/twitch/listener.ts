// From a chat message to its one reply: parse, hand to the intake, say what it said. Decides nothing about commands.

import type { CommandIntake, Reply } from '../../commands/index.ts';
import { answerLine, formatAge } from '../../commands/index.ts';
import type { Identity, Mark } from '../../contracts/chat.ts';
import type { Clock } from '../../core/clock.ts';
import { type ChatRequest, parseChat } from './parse.ts';
import type { Sender } from './sender.ts';
import type { ChatMessage } from './wire.ts';

export interface ListenerDeps {
  readonly intake: CommandIntake;
  readonly sender: Sender;
  readonly clock: Clock;
}

/** How many message ids are remembered, so that a message that Twitch repeats is answered once. */
const rememberedMessages = 1_000;

/** Creates the handler of chat messages; `self` is the bot's own login. It resolves when the reply has been said. */
export function makeListener({ intake, sender, clock }: ListenerDeps, self: string) {
  const names = new Set(intake.specs.flatMap(({ name, aliases = [] }) => [name, ...aliases]).map(firstWord));
  const seen = new Set<string>();
  return async (message: ChatMessage): Promise<void> => {
    if (message.login === self || seen.has(message.id)) return;
    const request = parseChat(message.text, names);
    if (!request) return;
    remember(seen, message.id);
    const { userId: id, name, channel } = message;
    const marks = message.badges.map((badge): Mark => `badge:${badge}`);
    const identity: Identity = { surface: 'twitch', id, name, marks };
    const place = { surface: 'twitch', id: channel } as const;
    const replyTo = { surface: 'twitch', place: message.channel, user: message.login } as const;
    const reply =
      request.kind === 'command'
        ? await intake.handle({
            id: message.id,
            identity,
            replyTo,
            place,
            input: { kind: 'line', line: request.line },
            shownLater: true,
          })
        : await intake.decide({ ...decisionOf(request), identity, replyTo, place });
    const { state } = await sender.say(message.channel, message.login, replyText(reply, clock.now()));
    // A line that Twitch did not answer was most likely said.
    if (reply.kind === 'confirm' && state !== 'dropped') await intake.shown(reply.confirmationId);
  };
}

/** `gas` of `gas send`: what follows is for the intake to understand. */
function firstWord(name: string): string {
  return name.split(' ')[0] ?? name;
}

function decisionOf({ verdict, confirmationId, rest }: Extract<ChatRequest, { kind: 'decision' }>) {
  if (rest === undefined) return { verdict, confirmationId };
  return verdict === 'yes'
    ? { verdict, confirmationId, typed: rest }
    : { verdict, confirmationId, reason: rest };
}

function replyText(reply: Reply, now: number): string {
  if (reply.kind === 'answer') return answerLine(reply.answer);
  if (reply.kind !== 'confirm') return reply.text;
  const { prompt, confirmationId: id, level, typeName } = reply;
  const left = formatAge(reply.expiresAt - now + 500);
  if (level === 'two-persons')
    return `${prompt} Somebody else types !approve ${id} within ${left}; !no ${id} takes it back`;
  return `${prompt} type !yes ${id}${typeName === undefined ? '' : ` ${typeName}`} within ${left}`;
}

function remember(seen: Set<string>, id: string): void {
  seen.add(id);
  for (const oldest of seen) {
    if (seen.size <= rememberedMessages) return;
    seen.delete(oldest);
  }
}
