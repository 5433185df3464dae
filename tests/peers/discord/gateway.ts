// The gateway side: HELLO, IDENTIFY, READY, heartbeats, RESUME with replay, and every way to lose a connection.
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { z } from 'zod';
import { applicationOf, botUser, guildOf } from './shapes.ts';
import type { World } from './world.ts';

interface Session {
  readonly id: string;
  /** Everything dispatched so far; a RESUME is answered with what came after its `seq`. */
  readonly sent: { readonly s: number; readonly frame: string }[];
  socket: WebSocket | undefined;
}

/** What the gateway does when asked; a test may change each at any moment. */
export interface GatewayBehaviour {
  acknowledgeHeartbeats: boolean;
  acceptResume: boolean;
  /** Close code that answers IDENTIFY instead of READY, such as 4014. */
  refuseIdentify: number | null;
  /** HTTP status that answers the handshake instead of 101. */
  refuseHandshake: number | null;
  /** Nothing at all is sent any more. */
  mute: boolean;
}

export interface GatewayCounts {
  handshakes: number;
  identifies: number;
  resumes: number;
}

const frameSchema = z.object({ op: z.number(), d: z.unknown() });
const identifySchema = z.object({ token: z.string(), intents: z.number() });
const resumeSchema = z.object({ token: z.string(), session_id: z.string(), seq: z.number() });
const op = {
  dispatch: 0,
  heartbeat: 1,
  identify: 2,
  resume: 6,
  reconnect: 7,
  invalid: 9,
  hello: 10,
  ack: 11,
};

export class Gateway {
  readonly behaviour: GatewayBehaviour = {
    acknowledgeHeartbeats: true,
    acceptResume: true,
    refuseIdentify: null,
    refuseHandshake: null,
    mute: false,
  };
  readonly counts: GatewayCounts = { handshakes: 0, identifies: 0, resumes: 0 };
  readonly #world: World;
  readonly #options: { readonly heartbeatMs: number; readonly url: () => string };
  readonly #server = new WebSocketServer({ noServer: true });
  readonly #sessions = new Map<string, Session>();

  constructor(world: World, options: { readonly heartbeatMs: number; readonly url: () => string }) {
    this.#world = world;
    this.#options = options;
  }

  /** For the `upgrade` event of the HTTP server. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    this.counts.handshakes += 1;
    this.#world.changed();
    if (this.behaviour.refuseHandshake !== null) {
      socket.end(`HTTP/1.1 ${this.behaviour.refuseHandshake} Refused\r\nConnection: close\r\n\r\n`);
      return;
    }
    this.#server.handleUpgrade(request, socket, head, (client) => {
      client.on('message', (data) => this.#receive(client, String(data)));
      client.on('close', (code) => this.#closed(client, code));
      client.on('error', () => client.terminate());
      this.#send(client, { op: op.hello, d: { heartbeat_interval: this.#options.heartbeatMs } });
    });
  }

  /** Sessions that could still be told something, connected or not. */
  get sessions(): number {
    return this.#sessions.size;
  }

  get connected(): number {
    return [...this.#sessions.values()].filter((session) => session.socket).length;
  }

  dispatch(event: string, d: unknown): void {
    for (const session of this.#sessions.values()) this.#dispatchTo(session, event, d);
  }

  /** The sockets break, as when a cable is pulled. */
  drop(): void {
    for (const client of this.#server.clients) client.terminate();
  }

  close(code: number): void {
    for (const client of this.#server.clients) client.close(code);
  }

  /** Op 7: please reconnect. */
  askReconnect(): void {
    for (const client of this.#server.clients) this.#send(client, { op: op.reconnect, d: null });
  }

  /** Op 9: the session is invalid; `resumable` says whether a RESUME may be tried. */
  invalidate(resumable: boolean): void {
    if (!resumable) this.#sessions.clear();
    for (const client of this.#server.clients) this.#send(client, { op: op.invalid, d: resumable });
  }

  stop(): void {
    this.drop();
    this.#server.close();
  }

  #receive(client: WebSocket, text: string): void {
    const frame = frameSchema.parse(JSON.parse(text));
    if (frame.op === op.heartbeat && this.behaviour.acknowledgeHeartbeats) {
      this.#send(client, { op: op.ack });
    } else if (frame.op === op.identify) {
      this.#identify(client, identifySchema.parse(frame.d).token);
    } else if (frame.op === op.resume) {
      this.#resume(client, resumeSchema.parse(frame.d));
    }
  }

  #identify(client: WebSocket, token: string): void {
    this.counts.identifies += 1;
    this.#world.changed();
    const refusal = token === this.#world.token ? this.behaviour.refuseIdentify : 4004;
    if (refusal !== null) {
      client.close(refusal);
      return;
    }
    const session: Session = { id: this.#world.nextId(), sent: [], socket: client };
    this.#sessions.set(session.id, session);
    this.#dispatchTo(session, 'READY', {
      v: 10,
      user: botUser(this.#world),
      guilds: [{ id: this.#world.guildId, unavailable: true }],
      session_id: session.id,
      resume_gateway_url: this.#options.url(),
      shard: [0, 1],
      application: { id: this.#world.applicationId, flags: applicationOf(this.#world)['flags'] },
    });
    this.#dispatchTo(session, 'GUILD_CREATE', guildOf(this.#world));
    this.#world.changed();
  }

  #resume(client: WebSocket, wanted: z.infer<typeof resumeSchema>): void {
    this.counts.resumes += 1;
    this.#world.changed();
    if (wanted.token !== this.#world.token) {
      client.close(4004);
      return;
    }
    const session = this.#sessions.get(wanted.session_id);
    if (!session || !this.behaviour.acceptResume) {
      this.#sessions.delete(wanted.session_id);
      this.#send(client, { op: op.invalid, d: false });
      return;
    }
    session.socket = client;
    for (const { s, frame } of session.sent) if (s > wanted.seq) this.#sendText(client, frame);
    this.#dispatchTo(session, 'RESUMED', {});
    this.#world.changed();
  }

  #closed(client: WebSocket, code: number): void {
    for (const session of this.#sessions.values()) {
      if (session.socket !== client) continue;
      session.socket = undefined;
      // A client that says good-bye ends its session; any other loss leaves it to be resumed.
      if (code === 1000 || code === 1001) this.#sessions.delete(session.id);
    }
    this.#world.changed();
  }

  #dispatchTo(session: Session, t: string, d: unknown): void {
    const s = session.sent.length + 1;
    const frame = JSON.stringify({ op: op.dispatch, t, s, d });
    session.sent.push({ s, frame });
    if (session.socket) this.#sendText(session.socket, frame);
  }

  #send(client: WebSocket, frame: unknown): void {
    this.#sendText(client, JSON.stringify(frame));
  }

  #sendText(client: WebSocket, text: string): void {
    if (!this.behaviour.mute) client.send(text);
  }
}
