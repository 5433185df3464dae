// The REST side over node:http: token, faults, rate-limit headers, and a record of every exchange.
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type Faults, faultAnswer } from './faults.ts';
import { readBody, type SentBody, type SentFile } from './form.ts';
import { findRoute, type Route } from './router.ts';
import { type Answer, refuse } from './rules.ts';

/** One request and its answer, as they went over the wire. */
export interface Exchange {
  readonly at: number;
  readonly method: string;
  /** Without `/api/v10`, decoded. */
  readonly path: string;
  /** Of a form, its part `payload_json`. */
  readonly requestBody: unknown;
  readonly files: readonly SentFile[];
  readonly status: number;
  readonly responseBody: unknown;
}

export interface RestOptions {
  readonly token: string;
  readonly routes: readonly Route[];
  readonly faults: Faults;
  readonly record: (exchange: Exchange) => void;
}

const base = '/api/v10';

export function createRestServer(options: RestOptions): Server {
  return createServer((request, response) => {
    serve(request, response, options).catch(() => response.destroy());
  });
}

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  options: RestOptions,
): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://peer');
  const method = request.method ?? 'GET';
  const path = url.pathname.startsWith(base) ? url.pathname.slice(base.length) : url.pathname;
  const sent = await readBody(request);
  const fault = options.faults.take(`${method} ${decodeURIComponent(path)}`);
  if (fault?.kind === 'hang') return;
  if (fault?.kind === 'reset') {
    request.socket.destroy();
    return;
  }
  const found = findRoute(options.routes, method, path);
  const answer = fault ? faultAnswer(fault) : answerTo(request, url, sent, found, options);
  options.record({
    at: Date.now(),
    method,
    path: decodeURIComponent(path),
    requestBody: sent.json,
    files: sent.files,
    status: answer.status,
    responseBody: answer.body,
  });
  send(response, answer, found?.route.path ?? path);
}

function answerTo(
  request: IncomingMessage,
  url: URL,
  { json: body, files }: SentBody,
  found: ReturnType<typeof findRoute>,
  options: RestOptions,
): Answer {
  if (!url.pathname.startsWith(base) || !found) return refuse(404, 0);
  const authorised = found.route.open === true || request.headers.authorization === `Bot ${options.token}`;
  if (!authorised) return refuse(401, 0);
  return found.route.answer({ params: found.params, query: url.searchParams, body, files });
}

function send(response: ServerResponse, answer: Answer, bucket: string): void {
  response.statusCode = answer.status;
  const limits = {
    'x-ratelimit-limit': '50',
    'x-ratelimit-remaining': '49',
    'x-ratelimit-reset': String((Date.now() + 1_000) / 1000),
    'x-ratelimit-reset-after': '1.000',
    'x-ratelimit-bucket': createHash('md5').update(bucket).digest('hex'),
  };
  for (const [name, value] of Object.entries({ ...limits, ...answer.headers }))
    response.setHeader(name, value);
  // A content type on an empty body makes discord.js parse nothing and throw.
  if (answer.body === null) return void response.end();
  const html = answer.status === 502;
  response.setHeader('content-type', html ? 'text/html' : 'application/json');
  response.end(html ? '<html><body>502 Bad Gateway</body></html>' : JSON.stringify(answer.body));
}
