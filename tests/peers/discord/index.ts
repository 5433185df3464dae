// A stand-in for Discord: REST v10 and gateway on one local port, for tests and for trying the bot by hand.
// Enforces the rules that bite; what it does not know it answers with 404, and every exchange is on record.
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { patienceMs } from '../../support/patience.ts';
import { type Fault, Faults } from './faults.ts';
import { Gateway } from './gateway.ts';
import { createRestServer, type Exchange } from './http.ts';
import {
  clickButton,
  fillModal,
  look,
  operator,
  type SeenMessage,
  type SlashUse,
  typeInto,
  typeSlash,
  type Use,
} from './people.ts';
import { botRoutes } from './routes-bot.ts';
import { chatRoutes } from './routes-chat.ts';
import { type Person, World } from './world.ts';

export type { Fault } from './faults.ts';
export type { Gateway } from './gateway.ts';
export type { Exchange } from './http.ts';
export { operator, type SeenMessage, type SlashUse, stranger, type Use } from './people.ts';
export { operatorRole, type Person } from './world.ts';

export interface DiscordPeerOptions {
  /** Default 0: any free port. */
  readonly port?: number;
  /** The bot token it accepts; default `peer-token`. */
  readonly token?: string;
  /** Heartbeat interval in ms; default Discord's 41,250. */
  readonly heartbeatMs?: number;
  /** Told of every exchange. */
  readonly onExchange?: (exchange: Exchange) => void;
}

export interface DiscordPeer {
  /** For DISCORD_API_URL. */
  readonly apiUrl: string;
  readonly port: number;
  readonly token: string;
  readonly guildId: string;
  readonly channelId: string;
  readonly exchanges: readonly Exchange[];
  readonly gateway: Gateway;
  /** Spoils some of the next requests. */
  fail(fault: Fault): void;
  slash(use: SlashUse): Promise<Use>;
  /** What is offered while somebody types into an option. */
  choices(use: SlashUse & { readonly option: string; readonly typed: string }): Promise<readonly string[]>;
  click(message: string, customId: string, user?: Person): Use;
  /** Fills in the window that a click opened. */
  fill(click: Use, fields: Readonly<Record<string, string>>, user?: Person): Promise<Use>;
  /** What everybody sees in a channel, oldest first; default the one channel. */
  messages(channelId?: string): readonly SeenMessage[];
  /** Waits for a state of the peer; asked again whenever something changes. Default 5,000 ms. */
  until<T>(probe: () => T | undefined, timeoutMs?: number): Promise<T>;
  /** A moderator deletes a message. */
  deleteMessage(id: string): void;
  close(): Promise<void>;
}

export async function createDiscordPeer(options: DiscordPeerOptions = {}): Promise<DiscordPeer> {
  const world = new World(options.token ?? 'peer-token');
  const exchanges: Exchange[] = [];
  const faults = new Faults();
  let port = 0;
  const url = () => `ws://127.0.0.1:${port}`;
  const gateway = new Gateway(world, { heartbeatMs: options.heartbeatMs ?? 41_250, url });
  const server = createRestServer({
    token: world.token,
    routes: [...botRoutes(world, url), ...chatRoutes(world)],
    faults,
    record: (exchange) => {
      exchanges.push(exchange);
      options.onExchange?.(exchange);
      world.changed();
    },
  });
  server.on('upgrade', (request, socket, head) => gateway.upgrade(request, socket, head));
  server.listen(options.port ?? 0, '127.0.0.1');
  await once(server, 'listening');
  port = portOf(server.address());
  return {
    apiUrl: `http://127.0.0.1:${port}/api`,
    port,
    token: world.token,
    guildId: world.guildId,
    channelId: world.channelId,
    exchanges,
    gateway,
    fail: (fault) => faults.add(fault),
    slash: (use) => typeSlash(world, gateway, use),
    choices: (use) => typeInto(world, gateway, use),
    click: (message, customId, user = operator) => clickButton(world, gateway, { message, customId, user }),
    fill: (click, fields, user = operator) => fillModal(world, gateway, { click, fields, user }),
    messages: (channelId = world.channelId) =>
      [...world.messages.values()]
        .filter((message) => message.channelId === channelId && message.seenOnlyBy === undefined)
        .map(look),
    until: (probe, timeoutMs = patienceMs) =>
      world.until(probe, timeoutMs, 'the peer did not reach the state'),
    deleteMessage: (id) => {
      world.messages.delete(id);
      world.changed();
    },
    close: async () => {
      gateway.stop();
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function portOf(address: AddressInfo | string | null): number {
  return typeof address === 'object' && address !== null ? address.port : 0;
}
