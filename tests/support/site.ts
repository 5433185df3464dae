// One installation of Swarmline for a test: a home, a configuration, a policy, agents' folders, and every process that
// runs on it. Names that are global on RabbitMQ are its own; whatever it started is gone after the test, however it ends.
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../src/core/servers/ports.ts';
import type { DiscordPeer } from '../peers/discord/index.ts';
import type { TwitchPeer } from '../peers/twitch/index.ts';
import { AgentFiles } from './agent-files.ts';
import { Child, type End } from './child.ts';
import { it as base } from './fixtures.ts';
import { Platform } from './platform.ts';
import { endAllIn } from './survivors.ts';

export { eventually } from './fixtures.ts';

const root = join(import.meta.dirname, '../..');
const main = join(root, 'dist/cli/main.js');

/** The one who may restart services, on Twitch; on Discord it is the stand-in's `operator`. */
export const ann = { userId: '42', login: 'ann', name: 'Ann' } as const;
/** Another who may restart services, on Discord. */
export const bea = { id: '910000000000000003', name: 'bea' } as const;
const discordOperator = '910000000000000001';

export interface SiteOptions {
  /** How many agents there are, in a chain that ends with the first again; default 2. */
  readonly agents?: number;
  /** Of agents that do not get their gas as files, by id. */
  readonly inboxes?: Readonly<Record<string, object>>;
  readonly profile?: 'topic-v1' | 'legacy-fanout';
  /** Default 20,000. */
  readonly restartDeadlineMs?: number;
  /** Null: the platform runs a Redis of its own. Default: the shared one. */
  readonly redisUrl?: string | null;
  /** Null: the platform runs a RabbitMQ of its own. Default: the shared one. */
  readonly rabbitUrl?: string | null;
  readonly discord?: DiscordPeer;
  readonly twitch?: TwitchPeer;
  /** Where alerts are POSTed; default nowhere. */
  readonly alertsUrl?: string;
  /** What the policy wants before the use of a permission; default nothing beside the commands' own levels. */
  readonly dangers?: Readonly<Record<string, 'confirm' | 'type-name' | 'two-persons'>>;
  /** Section `approvals` of the configuration. */
  readonly approvals?: { readonly places?: readonly string[]; readonly expireMs?: number };
}

/** What a command of the CLI came to. */
export interface CliResult {
  readonly end: End;
  readonly stdout: string;
  readonly stderr: string;
}

export class Site {
  readonly dir: string;
  readonly home: string;
  readonly port: number;
  readonly agents: readonly AgentFiles[];
  /** Environment of every process here. */
  readonly env: NodeJS.ProcessEnv;
  readonly #tag: string;
  readonly #children: Child[] = [];

  private constructor(dir: string, port: number, options: SiteOptions) {
    this.dir = dir;
    this.home = join(dir, 'home');
    this.port = port;
    this.#tag = randomUUID().slice(0, 8);
    const ids = Array.from({ length: options.agents ?? 2 }, (_, i) => `Agent-${i + 1}`);
    this.agents = ids.map((id) => new AgentFiles(id, join(dir, 'agents')));
    this.env = { ...environment(this, options), PATH: process.env['PATH'] };
  }

  static async open(options: SiteOptions): Promise<Site> {
    if (!existsSync(main)) throw new Error(`${main} is missing; run: npm run build`);
    const dir = await mkdtemp(join(tmpdir(), 'swarmline-e2e-'));
    const site = new Site(dir, await freePort(), options);
    await Promise.all(site.agents.map(({ inbox }) => mkdir(inbox, { recursive: true })));
    // JSON is YAML
    await writeFile(join(dir, 'config.yaml'), JSON.stringify(configuration(site, options)));
    await writeFile(join(dir, 'policy.yaml'), JSON.stringify({ ...policy, dangers: options.dangers ?? {} }));
    await writeFile(
      join(dir, 'chain.yaml'),
      JSON.stringify({ chain: site.agents.map(({ id }) => id), end: 'loop' }),
    );
    return site;
  }

  /** Of every key in Redis. */
  get prefix(): string {
    return `{${this.named('e2e')}}`;
  }

  /** A name that nobody else on this RabbitMQ has. */
  named(name: string): string {
    return `${name}-${this.#tag}`;
  }

  /** Starts `swarmline up` with these arguments; its HTTP face is expected unless `--only` leaves it out. */
  up(...args: readonly string[]): Platform {
    const hasApi = !args.includes('--only') || args.includes('api');
    const readyUrl = hasApi ? `http://127.0.0.1:${this.port}/readyz` : null;
    const platform = new Platform(this.command(['up', ...args]), readyUrl);
    this.#children.push(platform);
    return platform;
  }

  /** Runs a command of the CLI to its end. */
  async cli(...args: readonly string[]): Promise<CliResult> {
    const child = this.start(...args);
    const end = await child.ended;
    return { end, stdout: child.stdout, stderr: child.stderr };
  }

  /** Starts a command of the CLI and leaves it running. */
  start(...args: readonly string[]): Child {
    const child = new Child(this.command(args));
    this.#children.push(child);
    return child;
  }

  /** Runs a command of the CLI in a pseudo-terminal of its own, which closes when the child returned here is killed. */
  inTerminal(...args: readonly string[]): Child {
    const { program, args: all, env } = this.command(args);
    const line = [program, ...all].map((word) => `'${word}'`).join(' ');
    const child = new Child({ program: 'script', args: ['--quiet', '--command', line, '/dev/null'], env });
    this.#children.push(child);
    return child;
  }

  /** `swarmline run LINE --json`, with its one line of JSON parsed. */
  async run(line: string, ...flags: readonly string[]) {
    const { end, stdout, stderr } = await this.cli('run', line, '--json', ...flags);
    const json = stdout === '' ? null : JSON.parse(stdout);
    return { end, json, stderr };
  }

  /** Starts the sidecar of a service; resolves when its program is ready and RabbitMQ has heard so. */
  async sidecar(service: string, program: readonly string[]): Promise<Child> {
    const sidecar = this.start('sidecar', '--service', service, '--', ...program);
    await Promise.all([sidecar.says(/"state":"ready"/), sidecar.says(/"state":"up"/)]);
    return sidecar;
  }

  /** All that every process here has printed so far. */
  printed(): string {
    return this.#children.map((child) => child.output()).join('\n');
  }

  /** Ends whatever runs here and removes the folder. */
  async close(): Promise<void> {
    await Promise.all(this.#children.map((child) => child.kill()));
    await endAllIn(this.dir);
    await rm(this.dir, { recursive: true, force: true, maxRetries: 5 });
  }

  /** How to run a command of the CLI here; `env` is added to the environment. */
  command(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
    return { program: process.execPath, args: [main, ...args], env: { ...this.env, ...env } };
  }
}

/** A test that opens sites; all of them are closed after it. */
export const it = base.extend<{ openSite: (options?: SiteOptions) => Promise<Site> }>({
  openSite: async ({ redisUrl, rabbitUrl }, use) => {
    const sites: Site[] = [];
    await use(async (options = {}) => {
      const site = await Site.open({ redisUrl, rabbitUrl, ...options });
      sites.push(site);
      return site;
    });
    await Promise.all(sites.map((site) => site.close()));
  },
});

function environment(site: Site, options: SiteOptions): NodeJS.ProcessEnv {
  const { redisUrl, rabbitUrl, discord, twitch, alertsUrl } = options;
  return {
    SWARMLINE_HOME: site.home,
    SWARMLINE_CONFIG: join(site.dir, 'config.yaml'),
    SWARMLINE_API_PORT: String(site.port),
    ...(redisUrl ? { REDIS_URL: redisUrl } : {}),
    ...(rabbitUrl ? { RABBITMQ_URL: rabbitUrl } : {}),
    ...(alertsUrl ? { ALERTS_WEBHOOK_URL: alertsUrl } : {}),
    ...(discord && {
      DISCORD_TOKEN: discord.token,
      DISCORD_GUILD_ID: discord.guildId,
      DISCORD_CHANNEL_ID: discord.channelId,
      DISCORD_API_URL: discord.apiUrl,
    }),
    ...(twitch && {
      TWITCH_USERNAME: 'swarmbot',
      TWITCH_TOKEN: 'any',
      TWITCH_CHANNELS: 'swarm',
      TWITCH_IRC_URL: twitch.url,
    }),
  };
}

function configuration(site: Site, options: SiteOptions) {
  const { profile = 'topic-v1', restartDeadlineMs = 20_000, approvals = {}, inboxes = {} } = options;
  return {
    approvals,
    redis: { prefix: site.prefix },
    bridge: { profile, restartDeadlineMs },
    policy: { file: join(site.dir, 'policy.yaml') },
    // A test looks for a state more often than any person would.
    limits: { pending: 100, burst: 1_000, perMinute: 60_000 },
    pipeline: {
      agents: site.agents.map(({ id, statusFile, inbox }) => ({
        ...{ id, statusFile },
        inbox: inboxes[id] ?? inbox,
      })),
      chainFile: join(site.dir, 'chain.yaml'),
    },
  };
}

const policy = {
  roles: {
    viewer: ['ask', 'link'],
    operator: [
      ...['ask', 'link', 'why', 'audit.read', 'alert.silence'],
      ...['service.restart:*', 'agent.message:*', 'gas.*', 'queue.show', 'queue.hold:*'],
    ],
  },
  everyone: 'viewer',
  people: {
    owner: { role: 'operator', identities: ['console:local', 'cli:local'] },
    ann: { role: 'operator', identities: [`discord:${discordOperator}`, `twitch:${ann.userId}`] },
    bea: { role: 'operator', identities: [`discord:${bea.id}`] },
  },
};
