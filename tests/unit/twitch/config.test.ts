import { describe, expect, it } from 'vitest';
import { endpointOf, twitchConfigSchema } from '../../../src/bots/twitch/config.ts';

const base = { username: 'SwarmBot', token: 'oauth:abc', channels: 'swarm' };

describe('twitchConfigSchema', () => {
  it('takes channels with commas, with and without #', () => {
    expect(twitchConfigSchema.parse({ ...base, channels: '#Swarm, drones,' }).channels).toEqual([
      'swarm',
      'drones',
    ]);
  });

  it('points at the real Twitch unless told otherwise', () => {
    expect(endpointOf(twitchConfigSchema.parse(base).ircUrl)).toEqual({
      server: 'irc-ws.chat.twitch.tv',
      port: 443,
      secure: true,
    });
  });

  it('points at a stand-in', () => {
    expect(endpointOf('ws://127.0.0.1:4711')).toEqual({ server: '127.0.0.1', port: 4711, secure: false });
  });

  it.each([
    'wss://127.0.0.1:4711',
    'ws://127.0.0.1:443',
    'ws://127.0.0.1:4711/irc',
    'http://127.0.0.1',
    'twitch',
  ])('refuses %s, which tmi.js cannot reach', (ircUrl) => {
    expect(twitchConfigSchema.safeParse({ ...base, ircUrl }).success).toBe(false);
  });

  it.each([{ channels: '' }, { channels: [] }, { channels: 'not a channel' }, { token: '' }])(
    'refuses %j',
    (part) => {
      expect(twitchConfigSchema.safeParse({ ...base, ...part }).success).toBe(false);
    },
  );
});
