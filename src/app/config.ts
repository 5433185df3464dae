// The whole configuration: one section from each feature, the names of the environment, and where the layers lie.
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { approvalsConfigSchema, limitsConfigSchema, policySchema } from '../access/config.ts';
import { healthConfigSchema } from '../api/config.ts';
import { discordConfigSchema } from '../bots/discord/config.ts';
import { twitchConfigSchema } from '../bots/twitch/config.ts';
import { bridgeConfigSchema } from '../bridge/config.ts';
import { alertsConfigSchema } from '../core/alerts/config.ts';
import {
  environmentLayer,
  fileLayer,
  flagLayer,
  type Layer,
  mergeLayers,
  secretLayer,
  type WellKnown,
} from '../core/config/load.ts';
import { coreErrors, SwarmError } from '../core/errors.ts';
import { tracingConfigSchema } from '../core/tracing/config.ts';
import {
  brainConfigSchema,
  chainFileSchema,
  gasConfigSchema,
  pipelineConfigSchema,
  stallConfigSchema,
} from '../pipeline/config.ts';
import { flowConfigSchema } from '../queue/config.ts';

const urlOf = (protocol: RegExp) =>
  z.url({
    protocol,
    error: `a URL such as ${protocol.source.includes('redis') ? 'redis://127.0.0.1:6379' : 'amqp://127.0.0.1:5672'}`,
  });

const sections = z.strictObject({
  /** Folder of everything that Swarmline writes. */
  home: z.string().min(1).default('.swarmline'),
  redis: z
    .strictObject({
      /** Absent: redis-server runs as our child. */
      url: urlOf(/^rediss?$/).optional(),
      /** Prefix of every key; the braces keep all keys in one cluster slot. */
      prefix: z
        .string()
        .regex(/^\{[^{}]+\}$/, 'a name in braces, such as {swarmline}')
        .default('{swarmline}'),
    })
    .prefault({}),
  /** Absent: rabbitmq-server runs as our child. */
  rabbitmq: z.strictObject({ url: urlOf(/^amqps?$/).optional() }).prefault({}),
  api: z.strictObject({ port: z.number().int().min(0).max(65_535).default(7700) }).prefault({}),
  health: healthConfigSchema.prefault({}),
  bridge: bridgeConfigSchema.prefault({}),
  flow: flowConfigSchema.prefault({}),
  pipeline: pipelineConfigSchema.prefault({}),
  stall: stallConfigSchema.prefault({}),
  gas: gasConfigSchema.prefault({}),
  brain: brainConfigSchema.prefault({}),
  discord: discordConfigSchema.prefault({}),
  /** Without a token Twitch is off, and the rest of the section may be absent. */
  twitch: z.preprocess(offWithoutToken, twitchConfigSchema.optional()),
  policy: z.strictObject({ file: z.string().min(1).default('config/policy.yaml') }).prefault({}),
  limits: limitsConfigSchema.prefault({}),
  approvals: approvalsConfigSchema.prefault({}),
  /** Who hears of gas that nobody asked about: the console, and Discord's channel when discord.channelId is set. */
  reports: z.strictObject({ console: z.stringbool().or(z.boolean()).default(true) }).prefault({}),
  alerts: alertsConfigSchema.prefault({}),
  drain: z
    .strictObject({
      /** Between "not ready" and the end of the intake, ms: as long as a load balancer takes to look. */
      delayMs: z.number().int().min(0).max(60_000).default(0),
      /** What is not ended this long after that is given up, ms; keep it below the kill timeout of whoever stops us. */
      timeoutMs: z.number().int().min(1_000).default(25_000),
    })
    .prefault({}),
  tracing: tracingConfigSchema.prefault({}),
  log: z.strictObject({ level: z.enum(['debug', 'info', 'warn', 'error']).default('info') }).prefault({}),
});

export const configSchema = sections.refine(
  ({ api, health }) => health.port === undefined || health.port !== api.port,
  {
    path: ['health', 'port'],
    error: 'another port than api.port; without one the probes are on that of the api',
  },
);
export type Config = z.infer<typeof configSchema>;

/** The files under config/ by their names, each with the schema of its content. */
export const fileSchemas = { swarmline: configSchema, policy: policySchema, chain: chainFileSchema } as const;

/** Whether there is a schema of that name. */
export function isFileSchema(name: string): name is keyof typeof fileSchemas {
  return Object.hasOwn(fileSchemas, name);
}

/** Names that people and scripts rely on; each also as NAME_FILE. */
const wellKnown: WellKnown = {
  SWARMLINE_HOME: 'home',
  SWARMLINE_API_PORT: 'api.port',
  REDIS_URL: 'redis.url',
  RABBITMQ_URL: 'rabbitmq.url',
  DISCORD_TOKEN: 'discord.token',
  DISCORD_GUILD_ID: 'discord.guildId',
  DISCORD_CHANNEL_ID: 'discord.channelId',
  DISCORD_API_URL: 'discord.apiUrl',
  ALERTS_WEBHOOK_URL: 'alerts.webhookUrl',
  TWITCH_USERNAME: 'twitch.username',
  TWITCH_TOKEN: 'twitch.token',
  TWITCH_CHANNELS: 'twitch.channels',
  TWITCH_IRC_URL: 'twitch.ircUrl',
  OTEL_EXPORTER_OTLP_ENDPOINT: 'tracing.endpoint',
};

/** The configuration and what it was made of. */
export interface LoadedConfig {
  readonly config: Config;
  /** Whether the demo world stands in for a local configuration. */
  readonly demo: boolean;
  readonly localFile: string;
  /** Lowest first; what it was merged from. */
  readonly layers: readonly Layer[];
  /** Every file and folder that a change of would change it. */
  readonly files: readonly string[];
}

export interface LoadOptions {
  /** The package's folder. */
  readonly root: string;
  /** The demo world is asked for by name. */
  readonly demo: boolean;
  /** `path=value`, each from a flag. */
  readonly settings?: readonly string[];
  /** The demo world's own layer for a home folder. */
  readonly demoLayer: (home: string, root: string) => Layer | Promise<Layer>;
}

/** Loads all layers; without a local file the demo world's layer takes its place. @throws SwarmError CONFIG_INVALID */
export async function loadConfig(env: NodeJS.ProcessEnv, options: LoadOptions): Promise<LoadedConfig> {
  const given = env['SWARMLINE_CONFIG'];
  const localFile = given ? resolve(given) : join(options.root, 'config/local.yaml');
  const defaults = await fileLayer(join(options.root, 'config/default.yaml'), { optional: false });
  const local = await fileLayer(localFile, { optional: !given });
  if (given && isEmpty(local) && !options.demo) {
    throw new SwarmError(
      coreErrors.configInvalid,
      `${localFile} is empty: write into it what differs from config/default.yaml, or leave SWARMLINE_CONFIG unset for the demo world`,
    );
  }
  const above = [
    environmentLayer(env, wellKnown),
    await secretLayer({ env, wellKnown, folder: env['SWARMLINE_SECRETS_DIR'] }),
    flagLayer(options.settings ?? []),
  ];
  const demo = options.demo || isEmpty(local);
  const plain = [defaults, ...(demo ? [] : [local]), ...above];
  const base = mergeLayers(configSchema, plain);
  const home = resolve(base.home);
  const layers = demo ? [defaults, await options.demoLayer(home, options.root), ...above] : plain;
  const config = demo ? mergeLayers(configSchema, layers) : base;
  const inRoot = (path: string) => resolve(options.root, path);
  const policy = { file: inRoot(config.policy.file) };
  const chainFile = inRoot(config.pipeline.chainFile);
  return {
    demo,
    localFile,
    layers,
    files: [localFile, ...above.flatMap(({ files = [] }) => files), policy.file, chainFile],
    config: {
      ...config,
      home,
      policy,
      pipeline: { ...config.pipeline, chainFile },
    },
  };
}

/** Reads the templates as a start does. @throws SwarmError CONFIG_INVALID with every problem */
export async function checkTemplates({ gas }: Pick<Config, 'gas'>): Promise<void> {
  if (gas.templates === undefined) return;
  // Only for whoever has some: to load the pipeline takes a tenth of a second.
  const { loadTemplates } = await import('../pipeline/index.ts');
  await loadTemplates(gas.templates);
}

function isEmpty({ values }: Layer): boolean {
  return typeof values === 'object' && values !== null && Object.keys(values).length === 0;
}

function offWithoutToken(section: unknown): unknown {
  const parsed = z.looseObject({ token: z.string().min(1) }).safeParse(section);
  return parsed.success ? section : undefined;
}
