// What the stand-in knows: one application, one guild, one channel, people, commands, messages, interactions.
// Ids are snowflakes that grow; everything that changes wakes those who wait.
import type { Modal } from './rules.ts';
import type { ApiObject } from './shapes.ts';

export interface Person {
  readonly id: string;
  readonly name: string;
  /** Ids of the roles that they have on the server. */
  readonly roles?: readonly string[];
}

/** A file of a message; width and height of a picture, px. */
export interface StoredFile {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly data: Buffer;
  readonly width?: number;
  readonly height?: number;
}

export interface StoredMessage {
  readonly id: string;
  readonly channelId: string;
  content: string;
  embeds: readonly ApiObject[];
  components: readonly ApiObject[];
  files: readonly StoredFile[];
  flags: number;
  readonly nonce: string | undefined;
  readonly createdAt: number;
  editedAt: number | null;
  edits: number;
  /** Set on answers to interactions; an ephemeral one is seen by this person only. */
  readonly interactionId: string | undefined;
  readonly seenOnlyBy: string | undefined;
}

export interface StoredInteraction {
  readonly id: string;
  readonly token: string;
  readonly person: Person;
  readonly channelId: string;
  readonly createdAt: number;
  /** The message a button sits on; undefined for slash commands. */
  readonly source: StoredMessage | undefined;
  /** How often that message had been edited before the click. */
  readonly editsBefore: number;
  /** Type of the callback that came first. */
  answeredWith: number | undefined;
  /** Id of `@original`. */
  original: string | undefined;
  /** Values that were offered while an option was typed. */
  choices: readonly string[] | undefined;
  followUps: string[];
  /** The window that answered a click. */
  modal: Modal | undefined;
}

/** The one role of the server beside the one that everybody has. */
export const operatorRole = '900000000000000008';
export const ephemeral = 64;
export const loading = 128;
const discordEpoch = 1_420_070_400_000n;

export class World {
  readonly token: string;
  readonly applicationId = '900000000000000001';
  readonly guildId = '900000000000000002';
  readonly channelId = '900000000000000003';
  /** Scope (`global` or a guild id) → commands as registered. */
  readonly commands = new Map<string, readonly ApiObject[]>();
  readonly messages = new Map<string, StoredMessage>();
  readonly interactions = new Map<string, StoredInteraction>();
  readonly #waiting = new Set<() => void>();
  #lastId = 0n;

  constructor(token: string) {
    this.token = token;
  }

  nextId(): string {
    const byTime = (BigInt(Date.now()) - discordEpoch) << 22n;
    this.#lastId = byTime > this.#lastId ? byTime : this.#lastId + 1n;
    return String(this.#lastId);
  }

  addMessage(message: Partial<StoredMessage> & Pick<StoredMessage, 'channelId'>): StoredMessage {
    const stored: StoredMessage = {
      id: this.nextId(),
      content: '',
      embeds: [],
      components: [],
      files: [],
      flags: 0,
      nonce: undefined,
      createdAt: Date.now(),
      editedAt: null,
      edits: 0,
      interactionId: undefined,
      seenOnlyBy: undefined,
      ...message,
    };
    this.messages.set(stored.id, stored);
    this.changed();
    return stored;
  }

  byToken(token: string): StoredInteraction | undefined {
    return [...this.interactions.values()].find((interaction) => interaction.token === token);
  }

  changed(): void {
    for (const wake of [...this.#waiting]) wake();
  }

  /** Resolves to what `probe` finds, now or after a change; rejects with `complaint` after `timeoutMs`. */
  until<T>(probe: () => T | undefined, timeoutMs: number, complaint: string): Promise<T> {
    return new Promise((resolve, reject) => {
      const check = () => {
        const found = probe();
        if (found === undefined) return;
        finish();
        resolve(found);
      };
      const timer = setTimeout(() => {
        finish();
        reject(new Error(complaint));
      }, timeoutMs);
      const finish = () => {
        clearTimeout(timer);
        this.#waiting.delete(check);
      };
      this.#waiting.add(check);
      check();
    });
  }
}
