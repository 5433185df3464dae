// The configuration of one platform under measurement.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort } from '../src/core/servers/ports.ts';
import type { DiscordPeer } from '../tests/peers/discord/index.ts';
import type { TwitchPeer } from '../tests/peers/twitch/index.ts';

export interface World {
  readonly folder: string;
  readonly redisUrl: string;
  readonly rabbitUrl: string;
  readonly discord: DiscordPeer;
  readonly twitch: TwitchPeer;
}

/** Which adapters are on. */
export interface Adapters {
  readonly discord: boolean;
  readonly twitch: boolean;
  readonly rabbitmq: boolean;
}

/** The environment of a platform with these adapters, its files written. */
export async function configured(world: World, adapters: Adapters): Promise<NodeJS.ProcessEnv> {
  const home = join(world.folder, 'home');
  await mkdir(home, { recursive: true });
  const config = join(world.folder, 'config.yaml');
  await writeFile(config, JSON.stringify({ reports: { console: true } }));
  const { discord, twitch } = world;
  return {
    SWARMLINE_HOME: home,
    SWARMLINE_CONFIG: config,
    SWARMLINE_API_PORT: String(await freePort()),
    REDIS_URL: world.redisUrl,
    ...(adapters.rabbitmq ? { RABBITMQ_URL: world.rabbitUrl } : {}),
    ...(adapters.discord
      ? {
          DISCORD_TOKEN: discord.token,
          DISCORD_GUILD_ID: discord.guildId,
          DISCORD_CHANNEL_ID: discord.channelId,
          DISCORD_API_URL: discord.apiUrl,
        }
      : {}),
    ...(adapters.twitch
      ? {
          TWITCH_USERNAME: 'swarmbot',
          TWITCH_TOKEN: 'any',
          TWITCH_CHANNELS: 'swarm',
          TWITCH_IRC_URL: twitch.url,
        }
      : {}),
  };
}
