import { describe, expect, it } from 'vitest';
import { toWireEvent } from '../../../src/bots/twitch/wire.ts';

const line = (command: string, params: string[], tags: Record<string, string | true> = {}) => ({
  raw: '',
  tags,
  prefix: 'tmi.twitch.tv',
  command,
  params,
});
const message = (tags: Record<string, string | true>) => ({
  ...line('PRIVMSG', ['#swarm', 'hello'], tags),
  prefix: 'ann!ann@ann.tmi.twitch.tv',
});

describe('toWireEvent', () => {
  it('names a viewer by user id and shows the display name', () => {
    expect(toWireEvent(message({ id: 'm1', 'user-id': '1', 'display-name': 'Ann\\sB' }))).toEqual({
      kind: 'message',
      id: 'm1',
      channel: 'swarm',
      text: 'hello',
      userId: '1',
      login: 'ann',
      name: 'Ann B',
      badges: [],
    });
  });

  it('shows the login where the display name is empty', () => {
    expect(toWireEvent(message({ id: 'm1', 'user-id': '1', 'display-name': true }))).toMatchObject({
      name: 'ann',
    });
  });

  it('takes no message whose author has no id', () => {
    expect(toWireEvent(message({ id: 'm1' }))).toEqual({ kind: 'other' });
  });

  it.each([
    [{ mod: '1' }, true],
    [{ mod: '0', badges: 'broadcaster/1' }, true],
    [{ mod: '0', badges: 'subscriber/12,moderator/1' }, true],
    [{ mod: '0', badges: 'subscriber/12' }, false],
  ])('reads from %j whether the higher limit counts', (tags, privileged) => {
    expect(toWireEvent(line('USERSTATE', ['#swarm'], tags))).toMatchObject({ kind: 'userstate', privileged });
  });

  it('believes RECONNECT of the server alone', () => {
    expect(toWireEvent({ ...line('RECONNECT', []), prefix: 'ann!ann@ann.tmi.twitch.tv' })).toEqual({
      kind: 'other',
    });
  });

  it('tells a notice about the connection from one about a channel', () => {
    const notices = [
      line('NOTICE', ['*', 'Login authentication failed']),
      line('NOTICE', ['#swarm', 'slow']),
    ];
    expect(notices.map(toWireEvent)).toMatchObject([{ channel: null }, { channel: 'swarm' }]);
  });

  it.each([null, 'PING', {}, { command: 7 }, line('NOTICE', [])])('survives %j', (raw) => {
    expect(['other', 'notice']).toContain(toWireEvent(raw).kind);
  });
});
