// Wires the surfaces of this process, and collects where their reports go.
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { ApiServer, createApiKeys, createResults } from '../../api/index.ts';
import { ConsoleBot } from '../../bots/console/index.ts';
import { createDiscordBot, loadDiscord } from '../../bots/discord/index.ts';
import { createTwitchBot, loadTwitch } from '../../bots/twitch/index.ts';
import type { CommandIntake } from '../../commands/index.ts';
import type { Surface } from '../../contracts/chat.ts';
import type { ReportSink } from '../../contracts/ports.ts';
import type { Part } from '../../core/lifecycle.ts';
import { inboxlessOf } from '../../pipeline/index.ts';
import { createReportMemory, openBoard } from '../../queue/index.ts';
import { overRedis } from '../read-models.ts';
import type { Commands } from './intake.ts';
import type { Shared } from './shared.ts';
import { oncePerToken } from './singletons.ts';

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
  /** Of the surfaces that only one process may have: whether it is this one, so that another takes no report in its place. */
  readonly holds: Partial<Readonly<Record<Surface, () => boolean>>>;
  readonly console: ConsoleBot | null;
}

// Discord's heartbeat, the proof of life, comes every 41 s.
const discordStaleMs = 90_000;

/** What surfaces need of the commands. */
type Surfaced = Pick<Commands, 'intake' | 'completer'>;

export function wireSurfaces(shared: Shared, commands: Surfaced, terminal: Terminal): Surfaces {
  const { roles } = shared;
  const { intake } = commands;
  const console = roles.includes('console') ? wireConsole(shared, commands, terminal) : null;
  const bots = roles.includes('bots') ? [wireDiscord(shared, commands), wireTwitch(shared, intake)] : [];
  const api = roles.includes('api') ? [wireApi(shared, intake)] : [];
  const wired = [...bots, ...api];
  return {
    console,
    sinks: Object.assign({}, ...wired.map(({ sinks }) => sinks), console ? { console } : {}),
    holds: Object.assign({}, ...wired.map(({ holds }) => holds)),
    // The console comes last, so that its prompt stands below what the others had to say.
    parts: [
      ...wired.flatMap(({ parts }) => parts),
      ...(console ? [{ service: console, after: ['workers'] }] : []),
    ],
  };
}

type Wired = Pick<Surfaces, 'parts' | 'sinks' | 'holds'>;
const nothing: Wired = { parts: [], sinks: {}, holds: {} };

function wireConsole({ config, redis }: Shared, commands: Surfaced, terminal: Terminal): ConsoleBot {
  const { input, output, onQuit, interactive, colour } = terminal;
  const memory = createReportMemory(redis, { prefix: config.redis.prefix, surface: 'console' });
  return new ConsoleBot({ ...commands, memory, input, output, onQuit }, { terminal: interactive, colour });
}

/** A process that is nothing but its chats is not ready while one of them is deaf; any other goes on with the rest. */
const isAllOf = (roles: Shared['roles']) => roles.every((role) => role === 'bots');

function wireDiscord(shared: Shared, commands: Surfaced): Wired {
  const { config, settings, links, guards, clock, logger, roles, tracer } = shared;
  const link = links.add('discord', { hard: isAllOf(roles), staleAfterMs: discordStaleMs });
  if (config.discord.token === undefined) {
    link.off('no DISCORD_TOKEN, using the console');
    return nothing;
  }
  const { service, sink, holds } = oncePerToken(shared, {
    surface: 'discord',
    link,
    load: makeLoader(config),
    token: () => settings().discord.token?.reveal(),
    bot: (memory) =>
      createDiscordBot(
        { ...commands, memory, link, guards, clock, logger, tracer },
        { settings: () => settings().discord },
      ),
  });
  return { parts: [{ service, after: ['redis'] }], sinks: { discord: sink }, holds: { discord: holds } };
}

// Half a second of one core, and more on a busy machine: without a token nobody pays for it.
function makeLoader({ discord, twitch }: Shared['config']): () => Promise<unknown> {
  return () =>
    Promise.all([
      discord.token === undefined ? undefined : loadDiscord(),
      twitch === undefined ? undefined : loadTwitch(),
    ]);
}

function wireTwitch(shared: Shared, intake: CommandIntake): Wired {
  const { config, settings, links, clock, logger, roles } = shared;
  const link = links.add('twitch', { hard: isAllOf(roles) });
  const { twitch: configured } = config;
  if (configured === undefined) {
    link.off('no TWITCH_TOKEN, using the console');
    return nothing;
  }
  const current = () => settings().twitch ?? configured;
  const { service, sink, holds } = oncePerToken(shared, {
    surface: 'twitch',
    link,
    load: makeLoader(config),
    token: () => current().token.reveal(),
    bot: (memory) => createTwitchBot({ intake, memory, link, clock, logger }, { settings: current }),
  });
  return { parts: [{ service, after: ['redis'] }], sinks: { twitch: sink }, holds: { twitch: holds } };
}

// Probes with a port of their own are not on this one.
const readinessOf = ({ health }: Shared['config'], links: Shared['links']) =>
  health.port === undefined ? () => links.readiness() : null;

function wireApi(shared: Shared, intake: CommandIntake): Wired {
  const { config, redis, pipeline, audit, links, clock, logger, faults, resets, metrics, policy } = shared;
  const results = overRedis(createResults({ redis, clock }, { prefix: config.redis.prefix }));
  const api = new ApiServer(
    {
      ...{ intake, policy, results, ledger: pipeline.ledger },
      keys: createApiKeys(config.home),
      components: resets,
      swarm: {
        agents: config.pipeline.agents.map(({ id }) => id),
        inboxless: inboxlessOf(config.pipeline.agents),
        ...{ progress: pipeline.progress, desk: pipeline.desk, ask: pipeline.ask, lookUp: pipeline.lookUp },
        searchBrain: pipeline.brain.search,
      },
      logger,
      faults,
      readiness: readinessOf(config, links),
      now: () => clock.now(),
      scrape: () => metrics.scrape(),
      openQueues: () => openBoard({ redis }, { prefix: config.redis.prefix }),
      audit: audit.log,
      record: audit.record,
    },
    { port: config.api.port, tokenFile: join(config.home, 'api-token'), version: shared.version },
  );
  // It does not wait for Redis: while that is missing, the probes here say so.
  return { parts: [{ service: api }], sinks: { cli: results, http: results }, holds: {} };
}
