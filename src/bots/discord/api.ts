// The bot's own door to Discord's REST API, by bot token: it works while the gateway is away and outlives the
// 15 minutes of an interaction. Interactions answer through discord.js itself.
import type { REST } from 'discord.js';
import { domainErrors } from '../../contracts/errors.ts';
import { SwarmError } from '../../core/errors.ts';
import { apiStatus, toChatError } from './faults.ts';

export type Route = `/${string}`;

/** Every method throws SwarmError CHAT_AUTH, CHAT_REFUSED, CHAT_RATE_LIMITED or CHAT_UNAVAILABLE. */
export interface DiscordApi {
  get(route: Route): Promise<unknown>;
  put(route: Route, body: unknown): Promise<unknown>;
  post(route: Route, body: unknown): Promise<unknown>;
  patch(route: Route, body: unknown): Promise<unknown>;
}

/**
 * After one 401 nothing more is sent: Discord bans an address after 10,000 refused requests in 10 minutes.
 * `onUnauthorized` is told once.
 */
export function createDiscordApi(rest: REST, onUnauthorized: () => void): DiscordApi {
  let refused = false;
  const call = async (run: () => Promise<unknown>): Promise<unknown> => {
    if (refused) throw new SwarmError(domainErrors.chatAuth, 'Discord refused the token before');
    try {
      return await run();
    } catch (thrown) {
      if (apiStatus(thrown) === 401 && !refused) {
        refused = true;
        onUnauthorized();
      }
      throw toChatError(thrown);
    }
  };
  return {
    get: (route) => call(() => rest.get(route)),
    put: (route, body) => call(() => rest.put(route, { body })),
    post: (route, body) => call(() => rest.post(route, { body })),
    patch: (route, body) => call(() => rest.patch(route, { body })),
  };
}
