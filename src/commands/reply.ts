// What a surface hands in and what it gets back. Every invocation gets exactly one reply.

import type { Danger } from '../access/index.ts';
import type { Address, Answer, Identity, Place, Surface } from '../contracts/chat.ts';
import type { CommandSpec } from './spec.ts';

/** One use of a command. `id` is the platform's own id of it: the same id twice is the same use. */
export interface Invocation {
  readonly id: string;
  readonly identity: Identity;
  /** Where reports about an action go. */
  readonly replyTo: Address;
  /** Where it was said; default: where the reports go. */
  readonly place?: Place;
  /** Only says what would be done; default false. A line may ask for it too, by `--dry-run`. */
  readonly dryRun?: boolean;
  /** Whether the reply can be seen only once the surface says so, by `shown`; default: at once. */
  readonly shownLater?: boolean;
  readonly input:
    | { readonly kind: 'line'; readonly line: string }
    | { readonly kind: 'parsed'; readonly command: string; readonly args: Readonly<Record<string, string>> };
}

/** A person's word on a confirmation; `replyTo` may differ from the invocation's (a Discord message to edit). */
export interface Decision {
  /** The same id again gets the first reply, and no other word counts under it. Absent: each is a use of its own. */
  readonly id?: string;
  readonly confirmationId: string;
  readonly verdict: 'yes' | 'no';
  /** What was typed to confirm, where a name has to be. */
  readonly typed?: string;
  /** Why not, in the person's own words. */
  readonly reason?: string;
  /** Only says what would be decided; default false. */
  readonly dryRun?: boolean;
  readonly identity: Identity;
  readonly replyTo: Address;
  readonly place?: Place;
}

export const refusalCodes = [
  'empty',
  'unknown-command',
  'bad-argument',
  'id-reused',
  'denied',
  'no-confirmation',
  'limited',
  'decided',
  'unavailable',
] as const;
export type RefusalCode = (typeof refusalCodes)[number];

export type Reply =
  | { readonly kind: 'answer'; readonly answer: Answer }
  | {
      readonly kind: 'refusal';
      readonly code: RefusalCode;
      readonly text: string;
      /** Of `limited`: when it may be tried again, ms. */
      readonly retryAfterMs?: number;
    }
  | {
      readonly kind: 'confirm';
      /** Short enough to type: `yes <confirmationId>`. */
      readonly confirmationId: string;
      readonly prompt: string;
      /** Ms since the epoch. */
      readonly expiresAt: number;
      /** Whose word it waits for; default `confirm`, which is that of whoever asked. */
      readonly level?: Danger;
      /** What has to be typed along with the yes; absent: nothing. */
      readonly typeName?: string;
      /** Reports about it come under this id. */
      readonly correlationId?: string;
    }
  /** The job is in the queue; reports follow under `correlationId`. */
  | {
      readonly kind: 'accepted';
      readonly correlationId: string;
      readonly text: string;
      /** Whether the reports go elsewhere than where this word was said; default: they follow here. */
      readonly toldElsewhere?: boolean;
    }
  /** A confirmation that was declined. */
  | { readonly kind: 'dropped'; readonly text: string };

/** What came under the id of another use: that one was meant, or this one, and nobody can tell. */
export const idReused: Extract<Reply, { kind: 'refusal' }> = {
  kind: 'refusal',
  code: 'id-reused',
  text: 'This id was used before, for something else than this; nothing was done. Say it again under a new id.',
};

/** Whether uses there have a key that the user may know, and send again. */
export function isOfProgram(surface: Surface): boolean {
  return surface === 'cli' || surface === 'http';
}

/** Where it was said. */
export function placeOf({ place, replyTo }: Pick<Invocation, 'place' | 'replyTo'>): Place {
  return place ?? { surface: replyTo.surface, id: replyTo.place };
}

/** The door of the command surface, as bots and api see it. Neither method throws. */
export interface CommandIntake {
  readonly specs: readonly CommandSpec[];
  /** One use of a command; the same id again gets the same confirmation. */
  handle(invocation: Invocation): Promise<Reply>;
  /** A person's word on a confirmation; saying yes twice is one order. */
  decide(decision: Decision): Promise<Reply>;
  /** What asks for a word can be seen now, and its time begins. What Redis does not take is made up by nobody: it ends sooner. */
  shown(confirmationId: string): Promise<void>;
}
