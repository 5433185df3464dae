// Faults of Twitch, raised by real tmi.js against the stand-in. tmi.js rejects with strings; what Twitch says of a line
// it did not take comes as an event.
import tmi from 'tmi.js';
import type { TwitchPeer } from '../../peers/twitch/index.ts';
import type { Sample } from './sample.ts';

export interface TwitchScene {
  /** Knows the account `swarmbot` with the token `good`. */
  readonly peer: TwitchPeer;
}

export const twitchSamples: readonly Sample<TwitchScene>[] = [
  {
    what: 'Twitch: a token that it does not know',
    raise: ({ peer }) => withClient(peer, { token: 'wrong' }, (client) => client.connect()),
    is: 'CHAT_AUTH auth final',
  },
  {
    what: 'Twitch: a handshake that it refuses',
    raise: ({ peer }) => {
      peer.refuseHandshakes(1);
      return withClient(peer, {}, (client) => client.connect());
    },
    is: 'CHAT_UNAVAILABLE dependency retry',
  },
  {
    what: 'Twitch: a connection that it cuts',
    raise: ({ peer }) =>
      connected(peer, (client) => {
        const gone = new Promise<never>((_, reject) => client.once('disconnected', reject));
        peer.terminate();
        return gone;
      }),
    is: 'CHAT_UNAVAILABLE dependency retry',
  },
  {
    what: 'tmi.js: a port where nobody listens',
    raise: ({ peer }) => withClient({ ...peer, port: 1 }, {}, (client) => client.connect()),
    is: 'CHAT_UNAVAILABLE dependency retry',
  },
  {
    what: 'tmi.js: a line without a connection',
    raise: ({ peer }) => withClient(peer, {}, (client) => client.say('swarm', 'x')),
    is: 'CHAT_UNAVAILABLE dependency retry',
  },
  {
    what: 'tmi.js: a line of nobody',
    raise: ({ peer }) => anonymous(peer, (client) => client.say('swarm', 'x')),
    is: 'CHAT_AUTH auth final',
  },
  {
    what: 'tmi.js: a channel that Twitch does not answer for',
    raise: ({ peer }) =>
      connected(peer, (client) => {
        peer.silence(true);
        return client.join('elsewhere').finally(() => peer.silence(false));
      }),
    is: 'CHAT_UNAVAILABLE dependency retry',
  },
  {
    what: 'Twitch: lines that come too fast',
    raise: noticed('msg_ratelimit'),
    is: 'CHAT_RATE_LIMITED rate-limited retry',
  },
  {
    what: 'Twitch: the same line again',
    raise: noticed('msg_duplicate'),
    is: 'CHAT_RATE_LIMITED rate-limited retry',
  },
  { what: 'Twitch: a channel that has banned us', raise: noticed('msg_banned'), is: 'CHAT_AUTH auth final' },
  {
    what: 'Twitch: a channel for emotes alone',
    raise: noticed('msg_emoteonly'),
    is: 'CHAT_REFUSED validation final',
  },
  {
    what: 'Twitch: a channel for followers',
    raise: noticed('msg_followersonly'),
    is: 'CHAT_REFUSED validation final',
  },
];

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };

async function withClient(
  { port }: Pick<TwitchPeer, 'port'>,
  { token }: { readonly token?: string },
  run: (client: tmi.Client) => Promise<unknown>,
): Promise<unknown> {
  return using(
    new tmi.Client({
      options: { skipUpdatingEmotesets: true },
      connection: { server: '127.0.0.1', port, secure: false, reconnect: false },
      identity: { username: 'swarmbot', password: token ?? 'good' },
      logger: quiet,
    }),
    run,
  );
}

async function using(client: tmi.Client, run: (client: tmi.Client) => Promise<unknown>): Promise<unknown> {
  try {
    return await run(client);
  } finally {
    await client.disconnect().catch(() => undefined);
  }
}

function connected(peer: TwitchPeer, run: (client: tmi.Client) => Promise<unknown>): Promise<unknown> {
  return withClient(peer, {}, async (client) => {
    await client.connect();
    await client.join('swarm');
    return run(client);
  });
}

function anonymous({ port }: TwitchPeer, run: (client: tmi.Client) => Promise<unknown>): Promise<unknown> {
  const connection = { server: '127.0.0.1', port, secure: false, reconnect: false };
  return using(new tmi.Client({ connection, logger: quiet }), async (client) => {
    await client.connect();
    return run(client);
  });
}

/** Rejects with the `msg-id` by which Twitch refuses a line. */
function noticed(id: string) {
  return ({ peer }: TwitchScene) =>
    connected(peer, async (client) => {
      const refused = new Promise<never>((_, reject) => {
        client.once('notice', (_channel, msgid) => reject(msgid));
      });
      peer.failNextMessage(id);
      void client.say('swarm', 'x').catch(() => undefined);
      return refused;
    });
}
