// The bot's own door to Discord's REST API, by bot token: it works while the gateway is away and outlives the
// 15 minutes of an interaction. Interactions answer through discord.js itself.
import type { REST } from 'discord.js';
import { domainErrors } from '../../contracts/errors.ts';
import { SwarmError } from '../../core/errors.ts';
import type { Guard } from '../../core/recovery/guard.ts';
import { silentTracer, type Tracer } from '../../core/tracing/index.ts';
import { apiStatus, toChatError } from './faults.ts';

export type Route = `/${string}`;

/** A file of a message. */
export interface ApiFile {
  readonly name: string;
  readonly contentType: string;
  readonly data: Buffer;
}

/** Every method throws SwarmError CHAT_AUTH, CHAT_REFUSED, CHAT_RATE_LIMITED, CHAT_UNAVAILABLE, or CIRCUIT_OPEN. */
export interface DiscordApi {
  get(route: Route): Promise<unknown>;
  put(route: Route, body: unknown): Promise<unknown>;
  /** @param files go along as parts of a form */
  post(route: Route, body: unknown, files?: readonly ApiFile[]): Promise<unknown>;
  patch(route: Route, body: unknown, files?: readonly ApiFile[]): Promise<unknown>;
}

/** What calls go through. */
export interface DiscordApiDeps {
  readonly rest: REST;
  readonly guard: Guard;
  /** Default: nothing is traced. */
  readonly tracer?: Tracer;
}

/**
 * After one 401 nothing more is sent: Discord bans an address after 10,000 refused requests in 10 minutes.
 * `onUnauthorized` is told once.
 */
export function createDiscordApi(
  { rest, guard, tracer = silentTracer }: DiscordApiDeps,
  onUnauthorized: () => void,
): DiscordApi {
  let refused = false;
  const send = async (run: () => Promise<unknown>): Promise<unknown> => {
    if (refused) throw new SwarmError(domainErrors.chatAuth, 'Discord refused the token before');
    return await guard.run(async () => {
      try {
        return await run();
      } catch (thrown) {
        if (apiStatus(thrown) === 401 && !refused) {
          refused = true;
          onUnauthorized();
        }
        throw toChatError(thrown);
      }
    });
  };
  const call = (method: string, route: Route, run: () => Promise<unknown>): Promise<unknown> => {
    const template = templateOf(route);
    const attributes = { 'http.request.method': method, 'url.template': template };
    const options = { kind: 'client', attributes, onlyWithin: true } as const;
    return tracer.span(`${method} ${template}`, options, () => send(run));
  };
  return {
    get: (route) => call('GET', route, () => rest.get(route)),
    put: (route, body) => call('PUT', route, () => rest.put(route, { body })),
    post: (route, body, files = []) => call('POST', route, () => rest.post(route, { body, ...filed(files) })),
    patch: (route, body, files = []) =>
      call('PATCH', route, () => rest.patch(route, { body, ...filed(files) })),
  };
}

// With an empty list, too, the library would send a form.
function filed(files: readonly ApiFile[]): { files?: ApiFile[] } {
  return files.length === 0 ? {} : { files: [...files] };
}

/** The route without its ids: a name of which there are few. */
function templateOf(route: Route): string {
  return route.replaceAll(/\/\d+/g, '/{id}');
}
