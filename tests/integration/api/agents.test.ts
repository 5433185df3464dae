// The doors of an agent over HTTP: who may speak for it, and what a report is answered with.
import { describe, expect } from 'vitest';
import { createPolicy } from '../../../src/access/index.ts';
import type { ApiSwarm } from '../../../src/api/index.ts';
import type { ProgressReport } from '../../../src/contracts/progress.ts';
import { it } from '../../support/fixtures.ts';
import { delivery } from '../../unit/commands/ports.ts';
import { gas } from '../../unit/pipeline/gas.ts';
import { open } from './rig.ts';

const policy = createPolicy({
  roles: { a1: ['agent.report:Agent-1'] },
  people: { a1: { role: 'a1', identities: ['http:a1'] } },
});

function listening() {
  const heard: ProgressReport[] = [];
  const words: (string | undefined)[] = [];
  const swarm: ApiSwarm = {
    agents: ['Agent-1', 'Agent-2', 'Agent-3'],
    inboxless: ['Agent-3'],
    progress: {
      report: async (report, word) => {
        heard.push(report);
        words.push(word);
        return { accepted: true, mission: 'map', epoch: 1, percent: 80, crossed: [75] };
      },
    },
    ask: async () => ({ asked: false, reason: 'nobody is here' }),
    lookUp: async (_agent, id, word) => {
      words.push(word);
      return { id, question: 'Left?', askedAt: 0, state: 'unanswered' };
    },
    desk: {
      has: (agent) => agent === 'Agent-1',
      fetch: async (_agent, waitMs, _signal, word) => {
        words.push(word);
        return [{ ...gas({ id: 'xg1', text: `after ${waitMs}` }), handedAt: null }];
      },
      acknowledge: async (agent, id, state, word) => {
        words.push(word);
        return delivery(id, { state, steps: [{ state, at: 0, detail: word ?? `told by ${agent}` }] });
      },
    },
  };
  return { heard, swarm, words };
}

const calling = (name: string) => ({
  ...{ jsonrpc: '2.0', id: 1, method: 'tools/call' },
  params: { name, arguments: name === 'get_gas' ? {} : { id: 'xg1' } },
});
const json = (body: unknown) => ({
  body: JSON.stringify(body),
  headers: { 'content-type': 'application/json' },
});

describe('PUT /v1/agents/:id/progress', () => {
  it('takes a report and says what came of it', async ({ redis, prefix }) => {
    const { heard, swarm } = listening();
    const { call } = await open(redis, prefix, { swarm });
    const words = { mission: 'map', percent: 80, seq: 1 };
    expect(await call('PUT', '/v1/agents/Agent-1/progress', json(words))).toEqual({
      status: 200,
      body: { accepted: true, mission: 'map', epoch: 1, percent: 80, crossed: [75] },
    });
    expect(heard).toEqual([{ agent: 'Agent-1', ...words }]);
  });

  it('says whose word a report is, over HTTP as over MCP', async ({ redis, prefix }) => {
    const { swarm, words } = listening();
    const { call, keys } = await open(redis, prefix, { swarm, policy });
    const percent = { percent: 80 };
    const tool = { jsonrpc: '2.0', id: 1, method: 'tools/call' };
    const params = { name: 'report_progress', arguments: percent };
    const accept = 'application/json, text/event-stream';
    for (const key of [{ authorization: `Bearer ${await keys.add('a1', 0)}` }, {}]) {
      for (const [method, path, sent] of [
        ['PUT', '/v1/agents/Agent-1/progress', json(percent)],
        ['POST', '/mcp?agent=Agent-1', json({ ...tool, params })],
      ] as const) {
        const headers = { ...sent.headers, accept, ...key };
        expect((await call(method, path, { body: sent.body, headers })).status).toBe(200);
      }
    }
    const operator = 'on the word of cli:local';
    expect(words).toEqual([undefined, undefined, operator, operator]);
  });

  it('names the place in a report that does not fit', async ({ redis, prefix }) => {
    const { heard, swarm } = listening();
    const { call } = await open(redis, prefix, { swarm });
    expect(await call('PUT', '/v1/agents/Agent-1/progress', json({ percent: 180 }))).toMatchObject({
      status: 400,
      body: { error: 'REQUEST_INVALID', where: 'body.percent' },
    });
    expect(heard).toEqual([]);
  });

  it('guesses the agent that was meant', async ({ redis, prefix }) => {
    const { call } = await open(redis, prefix, { swarm: listening().swarm });
    expect(await call('PUT', '/v1/agents/Agnet-1/progress', json({ percent: 80 }))).toMatchObject({
      status: 404,
      body: {
        error: 'AGENT_UNKNOWN',
        where: 'path.id',
        message: expect.stringContaining('did you mean Agent-1?'),
      },
    });
  });

  it('lets a key speak for its own agent alone, and records only what was refused', async ({
    redis,
    prefix,
  }) => {
    const { heard, swarm } = listening();
    const { call, keys, lines } = await open(redis, prefix, { swarm, policy });
    const key = await keys.add('a1', 0);
    const report = (agent: string) => {
      const { body, headers } = json({ percent: 80 });
      return call('PUT', `/v1/agents/${agent}/progress`, {
        body,
        headers: { ...headers, authorization: `Bearer ${key}` },
      });
    };
    expect([(await report('Agent-1')).status, (await report('Agent-2')).status]).toEqual([200, 403]);
    expect([heard.length, lines.map(({ verdict, args }) => [verdict, args])]).toEqual([
      1,
      [['denied', { agent: 'Agent-2' }]],
    ]);
  });
});

describe('the gas of an agent', () => {
  it('is fetched, and waited for as long as was asked', async ({ redis, prefix }) => {
    const { call } = await open(redis, prefix, { swarm: listening().swarm });
    expect(await call('GET', '/v1/agents/Agent-1/gas?wait=30')).toMatchObject({
      status: 200,
      body: { gas: [{ id: 'xg1', text: 'after 30000', handedAt: null }] },
    });
  });

  it('cannot be fetched where it goes into an inbox of the agent', async ({ redis, prefix }) => {
    const { call } = await open(redis, prefix, { swarm: listening().swarm });
    expect(await call('GET', '/v1/agents/Agent-2/gas')).toMatchObject({
      status: 409,
      body: { message: expect.stringContaining('kind: pull'), where: 'path.id' },
    });
  });

  it('cannot be fetched where the agent has no inbox, and that is said', async ({ redis, prefix }) => {
    const { call } = await open(redis, prefix, { swarm: listening().swarm });
    expect(await call('GET', '/v1/agents/Agent-3/gas')).toMatchObject({
      status: 409,
      body: { message: expect.stringMatching(/^Agent-3 has no inbox, .*kind: pull/) },
    });
  });

  it('is acknowledged by its agent, or by whoever may for all, who is named', async ({ redis, prefix }) => {
    const { call, keys } = await open(redis, prefix, { swarm: listening().swarm, policy });
    const { body, headers } = json({ state: 'working' });
    const key = { authorization: `Bearer ${await keys.add('a1', 0)}` };
    const own = await call('POST', '/v1/agents/Agent-1/gas/xg1/ack', {
      body,
      headers: { ...headers, ...key },
    });
    expect(own).toMatchObject({
      status: 200,
      body: { gas: { id: 'xg1' }, state: 'working', steps: [{ detail: 'told by Agent-1' }] },
    });
    const operator = await call('POST', '/v1/agents/Agent-1/gas/xg1/ack', { body, headers });
    expect(operator.body.steps).toMatchObject([
      { detail: expect.stringMatching(/^on the word of \w+:\w+$/) },
    ]);
  });

  it.for([
    ['HTTP', ['/v1/agents/Agent-1/gas', null], ['/v1/agents/Agent-1/gas/xg1/ack', {}]],
    ['MCP', ['/mcp?agent=Agent-1', calling('get_gas')], ['/mcp?agent=Agent-1', calling('acknowledge')]],
  ] as const)(
    'is told over %s as fetched and acknowledged by its agent, or by whoever may for all',
    async ([, ...asked], { redis, prefix }) => {
      const { swarm, words } = listening();
      const { call, keys } = await open(redis, prefix, { swarm, policy });
      const accept = 'application/json, text/event-stream';
      for (const key of [{ authorization: `Bearer ${await keys.add('a1', 0)}` }, {}]) {
        for (const [path, body] of asked) {
          const sent = body === null ? { body: null, headers: {} } : json(body);
          const answer = await call(body === null ? 'GET' : 'POST', path, {
            ...sent,
            headers: { ...sent.headers, accept, ...key },
          });
          expect(answer.status).toBe(200);
        }
      }
      const operator = 'on the word of cli:local';
      expect(words).toEqual([undefined, undefined, operator, operator]);
    },
  );

  it('that answers a question is fetched over MCP by its agent, or by whoever may for all', async ({
    redis,
    prefix,
  }) => {
    const { swarm, words } = listening();
    const { call, keys } = await open(redis, prefix, { swarm, policy });
    const { body, headers } = json(calling('get_answer'));
    const accept = 'application/json, text/event-stream';
    for (const key of [{ authorization: `Bearer ${await keys.add('a1', 0)}` }, {}]) {
      await call('POST', '/mcp?agent=Agent-1', { body, headers: { ...headers, accept, ...key } });
    }
    expect(words).toEqual([undefined, 'on the word of cli:local']);
  });

  it('is nobody else to fetch or to acknowledge', async ({ redis, prefix }) => {
    const { call, keys } = await open(redis, prefix, { swarm: listening().swarm, policy });
    const headers = { authorization: `Bearer ${await keys.add('a1', 0)}` };
    const fetching = await call('GET', '/v1/agents/Agent-2/gas', { headers });
    const acknowledging = await call('POST', '/v1/agents/Agent-2/gas/xg1/ack', { headers });
    expect([fetching.status, acknowledging.status]).toEqual([403, 403]);
  });
});

describe('POST /v1/deliveries/:id/ack', () => {
  const ackPolicy = createPolicy({
    roles: { a1: ['agent.report:Agent-1'], a2: ['agent.report:Agent-2'], ops: ['gas.acknowledge'] },
    people: {
      a1: { role: 'a1', identities: ['http:a1'] },
      a2: { role: 'a2', identities: ['http:a2'] },
      ops: { role: 'ops', identities: ['http:ops'] },
    },
  });

  it('takes the word of the receiver, and of whoever may for all, who is named', async ({
    redis,
    prefix,
  }) => {
    const { call, keys } = await open(redis, prefix, { swarm: listening().swarm, policy: ackPolicy });
    const ack = async (name: string, id: string) =>
      call('POST', `/v1/deliveries/${id}/ack`, {
        headers: { authorization: `Bearer ${await keys.add(name, 0)}` },
      });
    const receiver = delivery('g-1').gas.to === 'Agent-1' ? ['a1', 'a2'] : ['a2', 'a1'];
    expect((await ack(receiver[0] ?? '', 'g-1')).body).toMatchObject({ state: 'accepted' });
    expect(await ack(receiver[1] ?? '', 'g-1')).toMatchObject({
      status: 403,
      body: { kind: 'refusal', text: expect.stringContaining('speaks for no agent that has a gas g-1') },
    });
    expect((await ack('ops', 'g-1')).body.steps).toMatchObject([{ detail: 'on the word of http:ops' }]);
  });
});
