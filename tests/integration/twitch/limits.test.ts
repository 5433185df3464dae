import { describe, expect, it } from 'vitest';
import { createTwitchPeer } from '../../peers/twitch/index.ts';
import { eventually } from '../../support/fixtures.ts';
import { ann, joinedBot } from './harness.ts';

describe('the limits of Twitch', () => {
  it('are kept when thirty people ask at once, and everybody gets an answer', async () => {
    const { peer } = await joinedBot();
    for (let person = 0; person < 30; person += 1) {
      peer.say('swarm', { userId: `${person}`, login: `viewer${person}`, text: '!status' });
    }
    await eventually(() => peer.sent('swarm').length === 30);
    expect(peer.violations).toEqual([]);
  });

  it('let a moderator speak faster', async () => {
    const world = await joinedBot({ peer: { moderated: ['swarm'] }, tuning: { maxAgeMs: 900 } });
    for (let person = 0; person < 60; person += 1) {
      world.peer.say('swarm', { userId: `${person}`, login: `viewer${person}`, text: '!status' });
    }
    await eventually(() => world.peer.sent('swarm').length === 60);
    expect(world.peer.violations).toEqual([]);
  });

  it('meet no duplicate: the same answer again says that it is a repetition', async () => {
    const { peer } = await joinedBot();
    peer.say('swarm', { ...ann, text: '!status' });
    peer.say('swarm', { ...ann, text: '!status' });
    await eventually(() => peer.sent('swarm').length === 2);
    expect(peer.sent('swarm')).toEqual([
      '@ann status | slam: ready (4 s ago)',
      '@ann status | slam: ready (4 s ago) (repeat 2)',
    ]);
  });

  it('drop what waited too long, and one line says how much', async () => {
    const { peer } = await joinedBot({ tuning: { maxAgeMs: 800 } });
    for (let person = 0; person < 25; person += 1) {
      peer.say('swarm', { userId: `${person}`, login: `viewer${person}`, text: '!status' });
    }
    await eventually(() => peer.sent('swarm').length === 19);
    expect(peer.sent('swarm').at(-1)).toBe('(left out because they could not be said in time: 7)');
  });

  it('are enforced by the stand-in: a client without a limiter is muted', async () => {
    const peer = await createTwitchPeer();
    const { default: tmi } = await import('tmi.js');
    const port = peer.port;
    const client = new tmi.Client({
      options: { skipUpdatingEmotesets: true },
      connection: { server: '127.0.0.1', port, secure: false, reconnect: false },
      identity: { username: 'hasty', password: 'any' },
      logger: { info: () => undefined, warn: () => undefined, error: () => undefined },
    });
    await client.connect();
    await Promise.all(Array.from({ length: 25 }, (_, index) => client.say('swarm', `line ${index}`)));
    await eventually(() => peer.violations.length === 5);
    await client.disconnect();
    await peer.close();
    expect(peer.sent('swarm')).toHaveLength(20);
  });
});
