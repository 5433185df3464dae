// A stand-in for Twitch chat: IRC over WebSocket as chat clients see it, with the real limits, and controls to speak
// as a viewer and to break things. Not a double of any client library: the real tmi.js talks to it.
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { WebSocketServer } from 'ws';
import { ChatSession } from './chat-session.ts';
import { ChatWorld } from './chat-world.ts';
import type { TwitchPeer, TwitchPeerOptions } from './controls.ts';

export type { TwitchPeer, TwitchPeerOptions } from './controls.ts';

/** Starts the stand-in on 127.0.0.1. */
export async function createTwitchPeer(options: TwitchPeerOptions = {}): Promise<TwitchPeer> {
  const world = new ChatWorld(options);
  const http = createServer((_, response) => response.writeHead(426).end());
  const door = openDoor(http, world);
  http.listen(options.port ?? 0, '127.0.0.1');
  await once(http, 'listening');
  const address = http.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `ws://127.0.0.1:${port}`,
    port,
    lines: world.lines,
    violations: world.violations,
    get handshakes() {
      return door.handshakes;
    },
    joined: (channel) => world.inside(`#${channel}`).flatMap(({ login }) => login ?? []),
    say: (channel, viewer) => world.say(`#${channel}`, viewer),
    sent: (channel) => world.said.filter((said) => said.channel === channel).map(({ text }) => text),
    ...faults(world, door),
    close: async () => {
      for (const session of world.sessions) session.terminate();
      http.close();
      await once(http, 'close');
    },
  };
}

type Faults = Omit<
  TwitchPeer,
  'url' | 'port' | 'lines' | 'violations' | 'handshakes' | 'joined' | 'say' | 'sent' | 'close'
>;

function faults(world: ChatWorld, door: Door): Faults {
  return {
    notice: (channel, id, text) => {
      for (const session of world.inside(`#${channel}`)) session.notice(`#${channel}`, id, text);
    },
    raw: (line) => {
      for (const session of world.sessions) session.send(line);
    },
    reconnect: (closeAfterMs = 2_000) => {
      const told = [...world.sessions];
      for (const session of told) session.send(':tmi.twitch.tv RECONNECT');
      const close = () => {
        for (const session of told) session.close();
      };
      setTimeout(close, closeAfterMs).unref();
    },
    terminate: () => {
      for (const session of world.sessions) session.terminate();
    },
    refuseHandshakes: (count) => {
      door.refusals = count;
    },
    silence: (on) => {
      world.silent = on;
    },
    failNextMessage: (fault) => {
      world.faults.push(fault);
    },
    setModerator: (channel, on) => {
      if (on) world.moderated.add(`#${channel}`);
      else world.moderated.delete(`#${channel}`);
    },
  };
}

interface Door {
  handshakes: number;
  refusals: number;
}

function openDoor(server: Server, world: ChatWorld): Door {
  const door: Door = { handshakes: 0, refusals: 0 };
  const sockets = new WebSocketServer({
    server,
    handleProtocols: (offered) => (offered.has('irc') ? 'irc' : false),
    verifyClient: (_info, answer) => {
      door.handshakes += 1;
      if (door.refusals === 0) return answer(true);
      door.refusals -= 1;
      answer(false, 503, 'Service Unavailable');
    },
  });
  sockets.on('connection', (socket) => {
    const session = new ChatSession(socket, world);
    world.sessions.add(session);
    socket.on('close', () => world.sessions.delete(session));
  });
  return door;
}
