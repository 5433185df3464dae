// A running bot over the real tmi.js and the stand-in, with a small intake and a memory in RAM: what is tested is the
// bot and the wire. Everything is closed when the test ends.
import { onTestFinished } from 'vitest';
import { createTwitchBot, type TwitchTuning } from '../../../src/bots/twitch/index.ts';
import type { CommandIntake, Decision, Invocation, Reply } from '../../../src/commands/reply.ts';
import type { CommandSpec } from '../../../src/commands/spec.ts';
import type { ActionState, Report } from '../../../src/contracts/chat.ts';
import { systemClock } from '../../../src/core/clock.ts';
import { Link } from '../../../src/core/links.ts';
import { silentLogger } from '../../../src/core/logger.ts';
import { Secret } from '../../../src/core/secret.ts';
import { createTwitchPeer, type TwitchPeer, type TwitchPeerOptions } from '../../peers/twitch/index.ts';
import { eventually } from '../../support/fixtures.ts';

export const ann = { userId: '42', login: 'ann', name: 'Ann' } as const;
export const stranger = { userId: '666', login: 'mallory', name: 'Mallory' } as const;

/** Twitch's limits and our own, both with a second where the real ones have half a minute. */
const limits = { windowMs: 1_000, duplicateMs: 1_000, muteMs: 60_000 } as const;
const tuning: Partial<TwitchTuning> = {
  pingAfterMs: 250,
  silentAfterMs: 700,
  tickMs: 40,
  joinRetryMs: 500,
  retry: { initialMs: 40, maxMs: 200 },
  steadyAfterMs: 200,
  messages: { windowMs: 1_200, cap: 18, privilegedCap: 95, spacingMs: 5 },
  duplicateWindowMs: 1_200,
  answerWithinMs: 400,
  maxAgeMs: 20_000,
};

export interface BotWorld {
  readonly peer: TwitchPeer;
  readonly bot: ReturnType<typeof createTwitchBot>;
  readonly link: Link;
  readonly handled: Invocation[];
  readonly decided: Decision[];
}

export interface BotWorldOptions {
  readonly peer?: TwitchPeerOptions;
  readonly tuning?: Partial<TwitchTuning>;
  readonly token?: string;
  /** Applied before the bot starts. */
  readonly before?: (peer: TwitchPeer) => void;
}

/** Starts stand-in and bot; does not wait for the connection. */
export async function startBot(options: BotWorldOptions = {}): Promise<BotWorld> {
  const peer = await createTwitchPeer({ ...options.peer, limits: { ...limits, ...options.peer?.limits } });
  onTestFinished(() => peer.close());
  options.before?.(peer);
  const link = new Link({ name: 'twitch', hard: false, clock: systemClock });
  const [handled, decided]: [Invocation[], Decision[]] = [[], []];
  const shown = new Map<string, { message: string; seq: number }>();
  const bot = createTwitchBot(
    {
      intake: smallIntake(handled, decided),
      memory: {
        recall: async (about) => shown.get(about) ?? null,
        remember: async (about, _place, what) => void shown.set(about, what),
      },
      link,
      clock: systemClock,
      logger: silentLogger,
    },
    {
      settings: () => ({
        username: 'swarmbot',
        token: new Secret(options.token ?? 'good'),
        channels: ['swarm', 'drones'],
        ircUrl: peer.url,
      }),
      tuning: { ...tuning, ...options.tuning },
    },
  );
  onTestFinished(() => bot.stop());
  await bot.start();
  return { peer, bot, link, handled, decided };
}

/** The same, connected and in both channels. */
export async function joinedBot(options: BotWorldOptions = {}): Promise<BotWorld> {
  const world = await startBot(options);
  await isBack(world);
  return world;
}

/** Awaits that Twitch has the bot in both channels, and that the bot knows. */
export async function isBack({ peer, link }: BotWorld): Promise<void> {
  await eventually(() => ['swarm', 'drones'].every((channel) => peer.joined(channel).includes('swarmbot')));
  await eventually(() => link.status().state === 'up' && !link.status().detail.includes('not joined'));
}

/** A report about the restart of slam that `ann` asked for. */
export function restartReport(seq: number, states: readonly ActionState[], final = false): Report {
  return {
    to: { surface: 'twitch', place: 'swarm', user: 'ann' },
    about: 'restart-1',
    kind: 'restart',
    subject: 'slam',
    seq,
    final,
    text: final ? 'new incarnation b2, 3 s' : 'the sidecar took it',
    steps: states.map((state) => ({ state, at: 0, detail: '' })),
  };
}

function smallIntake(handled: Invocation[], decided: Decision[]): CommandIntake {
  return {
    shown: async () => undefined,
    specs: [command('status'), command('restart')],
    async handle(invocation): Promise<Reply> {
      handled.push(invocation);
      const line = invocation.input.kind === 'line' ? invocation.input.line : '';
      if (!line.startsWith('restart')) return { kind: 'answer', answer: statusAnswer(line) };
      if (invocation.identity.id !== ann.userId) {
        return { kind: 'refusal', code: 'denied', text: `Not allowed for ${invocation.identity.name}.` };
      }
      return {
        kind: 'confirm',
        confirmationId: 'ab12cd',
        prompt: 'restart slam?',
        expiresAt: Date.now() + 60_000,
      };
    },
    async decide(decision): Promise<Reply> {
      decided.push(decision);
      return { kind: 'accepted', correlationId: 'c1', text: 'the restart of slam is queued' };
    },
  };
}

function statusAnswer(line: string) {
  const rows = [{ label: 'slam', value: 'ready', ageMs: 4_000, tone: 'ok' }] as const;
  return { title: line, tone: 'ok', rows, data: null } as const;
}

function command(name: string): CommandSpec {
  return {
    kind: 'question',
    name,
    description: name,
    args: [],
    example: name,
    answer: async () => statusAnswer(name),
  };
}
