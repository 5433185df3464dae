// What the Discord tests share: the stand-in, a bot with real discord.js pointed at it, a small intake, and a memory.

import {
  createDiscordBot,
  type DiscordBot,
  type DiscordTuning,
  discordConfigSchema,
} from '../../../src/bots/discord/index.ts';
import type {
  Action,
  Change,
  CommandIntake,
  Completer,
  CommandSpec,
  Decision,
  Invocation,
  Question,
  Reply,
} from '../../../src/commands/index.ts';
import type { BoardAgent } from '../../../src/contracts/board.ts';
import type { Answer, Report, Step } from '../../../src/contracts/chat.ts';
import type { ReportMemory } from '../../../src/contracts/ports.ts';
import { systemClock } from '../../../src/core/clock.ts';
import { Link, type LinkStatus } from '../../../src/core/links.ts';
import { silentLogger } from '../../../src/core/logger.ts';
import { createGuards, type Guards } from '../../../src/core/recovery/guards.ts';
import {
  createDiscordPeer,
  type DiscordPeer,
  type DiscordPeerOptions,
  operator,
} from '../../peers/discord/index.ts';

const status: Question = {
  kind: 'question',
  name: 'status',
  description: 'What is connected, and since when',
  args: [{ name: 'target', description: 'Only this part', required: false }],
  example: 'status queue',
  answer: () => Promise.resolve({ title: 'Status', tone: 'ok', rows: [], data: null }),
};
const restart: Action = {
  kind: 'action',
  name: 'restart',
  description: 'Restarts a service and says whether it came back',
  args: [
    {
      name: 'service',
      description: 'Its name',
      required: true,
      candidates: () => Promise.resolve(['slam', 'mesh', 'slope']),
    },
  ],
  example: 'restart slam',
  permission: () => 'service.restart:slam',
  check: () => Promise.resolve(null),
  prompt: () => 'Restart slam?',
  enqueue: () => Promise.resolve('Queued.'),
};

const gasStatus: Question = { ...status, name: 'gas status', description: 'What was delivered' };

const link: Change = {
  kind: 'change',
  name: 'link',
  description: 'Makes a code, or takes one',
  args: [{ name: 'code', description: 'The code', required: false, secret: true }],
  example: 'link',
  permission: () => 'link',
  check: () => Promise.resolve(null),
  prompt: () => 'Link?',
  apply: () => Promise.resolve(codeShown),
};
const codeShown: Answer = { title: 'Enter ACDEF-GHJKM there', tone: 'info', rows: [], data: null };

/** Answers like the real one, from a table; remembers what it was handed. */
export class FakeIntake implements CommandIntake {
  readonly specs: readonly CommandSpec[] = [status, restart, gasStatus, link];
  readonly invocations: Invocation[] = [];
  readonly decisions: Decision[] = [];
  answerDelayMs = 0;
  readonly shownIds: string[] = [];
  /** What its questions want beside a yes. */
  asks: Pick<Extract<Reply, { kind: 'confirm' }>, 'typeName' | 'level'> = {};

  async shown(id: string): Promise<void> {
    this.shownIds.push(id);
  }

  async handle(invocation: Invocation): Promise<Reply> {
    this.invocations.push(invocation);
    if (this.answerDelayMs > 0) await systemClock.sleep(this.answerDelayMs);
    const { identity, input } = invocation;
    if (input.kind === 'parsed' && input.command === 'status') {
      const rows = [
        { label: 'redis', value: 'up', ageMs: 4_000, tone: 'ok' as const },
        { label: '@everyone', value: '**bold** <@1>', ageMs: null, tone: 'bad' as const },
      ];
      return { kind: 'answer', answer: { title: 'Status', tone: 'ok', rows, data: null } };
    }
    if (input.kind === 'parsed' && input.command === 'link') return { kind: 'answer', answer: codeShown };
    if (identity.id !== operator.id) return denied;
    return {
      kind: 'confirm',
      confirmationId: 'abc123',
      prompt: 'Restart slam?',
      expiresAt: Date.now() + 30_000,
      ...this.asks,
    };
  }

  async decide(decision: Decision): Promise<Reply> {
    this.decisions.push(decision);
    if (decision.identity.id !== operator.id) return denied;
    if (decision.verdict === 'no') return { kind: 'dropped', text: 'Dropped.' };
    return { kind: 'accepted', correlationId: 'x1234567890', text: 'Queued.' };
  }
}

const denied: Reply = { kind: 'refusal', code: 'denied', text: 'Only an operator may restart slam.' };

export function mapMemory(): ReportMemory {
  const shown = new Map<string, { readonly message: string; readonly seq: number }>();
  return {
    recall: (about, place) => Promise.resolve(shown.get(`${about} ${place}`) ?? null),
    remember: (about, place, what) => {
      shown.set(`${about} ${place}`, what);
      return Promise.resolve();
    },
  };
}

/** A report of one restart that went through `states`; its seq is their number. */
export function restartReport(
  to: { readonly place: string; readonly message?: string },
  states: readonly Step['state'][],
  text = 'slam is on its way.',
): Report {
  return {
    to: { surface: 'discord', ...to },
    about: 'x1234567890',
    kind: 'restart',
    subject: 'slam',
    seq: states.length,
    final: states.at(-1) === 'ready',
    text,
    steps: states.map((state) => ({ state, at: Date.now(), detail: '' })),
  };
}

/** A report of a board of `agents`. */
export function boardReport(
  to: { readonly place: string; readonly message?: string },
  {
    seq,
    agents = [boardAgent('Agent-1', 82, ['Agent-2']), boardAgent('Agent-2', 10)],
    final = false,
  }: BoardLike,
): Report {
  return {
    to: { surface: 'discord', ...to },
    about: 'b1234567890',
    kind: 'board',
    subject: 'Chain board',
    seq,
    final,
    text: final ? 'all. The board ends: it was stopped' : 'all',
    steps: [],
    board: { at: Date.now(), agents: [...agents], more: 0, alerts: [] },
  };
}

interface BoardLike {
  readonly seq: number;
  readonly agents?: readonly BoardAgent[];
  readonly final?: boolean;
}

/** One that works. */
export function boardAgent(agent: string, percent: number, handsTo: readonly string[] = []): BoardAgent {
  return {
    ...{ agent, percent, state: 'executing', tone: 'ok', nextCheckpoint: 90, open: 1 },
    sign: { source: 'progress', at: Date.now() },
    handsTo: [...handsTo],
    course: [
      [600, 0],
      [0, percent],
    ],
  };
}

export interface Scene {
  readonly peer: DiscordPeer;
  readonly intake: FakeIntake;
  readonly link: Link;
  /** Every change of the link's state, the newest last: one that lasts for milliseconds is seen here alone. */
  readonly changes: readonly LinkStatus[];
  readonly guards: Guards;
  readonly bot: DiscordBot;
  close(): Promise<void>;
}

export interface SceneOptions {
  readonly peer?: DiscordPeerOptions;
  readonly token?: string;
  readonly tuning?: DiscordTuning;
  readonly memory?: ReportMemory;
  /** Default: nothing is offered. */
  readonly completer?: Completer;
}

/** A stand-in and a bot that is started but perhaps not connected yet. */
export async function openScene(options: SceneOptions = {}): Promise<Scene> {
  const peer = await createDiscordPeer({ heartbeatMs: 500, ...options.peer });
  const scene = botAt(peer, options);
  await scene.bot.start();
  return {
    peer,
    ...scene,
    close: async () => {
      await scene.bot.stop();
      await peer.close();
    },
  };
}

/** A bot for a stand-in, not started. */
export function botAt(
  peer: Pick<DiscordPeer, 'apiUrl' | 'token' | 'guildId' | 'channelId'>,
  options: SceneOptions = {},
): Pick<Scene, 'intake' | 'link' | 'changes' | 'guards' | 'bot'> {
  const intake = new FakeIntake();
  const changes: LinkStatus[] = [];
  const onChange = (status: LinkStatus) => void changes.push(status);
  const link = new Link({ name: 'discord', hard: false, clock: systemClock, staleAfterMs: 90_000, onChange });
  const guards = createGuards({ clock: systemClock });
  const bot = createDiscordBot(
    {
      intake,
      ...(options.completer && { completer: options.completer }),
      memory: options.memory ?? mapMemory(),
      link,
      guards,
      clock: systemClock,
      logger: silentLogger,
    },
    {
      settings: () =>
        discordConfigSchema.parse({
          token: options.token ?? peer.token,
          guildId: peer.guildId,
          channelId: peer.channelId,
          apiUrl: peer.apiUrl,
        }),
      tuning: { minEditMs: 20, restTimeoutMs: 1_000, retryInitialMs: 100, ...options.tuning },
    },
  );
  return { intake, link, changes, guards, bot };
}
