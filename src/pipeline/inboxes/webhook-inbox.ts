// The inbox that is a URL: gas is POSTed as JSON, signed, with the gas id as the message's id on every try, so that whoever
// receives it twice knows. What the receiver answers may be its acknowledgement.
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { z } from 'zod';
import type { Gas } from '../../contracts/agents.ts';
import { domainErrors } from '../../contracts/errors.ts';
import type { Handed } from '../../contracts/ports.ts';
import type { Clock } from '../../core/clock.ts';
import { errorText, SwarmError, toSwarmError } from '../../core/errors.ts';
import { fetchFaultText, tryFetch } from '../../core/fetch-faults.ts';
import { retryAfterOf } from '../../core/retry-after.ts';
import { Secret } from '../../core/secret.ts';
import type { WebhookInboxConfig } from './config.ts';
import { orByCommand } from './frame.ts';
import type { Inbox } from './inbox.ts';
import { signatureHeaders, signingKey } from './webhook-signature.ts';

export interface WebhookInboxDeps {
  readonly clock: Clock;
}

const longestAnswer = 65_536;
const answerSchema = z.object({ state: z.enum(['accepted', 'working']) });

/** Creates the inbox of one agent; nothing is read or sent before the first gas. */
export function createWebhookInbox({ clock }: WebhookInboxDeps, config: WebhookInboxConfig): Inbox {
  const { url, secretFile, timeoutMs } = config;
  // The path of a webhook often lets one in, so it is not told.
  const where = new URL(url).origin;

  async function post(gas: Gas, signal: AbortSignal): Promise<Response> {
    const now = clock.now();
    const body = JSON.stringify(messageOf(gas, now));
    const message = { id: gas.id, timestamp: Math.floor(now / 1_000), body };
    const headers = {
      'content-type': 'application/json',
      ...signatureHeaders(await readKey(secretFile), message),
    };
    const within = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
    // A redirect would carry the gas to somebody whom nobody named.
    const answer = await tryFetch(url, { method: 'POST', headers, body, signal: within, redirect: 'manual' });
    if (answer instanceof Response) return answer;
    // Without the cause: some libraries put the whole URL into it.
    const why = fetchFaultText(answer.thrown);
    // First, since also what was called off may have been sent or not.
    if (answer.isUnsent) throw unreachable(`${where} was not reached: ${why}`);
    signal.throwIfAborted();
    throw uncertain(`${where} gave no answer: ${why}`);
  }

  return {
    ack: 'native',
    takeOn: (gas) =>
      `When you take this on, answer \`{"state": "accepted"}\` to its request, ${orByCommand(gas)}.`,
    deliver: async (gas, signal) => handed(await post(gas, signal), { where, now: clock.now() }),
    // Only the receiver knows; the id on every try tells it.
    has: () => Promise.resolve(null),
    withdraw: () => Promise.resolve('out'),
    check: async () => {
      try {
        await readKey(secretFile);
        return null;
      } catch (thrown) {
        return { state: 'fail', said: toSwarmError(thrown).message };
      }
    },
  };
}

/** What is sent: the envelope of Standard Webhooks around what a gas file has in its front matter. */
function messageOf(gas: Gas, now: number) {
  const { createdAt, ...rest } = gas;
  return {
    type: 'gas.delivered',
    timestamp: new Date(now).toISOString(),
    data: { ...rest, createdAt: new Date(createdAt).toISOString() },
  };
}

/** @throws SwarmError INBOX_UNREACHABLE where it says that it took nothing, with the time that it asks for; INBOX_UNCERTAIN */
async function handed(
  response: Response,
  { where, now }: { readonly where: string; readonly now: number },
): Promise<Handed> {
  const { status } = response;
  if (response.ok) return { state: 'sent', where, ...(await acknowledgement(response)) };
  // What is not read keeps the connection.
  await response.body?.cancel().catch(() => undefined);
  if (status === 410) return { state: 'refused', where, reason: `${where} wants no more gas (HTTP 410)` };
  if (status >= 300 && status < 400) {
    const reason = `${where} answers with a redirect (HTTP ${status}), which is not followed`;
    return { state: 'refused', where, reason };
  }
  const isBusy = status === 429 || status === 503;
  const retryAfterMs = isBusy ? retryAfterOf(response.headers.get('retry-after'), now) : undefined;
  const asked = retryAfterMs === undefined ? '' : ` and wants ${Math.ceil(retryAfterMs / 1_000)} s of rest`;
  const said = `${where} answered HTTP ${status}${asked}`;
  const isDeclined = retryAfterMs !== undefined || (status < 500 && !leftOpen.includes(status));
  throw isDeclined ? unreachable(said, retryAfterMs) : uncertain(said);
}

/** What does not say that it took nothing: the request came late, or meets one that is there. No more does a failure of its own. */
const leftOpen: readonly number[] = [408, 409];

/** Whatever else it says is no acknowledgement, and no fault: it has the gas. */
async function acknowledgement(response: Response): Promise<{ acknowledged?: 'accepted' | 'working' }> {
  const text = await readUpTo(response, longestAnswer).catch(() => '');
  const answer = answerSchema.safeParse(parseJson(text));
  return answer.success ? { acknowledged: answer.data.state } : {};
}

async function readUpTo(response: Response, limit: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body ?? []) {
    length += chunk.length;
    if (length > limit) return '';
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** @throws SwarmError INBOX_MISCONFIGURED; what is in the file is never told */
async function readKey(path: string): Promise<Buffer> {
  const whole = resolve(path);
  const text = await readFile(whole, 'utf8').catch((thrown: unknown) => {
    throw new SwarmError(domainErrors.inboxMisconfigured, `the secret cannot be read: ${errorText(thrown)}`);
  });
  const key = signingKey(new Secret(text.trim()));
  if (key !== null) return key;
  const said = `${whole} holds no secret of the form whsec_<base64 of 24 to 64 bytes>`;
  throw new SwarmError(domainErrors.inboxMisconfigured, said);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function unreachable(said: string, retryAfterMs?: number): SwarmError {
  return new SwarmError(domainErrors.inboxUnreachable, said, { retryAfterMs });
}

function uncertain(said: string): SwarmError {
  return new SwarmError(domainErrors.inboxUncertain, said);
}
