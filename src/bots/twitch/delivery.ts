// What became of something said, and how Twitch's answers tell it. Pure.
import type { WireEvent } from './wire.ts';

/** Writing a line proves nothing, so there is no softer state. `id` is Twitch's own where Twitch told it. */
export type Delivery =
  | { readonly state: 'accepted'; readonly id: string | null }
  | { readonly state: 'dropped'; readonly reason: string }
  | { readonly state: 'unknown'; readonly reason: 'no answer' | 'connection lost' };

/** What an event says of the line in flight to `channel`; null when it says nothing. */
export function deliveryOf(event: WireEvent, channel: string, nonce: string): Delivery | null {
  if (!('channel' in event) || event.channel !== channel) return null;
  if (event.kind === 'userstate') {
    // Another nonce belongs to a line that was given up; Twitch promises to tell none.
    return event.nonce === null || event.nonce === nonce ? { state: 'accepted', id: event.messageId } : null;
  }
  if (event.kind !== 'notice' || event.id === null || !isRefusal(event.id)) return null;
  return { state: 'dropped', reason: event.id };
}

/** The outcome of a message in several lines: the first thing that went wrong, else the last line's. */
export function worstOf(deliveries: readonly Delivery[]): Delivery {
  const nothing: Delivery = { state: 'dropped', reason: 'nothing to say' };
  return deliveries.find(({ state }) => state !== 'accepted') ?? deliveries.at(-1) ?? nothing;
}

// Every id of a message that nobody saw begins with `msg_`, new ones too, save these.
function isRefusal(id: string): boolean {
  return id.startsWith('msg_') || ['no_permission', 'tos_ban', 'unrecognized_cmd'].includes(id);
}
