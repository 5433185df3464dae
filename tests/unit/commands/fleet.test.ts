// What is said of a fleet: services that run several times, and roles that nobody fills.
import { describe, expect, it } from 'vitest';
import { catalogue, catalogueFor } from '../../../src/commands/index.ts';
import { coreErrors, SwarmError } from '../../../src/core/errors.ts';
import type { JobSink } from '../../../src/contracts/ports.ts';
import type { InstanceView } from '../../../src/contracts/services.ts';
import { inQueue } from '../../support/kept.ts';
import { ago, ask, instance, link, portsOf, process, service, told } from './ports.ts';

describe('a service with several instances', () => {
  it('lists the instances of a service that has several', async () => {
    const instances = [
      instance('b7c8d9e0f1a2'),
      instance('c0d1e2f3a4b5', { state: 'failed', incarnation: null, readySince: null, detail: 'it ended' }),
    ];
    expect(await told('services', { services: [service('slam', { instances })] })).toEqual([
      '[ok]',
      '1 service',
      '  slam                1 of 2 instances ready (1 s ago)',
      '  slam b7c8d9e0@hall  ready, incarnation a1b2c3d4, up 5 min (1 s ago)',
      '  slam c0d1e2f3@hall  failed: it ended (1 s ago)',
    ]);
    const well = [instance('b7c8d9e0f1a2'), instance('c0d1e2f3a4b5', { host: null })];
    const { tone, rows } = await ask(
      'status',
      { services: [service('slam', { instances: well })] },
      { target: 'slam' },
    );
    expect([tone, rows.map(({ label }) => label)]).toEqual([
      'ok',
      ['slam', 'slam b7c8d9e0@hall', 'slam c0d1e2f3'],
    ]);
  });

  it('counts a service that runs several times as one, and says so', async () => {
    const instances = [instance('b7c8d9e0f1a2'), instance('c0d1e2f3a4b5', { state: 'starting' })];
    const lines = await told('status', {
      processes: [process(7, [link('redis')])],
      services: [service('slam', { state: 'starting', instances })],
    });
    expect(lines[0]).toBe('[ok]');
    expect(lines).toContain('  services  1 of 1 ready, 1 of them as 2 instances (1 s ago)');
  });
});

describe('status', () => {
  it.each([
    ['workers', 'no process has the role workers: orders and gas stay queued'],
    ['pipeline', 'no process has the role pipeline: no agent is watched, and no gas is decided'],
  ])('says what it means that nobody has the role %s', async (role, text) => {
    const other = ['workers', 'pipeline', 'api'].filter((name) => name !== role);
    const lines = await told('status', { processes: [{ ...process(7, [link('redis')]), roles: other }] });
    expect(lines[0]).toBe('[bad]');
    expect(lines.filter((line) => line.includes(text)).length).toBe(1);
  });

  it('does not count on a process that is silent to fill a role', async () => {
    const silent = process(8, [], ago(6));
    const lines = await told('status', {
      processes: [{ ...process(7, [link('redis')]), roles: ['pipeline'] }, silent],
    });
    expect(lines.filter((line) => line.includes('no process has the role')).length).toBe(1);
  });
});

describe('status, of roles that nobody fills,', () => {
  const rowsWith = async (given: Parameters<typeof link>[1]) => {
    const processes = [{ ...process(7, [link('redis', given)]), roles: ['api'] }];
    const lines = await told('status', { processes });
    return lines.filter((line) => line.includes('no process has the role')).length;
  };

  it('says nothing while no process that lives reaches Redis, and within seconds after', async () => {
    expect(await rowsWith({ state: 'down' })).toBe(0);
    expect(await rowsWith({ since: ago(4) })).toBe(0);
    expect(await rowsWith({ since: ago(5) })).toBe(2);
  });

  it('says nothing where Redis could not be read just now, though the link is still taken for up', async () => {
    const processes = [{ ...process(7, [link('redis')]), roles: ['api'] }];
    const ports = portsOf({ processes });
    const away = () => Promise.reject(new SwarmError(coreErrors.redisUnavailable, 'away'));
    const services = { services: away, service: away, names: away };
    const spec = catalogue.find(({ name }) => name === 'status');
    if (spec?.kind !== 'question') throw new Error('status is no question');
    const identity = { surface: 'cli', id: 'local', name: 'you' } as const;
    const { rows } = await spec.answer({ args: {}, identity }, { ...ports, services });
    expect(rows.map(({ label }) => label)).toContain('services');
    expect(rows.map(({ label }) => label)).not.toContain('workers');
  });
});

describe('restart', () => {
  const prompt = async (instances: readonly InstanceView[]) => {
    const spec = catalogue.find(({ name }) => name === 'restart');
    if (spec?.kind !== 'action') throw new Error('restart is no action');
    return spec.prompt({ service: 'slam' }, portsOf({ services: [service('slam', { instances })] }));
  };

  it('asks for the service where it runs once', async () => {
    expect(await prompt([instance('b7c8d9e0f1a2')])).toBe('Restart slam?');
  });

  it('that reaches all services is judged and asked as that, whatever name was typed', async () => {
    const spec = catalogueFor({ restartReachesAll: true }).find(({ name }) => name === 'restart');
    if (spec?.kind !== 'action') throw new Error('restart is no action');
    expect([
      spec.permission({ service: 'slam' }),
      await spec.prompt({ service: 'slam' }, portsOf({})),
    ]).toEqual([
      'service.restart:*',
      'Restart slam? The hub broadcasts the order: every other service that listens restarts too.',
    ]);
  });

  it('says in its question that one of several is meant, and which there are', async () => {
    expect(await prompt([instance('b7c8d9e0f1a2'), instance('c0d1e2f3a4b5', { host: 'lab' })])).toBe(
      'Restart one of the 2 instances of slam (b7c8d9e0@hall, c0d1e2f3@lab)?',
    );
  });

  it('is for the one that is named, and for no other when that has gone since', async () => {
    const spec = catalogue.find(({ name }) => name === 'restart');
    if (spec?.kind !== 'action') throw new Error('restart is no action');
    const two = [instance('b7c8d9e0f1a2'), instance('c0d1e2f3a4b5', { host: 'lab' })];
    const ports = (instances: readonly InstanceView[]) =>
      portsOf({ services: [service('slam', { instances })] });
    const args = { service: 'slam', instance: 'c0d1e2f3' };
    const identity = { surface: 'cli', id: 'local', name: 'you' } as const;
    expect(await spec.prompt(args, ports(two))).toBe('Restart the instance c0d1e2f3@lab of slam?');
    const call = {
      args,
      correlationId: 'c-1',
      identity,
      replyTo: { surface: 'cli', place: 'here' },
    } as const;
    expect(await spec.check(call, ports(two))).toBeNull();
    expect(await spec.check(call, ports(two.slice(0, 1)))).toBe(
      'slam has no instance `c0d1e2f3`; there are: b7c8d9e0@hall.',
    );
    const bodies: unknown[] = [];
    const jobs: JobSink = {
      add: async ({ body }) => {
        bodies.push(body);
        return inQueue;
      },
    };
    await spec.enqueue(call, { ...ports(two), jobs });
    await spec.enqueue(call, { ...ports([]), jobs });
    expect(bodies).toMatchObject([{ instance: 'c0d1e2f3a4b5' }, { instance: 'c0d1e2f3' }]);
  });
});
