// The client of the HTTP face, against a port that somebody else holds.
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { connectClient } from '../../../src/cli/client.ts';
import { unanswered } from '../../../src/cli/door.ts';
import { coreErrors, SwarmError } from '../../../src/core/errors.ts';

/** A client of a port at which this is answered; null: the connection ends instead. */
async function clientOf(status: number, body: string | null) {
  const server = createServer((request, response) =>
    body === null ? request.socket.destroy() : response.writeHead(status).end(body),
  );
  onTestFinished(() => void server.close());
  return clientAt(server, new AbortController().signal);
}

async function clientAt(server: Server, stopped: AbortSignal) {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return connectClient({
    env: { SWARMLINE_API_PORT: String(port), SWARMLINE_HOME: '/no/such/home' },
    root: join(import.meta.dirname, '../../..'),
    stopped,
  });
}

it.for([
  [200, '<html>It works!</html>', /answers at http:\S+ is no Swarmline; let .*_PORT .*<html>It works!/],
  [404, 'Not found', /is no Swarmline; .* \(status 404\): Not found/],
  [
    200,
    '{"kind":"answer"}',
    /no Swarmline, or one of another version, so it is unknown whether this was taken/,
  ],
  [404, '{"error":"Not Found","message":"Route POST:/v1/run not found"}', /of another version.*Route POST/],
] as const)(
  'says of a %i with %s, as whoever else is at the port of Swarmline answers, that it is none',
  async ([status, body, told]) => {
    const client = await clientOf(status, body);
    await expect(client.run({ line: 'restart slam', dryRun: false }, 'key')).rejects.toMatchObject({
      code: 'INPUT_INVALID',
      message: expect.stringMatching(told),
    });
  },
);

it('tells what a platform of another version says more, and refuses by a word of its own', async () => {
  const reply = { kind: 'refusal', code: 'of-tomorrow', text: 'Not today.', why: 'it is late' };
  const client = await clientOf(409, JSON.stringify(reply));
  expect(await client.run({ line: 'restart slam', dryRun: false }, 'key')).toEqual(reply);
});

it.for([
  ['acknowledge', 'acknowledge it again: twice is once'],
  ['report', 'report it again: what was told before changes nothing'],
  ['resetComponent', 'reset it again: a part that is not braked is left alone'],
] as const)('says of a lost %s, which has no key, what comes of asking again', async ([what, again]) => {
  const lost = { code: 'ANSWER_LOST', message: expect.stringMatching(new RegExp(`taken; ${again}$`)) };
  for (const client of [await clientOf(502, '<html>Bad Gateway</html>'), await clientOf(200, null)]) {
    const calls = {
      acknowledge: () => client.acknowledge('g-1', 'accepted'),
      report: () => client.report('forge', { percent: 10 }),
      resetComponent: () => client.resetComponent('bridge'),
    };
    await expect(calls[what]()).rejects.toMatchObject(lost);
  }
});

it.for([
  ['acknowledge', /^stopped before .*, so it is unknown whether this was taken; acknowledge it again: /],
  ['report', /^stopped before .*, so it is unknown whether this was taken; report it again: /],
  ['resetComponent', /^stopped before .*, so it is unknown whether this was taken; reset it again: /],
  ['nextReport', /^stopped before the platform answered$/],
] as const)('says of a %s that was stopped before its answer what is known of it', async ([what, told]) => {
  const stopping = new AbortController();
  const server = createServer(() => stopping.abort());
  onTestFinished(() => void server.close());
  onTestFinished(() => server.closeAllConnections());
  const client = await clientAt(server, stopping.signal);
  const calls = {
    acknowledge: () => client.acknowledge('g-1', 'accepted'),
    report: () => client.report('forge', { percent: 10 }),
    resetComponent: () => client.resetComponent('bridge'),
    nextReport: () => client.nextReport('x1', -1, 0),
  };
  await expect(calls[what]()).rejects.toMatchObject({
    code: 'ABORTED',
    message: expect.stringMatching(told),
  });
});

it.for([
  [502, '<html>Bad Gateway</html>'],
  [504, ''],
] as const)(
  'takes a %i of a gateway for no answer: what is behind it may have taken the order',
  async ([status, body]) => {
    const client = await clientOf(status, body);
    await expect(client.decide('x1', 'yes')).rejects.toMatchObject({
      code: 'ANSWER_LOST',
      message: expect.stringContaining(`${status}`),
    });
  },
);

it('takes it for the silence of the platform where nothing was to be done', async () => {
  const client = await clientOf(502, '<html>Bad Gateway</html>');
  const lost = {
    code: 'PLATFORM_SILENT',
    message: expect.stringContaining('gives no answer (only a status 502 came)'),
  };
  await expect(
    client.run({ line: 'status', dryRun: false }, 'key', { isQuestion: true }),
  ).rejects.toMatchObject(lost);
  await expect(client.nextReport('x1', -1, 0)).rejects.toMatchObject(lost);
});

it.for([
  ['one that hangs', new SwarmError(coreErrors.timedOut, 'no answer within 30 s'), 'ANSWER_LOST'],
  ['one that was killed', failed('ECONNRESET'), 'ANSWER_LOST'],
  ['nobody', failed('ECONNREFUSED'), 'PLATFORM_UNREACHABLE'],
  ['nobody within the time for a connection', failed('UND_ERR_CONNECT_TIMEOUT'), 'PLATFORM_UNREACHABLE'],
] as const)('tells %s from the others', ([, thrown, code]) => {
  expect(unanswered('http://127.0.0.1:7700', thrown)).toMatchObject({ code });
});

it.for([
  [{ SWARMLINE_URL: 'http://127.0.0.1:1' }, 'mend SWARMLINE_URL, which names it'],
  [{ SWARMLINE_API_PORT: '1' }, 'start it with: npm start'],
] as const)('says of nobody at %o what is done about it', async ([env, mend]) => {
  const client = await connectClient({
    env: { SWARMLINE_HOME: '/no/such/home', ...env },
    root: join(import.meta.dirname, '../../..'),
    stopped: new AbortController().signal,
  });
  await expect(client.run({ line: 'status', dryRun: false }, 'key')).rejects.toMatchObject({
    code: 'PLATFORM_UNREACHABLE',
    message: expect.stringContaining(mend),
  });
});

function failed(code: string): TypeError {
  return new TypeError('fetch failed', { cause: Object.assign(new Error(`no: ${code}`), { code }) });
}
