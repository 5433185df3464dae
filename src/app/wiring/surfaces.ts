// Wires the surfaces of this process, and collects where their reports go.
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { ApiServer, createResults } from '../../api/index.ts';
import { ConsoleBot } from '../../bots/console/index.ts';
import { createDiscordBot } from '../../bots/discord/index.ts';
import { createTwitchBot } from '../../bots/twitch/index.ts';
import type { CommandIntake } from '../../commands/index.ts';
import type { Surface } from '../../contracts/chat.ts';
import type { ReportSink } from '../../contracts/ports.ts';
import type { Part } from '../../core/lifecycle.ts';
import { createReportMemory } from '../../queue/index.ts';
import { overRedis } from '../read-models.ts';
import type { Shared } from './shared.ts';

export interface Terminal {
  readonly input: Readable;
  readonly output: Writable;
  /** Whether a person sits there. */
  readonly interactive: boolean;
  readonly colour: boolean;
  /** A person asked to stop. */
  readonly onQuit: () => void;
}

export interface Surfaces {
  readonly parts: readonly Part[];
  readonly sinks: Partial<Readonly<Record<Surface, ReportSink>>>;
  readonly console: ConsoleBot | null;
}

// Discord's heartbeat, the proof of life, comes every 41 s.
const discordStaleMs = 90_000;

export function wireSurfaces(shared: Shared, intake: CommandIntake, terminal: Terminal): Surfaces {
  const { roles } = shared;
  const console = roles.includes('console') ? wireConsole(shared, intake, terminal) : null;
  const bots = roles.includes('bots') ? [wireDiscord(shared, intake), wireTwitch(shared, intake)] : [];
  const api = roles.includes('api') ? [wireApi(shared, intake)] : [];
  const wired = [...bots, ...api];
  return {
    console,
    sinks: Object.assign({}, ...wired.map(({ sinks }) => sinks), console ? { console } : {}),
    // The console comes last, so that its prompt stands below what the others had to say.
    parts: [
      ...wired.flatMap(({ parts }) => parts),
      ...(console ? [{ service: console, after: ['workers'] }] : []),
    ],
  };
}

type Wired = Pick<Surfaces, 'parts' | 'sinks'>;
const nothing: Wired = { parts: [], sinks: {} };

function wireConsole({ config, redis }: Shared, intake: CommandIntake, terminal: Terminal): ConsoleBot {
  const { input, output, onQuit, interactive, colour } = terminal;
  const memory = createReportMemory(redis, { prefix: config.redis.prefix, surface: 'console' });
  return new ConsoleBot({ intake, memory, input, output, onQuit }, { terminal: interactive, colour });
}

function wireDiscord({ config, redis, links, clock, logger }: Shared, intake: CommandIntake): Wired {
  const link = links.add('discord', { hard: false, staleAfterMs: discordStaleMs });
  if (config.discord.token === undefined) {
    link.off('no DISCORD_TOKEN, using the console');
    return nothing;
  }
  const memory = createReportMemory(redis, { prefix: config.redis.prefix, surface: 'discord' });
  const discord = createDiscordBot({ intake, memory, link, clock, logger }, config.discord);
  return { parts: [{ service: discord, after: ['redis'] }], sinks: { discord } };
}

function wireTwitch({ config, redis, links, clock, logger }: Shared, intake: CommandIntake): Wired {
  const link = links.add('twitch', { hard: false });
  if (config.twitch === undefined) {
    link.off('no TWITCH_TOKEN, using the console');
    return nothing;
  }
  const memory = createReportMemory(redis, { prefix: config.redis.prefix, surface: 'twitch' });
  const twitch = createTwitchBot({ intake, memory, link, clock, logger }, config.twitch);
  return { parts: [{ service: twitch, after: ['redis'] }], sinks: { twitch } };
}

function wireApi({ config, redis, pipeline, links, clock, logger }: Shared, intake: CommandIntake): Wired {
  const results = overRedis(createResults({ redis, clock }, { prefix: config.redis.prefix }));
  const { ledger } = pipeline;
  const api = new ApiServer(
    { intake, results, ledger, logger, readiness: () => links.readiness(), now: () => clock.now() },
    { port: config.api.port, tokenFile: join(config.home, 'api-token') },
  );
  return { parts: [{ service: api, after: ['redis'] }], sinks: { cli: results, http: results } };
}
