// Whether Discord takes the token, and knows the channel that is configured.
import type { Finding } from '../../core/checks/finding.ts';
import type { DiscordConfig } from './config.ts';

/** Asks the REST API; connects to no gateway. @throws what fetch throws when nothing answers */
export async function inspectDiscord(config: DiscordConfig, signal: AbortSignal): Promise<Finding[]> {
  const { token, channelId, apiUrl } = config;
  if (token === undefined) {
    const said = 'no DISCORD_TOKEN, so Discord is off';
    return [{ name: 'discord token', state: 'skipped', said }];
  }
  const ask = (path: string) =>
    fetch(`${apiUrl}/v10${path}`, { headers: { authorization: `Bot ${token.reveal()}` }, signal });
  const me = await ask('/users/@me');
  if (me.status === 401) {
    const mend = 'reset it on discord.com/developers, page Bot, and put it into DISCORD_TOKEN';
    return [{ name: 'discord token', state: 'fail', said: 'Discord refused it (HTTP 401)', mend }];
  }
  if (!me.ok) {
    const mend = 'look at discordstatus.com; try again';
    return [{ name: 'discord token', state: 'fail', said: `Discord answered HTTP ${me.status}`, mend }];
  }
  const accepted: Finding = { name: 'discord token', state: 'ok', said: 'accepted' };
  return channelId === undefined
    ? [accepted]
    : [accepted, channel(channelId, await ask(`/channels/${channelId}`))];
}

function channel(id: string, { ok, status }: Response): Finding {
  const name = 'discord channel';
  if (ok) return { name, state: 'ok', said: id };
  const mend = 'invite the bot to its server, or mend DISCORD_CHANNEL_ID';
  return { name, state: 'fail', said: `Discord answered HTTP ${status} for ${id}`, mend };
}
