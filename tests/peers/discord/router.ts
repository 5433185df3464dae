// Finds the route of a call. `:name` stands for one segment; an `open` route needs no bot token.
import type { SentFile } from './form.ts';
import type { Answer } from './rules.ts';

export interface Call {
  readonly params: readonly string[];
  readonly query: URLSearchParams;
  readonly body: unknown;
  readonly files: readonly SentFile[];
}

export interface Route {
  readonly method: string;
  readonly path: string;
  readonly open?: boolean;
  answer(call: Call): Answer;
}

/** Path segments are decoded first: discord.js writes `%40original`. */
export function findRoute(
  routes: readonly Route[],
  method: string,
  path: string,
): { readonly route: Route; readonly params: readonly string[] } | undefined {
  const given = path.split('/').map(decodeURIComponent);
  for (const route of routes) {
    const wanted = route.path.split('/');
    const fits = wanted.every((segment, i) => segment.startsWith(':') || segment === given[i]);
    if (route.method !== method || wanted.length !== given.length || !fits) continue;
    return { route, params: given.filter((_, i) => wanted[i]?.startsWith(':')) };
  }
  return undefined;
}
