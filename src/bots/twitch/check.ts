// Whether Twitch takes the token, with the rights that the bot needs.
// Facts: https://dev.twitch.tv/docs/authentication/validate-tokens
import { z } from 'zod';
import type { Finding } from '../../core/checks/finding.ts';
import type { TwitchConfig } from './config.ts';

const validateUrl = 'https://id.twitch.tv/oauth2/validate';
const realChat = 'irc-ws.chat.twitch.tv';
const answerSchema = z.object({ login: z.string(), scopes: z.array(z.string()).nullable() });
const needed = ['chat:read', 'chat:edit'];
const name = 'twitch token';

/** @throws what fetch throws when nothing answers */
export async function inspectTwitch(
  config: TwitchConfig | undefined,
  signal: AbortSignal,
): Promise<Finding[]> {
  if (config === undefined) return [{ name, state: 'skipped', said: 'no TWITCH_TOKEN, so Twitch is off' }];
  if (new URL(config.ircUrl).hostname !== realChat) {
    return [{ name, state: 'skipped', said: `${config.ircUrl} is a stand-in, which cannot validate tokens` }];
  }
  const token = config.token.reveal().replace(/^oauth:/, '');
  const response = await fetch(validateUrl, { headers: { authorization: `OAuth ${token}` }, signal });
  const mend = `get a token of ${config.username} with ${needed.join(' and ')}, and put it into TWITCH_TOKEN`;
  if (response.status === 401) {
    return [{ name, state: 'fail', said: 'Twitch refused it (HTTP 401)', mend }];
  }
  const answer = answerSchema.safeParse(await response.json());
  if (!response.ok || !answer.success) {
    return [{ name, state: 'fail', said: `Twitch answered HTTP ${response.status}`, mend: 'try again' }];
  }
  const { login, scopes } = answer.data;
  const missing = needed.filter((scope) => !scopes?.includes(scope));
  if (login !== config.username) {
    return [{ name, state: 'fail', said: `it belongs to ${login}, not to ${config.username}`, mend }];
  }
  if (missing.length > 0) return [{ name, state: 'fail', said: `it lacks ${missing.join(', ')}`, mend }];
  return [{ name, state: 'ok', said: `accepted, of ${login}` }];
}
