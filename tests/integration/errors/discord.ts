// Faults of Discord, raised by real discord.js against the stand-in.
import { Client, Events, REST } from 'discord.js';
import type { DiscordPeer, Fault } from '../../peers/discord/index.ts';
import type { Sample } from './sample.ts';

export interface DiscordScene {
  readonly peer: DiscordPeer;
}

export const discordSamples: readonly Sample<DiscordScene>[] = [
  {
    what: 'Discord: a token that it does not know',
    raise: ({ peer }) => post(peer, {}, 'wrong'),
    is: 'CHAT_AUTH auth final',
  },
  {
    what: 'Discord: HTTP 401 in the middle of the work',
    raise: answering({ kind: 401 }),
    is: 'CHAT_AUTH auth final',
  },
  { what: 'Discord: a channel without access', raise: answering({ kind: 403 }), is: 'CHAT_AUTH auth final' },
  {
    what: 'Discord: a channel that there is not',
    raise: ({ peer }) => rest(peer).post('/channels/1/messages', { body: { content: 'x' } }),
    is: 'CHAT_REFUSED validation final',
  },
  {
    what: 'Discord: a text that is too long',
    raise: ({ peer }) => post(peer, { content: 'x'.repeat(2_001) }),
    is: 'CHAT_REFUSED validation final',
  },
  {
    what: 'Discord: a message that there is not',
    raise: ({ peer }) =>
      rest(peer).patch(`/channels/${peer.channelId}/messages/1`, { body: { content: 'x' } }),
    is: 'CHAT_REFUSED validation final',
  },
  {
    what: 'Discord: HTTP 429 where we would rather be told than wait',
    raise: answering({ kind: 429, retryAfterMs: 700 }, { rejectOnRateLimit: () => true }),
    is: 'CHAT_RATE_LIMITED rate-limited retry',
  },
  {
    what: 'Discord: HTTP 429 for everything',
    raise: answering({ kind: 429, scope: 'global' }, { rejectOnRateLimit: () => true }),
    is: 'CHAT_RATE_LIMITED rate-limited retry',
  },
  { what: 'Discord: HTTP 500', raise: answering({ kind: 500 }), is: 'CHAT_UNAVAILABLE dependency retry' },
  {
    what: 'Discord: HTTP 502 with a page of HTML',
    raise: answering({ kind: 502 }),
    is: 'CHAT_UNAVAILABLE dependency retry',
  },
  { what: 'Discord: HTTP 503', raise: answering({ kind: 503 }), is: 'CHAT_UNAVAILABLE dependency retry' },
  {
    what: 'Discord: no answer in time',
    raise: answering({ kind: 'hang' }),
    is: 'CHAT_UNAVAILABLE dependency retry',
  },
  {
    what: 'Discord: a connection that breaks',
    raise: answering({ kind: 'reset' }),
    is: 'CHAT_UNAVAILABLE dependency retry',
  },
  {
    what: 'Discord: nobody there',
    raise: () => new REST({ api: 'http://127.0.0.1:1/api', retries: 0 }).setToken('any').get('/gateway/bot'),
    is: 'CHAT_UNAVAILABLE dependency retry',
  },
  {
    what: 'Discord: a login with a token that it does not know',
    raise: ({ peer }) => withClient(peer, (client) => client.login('wrong')),
    is: 'CHAT_AUTH auth final',
  },
  {
    what: 'discord.js: a login without a token',
    raise: ({ peer }) => withClient(peer, (client) => client.login('')),
    is: 'CHAT_AUTH auth final',
  },
  {
    what: 'discord.js: an intent that there is not',
    raise: () => new Client(JSON.parse('{"intents": ["Nonsense"]}')),
    is: 'UNEXPECTED bug final',
  },
  {
    what: 'discord.js: a client that is not told its intents',
    raise: () => new Client(JSON.parse('{}')),
    is: 'UNEXPECTED bug final',
  },
];

function rest(peer: DiscordPeer, token = peer.token, more: object = {}): REST {
  return new REST({ api: peer.apiUrl, retries: 0, timeout: 200, ...more }).setToken(token);
}

function post(peer: DiscordPeer, body: object, token?: string): Promise<unknown> {
  return rest(peer, token).post(`/channels/${peer.channelId}/messages`, { body: { content: 'x', ...body } });
}

/** Posts while the stand-in answers so. */
function answering(fault: Fault, options: object = {}) {
  return ({ peer }: DiscordScene) => {
    peer.fail(fault);
    return rest(peer, peer.token, options).post(`/channels/${peer.channelId}/messages`, {
      body: { content: 'x' },
    });
  };
}

async function withClient(peer: DiscordPeer, run: (client: Client) => Promise<unknown>): Promise<unknown> {
  const client = new Client({ intents: ['Guilds'], rest: { api: peer.apiUrl, retries: 0 } });
  client.on(Events.Error, () => undefined);
  try {
    return await run(client);
  } finally {
    await client.destroy();
  }
}
