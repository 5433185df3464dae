// Keys at the HTTP face: who they are for the intake, and what they open.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { createPolicy, type Policy } from '../../../src/access/index.ts';
import type { ProcessReset } from '../../../src/contracts/components.ts';
import { coreErrors, SwarmError } from '../../../src/core/errors.ts';
import { it } from '../../support/fixtures.ts';
import { createRecorder } from '../../support/recorder.ts';
import { nobodyHasIt, open, report } from './rig.ts';

type Face = Awaited<ReturnType<typeof open>>;
const bearer = (key: string) => ({ authorization: `Bearer ${key}` });
const keyOf = async (face: Face, name: string) => bearer(await face.keys.add(name, Date.now()));

describe('a key', () => {
  it('speaks as the identity of its name, and what it orders is told to it', async ({ redis, prefix }) => {
    const face = await open(redis, prefix);
    const headers = await keyOf(face, 'ci');
    const { body } = await face.run('restart slam', headers);
    await face.post(`/v1/confirmations/${body.confirmationId}`, { verdict: 'yes' }, headers);
    expect(face.scene.jobs.orders).toEqual([
      expect.objectContaining({
        principal: 'http:ci',
        body: expect.objectContaining({ replyTo: { surface: 'http', place: 'ci' } }),
      }),
    ]);
  });

  it('has the rights that the policy gives its identity, and no more', async ({ redis, prefix }) => {
    const face = await open(redis, prefix);
    const [watch, nobody] = [await keyOf(face, 'watch'), await keyOf(face, 'nobody')];
    const statuses = async (headers: Record<string, string>) => [
      (await face.run('services', headers)).status,
      (await face.run('restart slam', headers)).status,
    ];
    expect([await statuses(watch), await statuses(nobody)]).toEqual([
      [200, 403],
      [403, 403],
    ]);
  });

  it('opens nothing from the moment that it is revoked, without a restart', async ({ redis, prefix }) => {
    const face = await open(redis, prefix);
    const headers = await keyOf(face, 'watch');
    const before = await face.run('services', headers);
    await face.keys.revoke('watch');
    expect([before.status, (await face.run('services', headers)).status]).toEqual([200, 401]);
  });

  it('confirms nothing that somebody else asked for', async ({ redis, prefix }) => {
    const face = await open(redis, prefix);
    const { body } = await face.run('restart slam');
    const word = await face.post(
      `/v1/confirmations/${body.confirmationId}`,
      { verdict: 'yes' },
      await keyOf(face, 'ci'),
    );
    expect([word.status, face.scene.jobs.ids]).toEqual([403, []]);
  });

  it('shares no Idempotency-Key with anybody', async ({ redis, prefix }) => {
    const face = await open(redis, prefix);
    const same = { 'idempotency-key': 'k-1' };
    const [mine, theirs] = [
      await face.run('restart slam', same),
      await face.run('restart slam', { ...same, ...(await keyOf(face, 'ci')) }),
    ];
    expect(mine.body.confirmationId).not.toBe(theirs.body.confirmationId);
  });

  it('reads the results that were told to it, and nobody else’s', async ({ redis, prefix }) => {
    const face = await open(redis, prefix);
    const headers = await keyOf(face, 'ci');
    await face.results.report({ ...report(0), about: 'c-1', to: { surface: 'http', place: 'ci' } });
    await face.results.report({ ...report(0), about: 'c-2' });
    const statuses = await Promise.all(
      ['c-1', 'c-2'].map(async (id) => (await face.call('GET', `/v1/results/${id}`, { headers })).status),
    );
    const operator = await face.call('GET', '/v1/results/c-1');
    expect([statuses, operator.status]).toEqual([[200, 204], 200]);
  });

  it('resets a part also while that cannot be recorded: a reset is what mends', async ({ redis, prefix }) => {
    const { logger, lines } = createRecorder();
    const append = () => Promise.reject(new SwarmError(coreErrors.unreachable, 'no record'));
    const processes: ProcessReset[] = [{ pid: 7, roles: [], outcome: 'reset', state: 'ready', error: null }];
    const reset = async (component: string) => ({ ...(await nobodyHasIt(component)), processes });
    const face = await open(redis, prefix, { audit: { append }, logger, reset });
    expect((await face.call('POST', '/v1/components/api/reset')).status).toBe(200);
    expect(lines).toContainEqual({ command: 'service reset', error: 'no record' });
  });

  it('is told that its rights cannot be read, and not that it has none', async ({ redis, prefix }) => {
    const closed = createPolicy({ roles: {}, people: {} });
    const fault = new SwarmError(coreErrors.unreachable, 'connect ECONNREFUSED');
    const policy: Policy = {
      ...closed,
      decide: async (wish) => ({ ...(await closed.decide(wish)), fault }),
    };
    const face = await open(redis, prefix, { policy });
    const headers = await keyOf(face, 'ci');
    const path = '/v1/agents/Agent-1/gas';
    const answers = [
      await face.call('GET', path, { headers }),
      await face.post('/v1/deliveries/g-1/ack', {}, headers),
      await face.call('POST', '/v1/components/api/reset', { headers }),
    ];
    expect(answers.map(({ status, body }) => [status, body.error])).toEqual(
      answers.map(() => [503, fault.code]),
    );
    expect([(await face.post('/v1/deliveries/g-1/ack', {})).status, face.lines.length]).toEqual([200, 1]);
  });

  it('needs a permission for what no command does, and either is recorded', async ({ redis, prefix }) => {
    const processes: ProcessReset[] = [{ pid: 7, roles: [], outcome: 'reset', state: 'ready', error: null }];
    const face = await open(redis, prefix, {
      reset: async (component) => ({ ...(await nobodyHasIt(component)), processes }),
    });
    const [ci, watch] = [await keyOf(face, 'ci'), await keyOf(face, 'watch')];
    const reset = async (headers: Record<string, string>) =>
      (await face.call('POST', '/v1/components/api/reset', { headers })).status;
    const ack = async (headers: Record<string, string>) =>
      (await face.post('/v1/deliveries/g-1/ack', {}, headers)).status;
    expect([await reset(ci), await reset(watch), await ack(ci), await ack({})]).toEqual([200, 403, 403, 200]);
    expect(face.lines.map(({ event, principal, command }) => [event, principal, command])).toEqual([
      ['changed', 'http:ci', 'service reset'],
      ['refused', 'http:watch', 'service reset'],
      ['refused', 'http:ci', 'agent ack'],
      ['changed', 'cli:local', 'agent ack'],
    ]);
  });
});

describe('a key that opens nothing', () => {
  const wrong = (name: string) => bearer(`swl_${name}_${'A'.repeat(43)}`);

  it('is looked at ten times a minute, and keeps no other name and no operator out', async ({
    redis,
    prefix,
  }) => {
    const { logger, lines } = createRecorder();
    const face = await open(redis, prefix, { logger });
    const right = await keyOf(face, 'watch');
    const statuses: number[] = [];
    for (let i = 0; i < 12; i += 1) statuses.push((await face.run('services', wrong('ci'))).status);
    expect(statuses).toEqual([...Array.from({ length: 10 }, () => 401), 429, 429]);
    const others = [await face.run('services', right), await face.run('services')];
    expect(others.map(({ status }) => status)).toEqual([200, 200]);
    expect(lines.filter((line) => JSON.stringify(line).includes('AAAA'))).toEqual([]);
    expect(lines).toContainEqual({ address: '127.0.0.1', key: 'ci' });
  });

  it('is told when the next is looked at', async ({ redis, prefix }) => {
    const face = await open(redis, prefix);
    for (let i = 0; i < 10; i += 1) await face.run('services', wrong('ci'));
    const response = await fetch(`http://127.0.0.1:${face.port}/v1/commands`, { headers: wrong('ci') });
    const { error, message } = JSON.parse(await response.text());
    expect([response.status, error]).toEqual([429, 'TOO_MANY_ATTEMPTS']);
    const seconds = Number(response.headers.get('retry-after'));
    expect([seconds > 50, message.includes(`${seconds} s`)]).toEqual([true, true]);
  });
});

it('lets nobody in by a key whose file cannot be understood, and says in the log which file', async ({
  redis,
  prefix,
}) => {
  const { logger, lines } = createRecorder();
  const face = await open(redis, prefix, { logger });
  const headers = await keyOf(face, 'ci');
  await writeFile(join(face.dir, 'api-keys/ci.json'), '{');
  const [broken, operator] = [await face.run('services', headers), await face.run('services')];
  expect([broken.status, broken.body.error, operator.status]).toEqual([500, 'CONFIG_INVALID', 200]);
  expect(JSON.stringify(lines)).toContain('ci.json is no key');
});
