// `alerts` and `silence`: what fires in the whole fleet, and how a person asks for quiet.
import { describe, expect, it } from 'vitest';
import { misspelt } from '../../../src/commands/candidates.ts';
import { catalogue } from '../../../src/commands/index.ts';
import type { ProcessView } from '../../../src/contracts/system.ts';
import { inQueue } from '../../support/kept.ts';
import { ago, ask, now, portsOf, process, told } from './ports.ts';

type AlertView = ProcessView['alerts'][number];

const alert = (key: string, given: Partial<AlertView> = {}): AlertView => ({
  key,
  severity: 'warning',
  title: `${key} is not well`,
  detail: 'no answer',
  since: ago(600),
  count: 1,
  silencedUntil: null,
  flapping: false,
  overSince: null,
  backSince: null,
  ways: [],
  held: [],
  ...given,
});
const firing = (...alerts: readonly AlertView[]) => [{ ...process(7, []), alerts: [...alerts] }];

describe('alerts', () => {
  it('says that none fires', async () => {
    expect(await told('alerts', { processes: firing() })).toEqual(['[ok]', 'No alert fires']);
  });

  it('shows the critical first and the silenced last, each with its age', async () => {
    const processes = firing(
      alert('link-lost/discord', { silencedUntil: now + 600_000, severity: 'critical' }),
      alert('error-rate/X', { count: 90, detail: '' }),
      alert('link-down/redis', { severity: 'critical' }),
    );
    expect(await told('alerts', { processes })).toEqual([
      '[bad]',
      '3 alerts',
      '  link-down/redis    critical for 10 min: link-down/redis is not well: no answer (1 s ago)',
      '  error-rate/X       warning for 10 min, 90×: error-rate/X is not well (1 s ago)',
      '  link-lost/discord  critical for 10 min: link-lost/discord is not well: no answer; silenced for 10 min more (1 s ago)',
    ]);
  });

  it('tells the trouble that several processes see once, from its first beginning, until none sees it', async () => {
    const seen = (since: number, given: Partial<AlertView> = {}) =>
      alert('error-rate/X', { since: ago(since), ...given });
    const two = [
      { ...process(7, []), alerts: [seen(600, { count: 60 }), alert('link-lost/twitch')] },
      { ...process(8, []), alerts: [seen(900, { count: 40 })] },
    ];
    expect(await told('alerts', { processes: two })).toEqual([
      '[warn]',
      '2 alerts',
      '  error-rate/X@7,8    warning for 15 min in 2 processes, 60×: error-rate/X is not well: no answer (1 s ago)',
      '  link-lost/twitch@7  warning for 10 min: link-lost/twitch is not well: no answer (1 s ago)',
    ]);
    const ended = [{ ...process(7, []), alerts: [] }, ...two.slice(1)];
    expect(await told('alerts', { processes: ended })).toEqual([
      '[warn]',
      '1 alert',
      '  error-rate/X@8  warning for 15 min, 40×: error-rate/X is not well: no answer (1 s ago)',
    ]);
  });

  it('is as bad as the worst sight of it, and names the first few of many processes', async () => {
    const processes = [7, 8, 9, 10].map((pid) => ({
      ...process(pid, []),
      alerts: [alert('link-down/redis', { severity: pid === 9 ? 'critical' : 'warning' })],
    }));
    const answer = await ask('alerts', { processes });
    expect(answer).toMatchObject({
      title: '1 alert',
      tone: 'bad',
      rows: [
        { label: 'link-down/redis@7,8,9,…', value: expect.stringMatching(/^critical for .* in 4 proc/) },
      ],
      data: { alerts: [{ pid: 9, places: [{ pid: 7 }, { pid: 8 }, { pid: 9 }, { pid: 10 }] }] },
    });
  });

  const held = (key: string, given: Partial<AlertView> = {}) =>
    alert(key, { severity: 'critical', flapping: true, overSince: ago(43), ...given });

  it('says of one that is over and whose end is held back that it is over, and counts it nowhere', async () => {
    const processes = firing(held('policy-broken'), alert('error-rate/X'));
    expect(await told('alerts', { processes })).toEqual([
      '[warn]',
      '1 alert',
      '  error-rate/X   warning for 10 min: error-rate/X is not well: no answer (1 s ago)',
      '  policy-broken  over for 43 s (was critical): policy-broken is not well: no answer; its end is held back until it stays away, since it comes and goes (1 s ago)',
    ]);
    const only = { processes: firing(held('policy-broken')) };
    expect(await ask('alerts', only)).toMatchObject({ title: 'No alert fires', rows: [{ tone: 'info' }] });
    const { title, rows } = await ask('status', only);
    expect(JSON.stringify([title, rows])).not.toMatch(/policy-broken|critical/);
  });

  it('tells of one that was over meanwhile how long it is so now, and when it first was', async () => {
    const back = alert('policy-broken', { severity: 'critical', since: ago(48), backSince: ago(8) });
    const value = async (...alerts: AlertView[]) =>
      (await ask('alerts', { processes: alerts.map((one, i) => ({ ...process(7 + i, []), alerts: [one] })) }))
        .rows[0]?.value;
    expect(await value(back)).toMatch(/^critical for 8 s, first 48 s ago: /);
    // Another saw it all the while.
    expect(await value(back, { ...back, backSince: null })).toMatch(/^critical for 48 s in 2 processes: /);
  });

  it('tells one that is over in one process as firing while another sees it', async () => {
    const processes = [
      { ...process(7, []), alerts: [held('policy-broken', { count: 9 })] },
      { ...process(8, []), alerts: [alert('policy-broken', { severity: 'critical' })] },
    ];
    const [row] = (await ask('alerts', { processes })).rows;
    expect(row).toMatchObject({
      tone: 'bad',
      value: 'critical for 10 min: policy-broken is not well: no answer',
    });
  });

  it('keeps the mend of a long detail, which begins with it', async () => {
    const detail = `wake ${'agent-'.repeat(8)}, or \`gas reassign 01234567 AGENT\`; last: ${'x'.repeat(400)}`;
    const [, , row] = await told('alerts', { processes: firing(alert('gas-unanswered/B', { detail })) });
    expect(row).toContain('`gas reassign 01234567 AGENT`; last: xxx');
    expect(row?.length).toBeLessThan(400);
  });

  it('is not green and says so where a process is silent, or none has spoken', async () => {
    const silent = { ...process(8, [], ago(6)), alerts: [alert('link-down/redis')] };
    const answer = await ask('alerts', { processes: [...firing(), silent] });
    expect(answer).toMatchObject({ tone: 'warn', note: 'Unknown what fires in a process that is silent' });
    expect(await ask('alerts', {})).toMatchObject({
      tone: 'warn',
      title: expect.stringContaining('Unknown'),
    });
  });
});

describe('silence', () => {
  const spec = catalogue.find(({ name }) => name === 'silence');
  if (spec?.kind !== 'action') throw new Error('silence is no action');
  const identity = { surface: 'console', id: 'local', name: 'you' } as const;
  const check = (name: string, minutes: string) =>
    spec.check(
      { args: { alert: name, minutes }, identity },
      portsOf({ processes: firing(alert('link-lost/rabbitmq')) }),
    );

  it.each([
    ['one that fires', 'link-lost/rabbitmq', '30'],
    ['one that may fire later', 'part-braked/api', '30'],
    ['all that begin so', 'link-lost/*', '30'],
    ['the end of a silence', 'link-lost/rabbitmq', '0'],
  ])('takes %s', async (_what, name, minutes) => {
    expect(await check(name, minutes)).toBeNull();
  });

  it.each([
    ['what is no key', '*', '30', 'no key of an alert'],
    ['minutes that are none', 'link-lost/rabbitmq', 'ten', 'whole number'],
    ['more than a week', 'link-lost/rabbitmq', '10081', 'whole number'],
  ])('refuses %s', async (_what, name, minutes, said) => {
    expect(await check(name, minutes)).toContain(said);
  });

  it('knows the keys that fire, so that a slip of the pen is asked about', async () => {
    const ports = portsOf({ processes: firing(alert('link-lost/rabbitmq')) });
    expect(await misspelt(spec, { alert: 'link-lost/rabitmq' }, ports)).toMatchObject({
      code: 'bad-argument',
      text: expect.stringContaining('Did you mean `link-lost/rabbitmq`?'),
    });
  });

  it('becomes one job, whose id derives from the confirmation', async () => {
    const orders: unknown[] = [];
    const add = async (order: unknown) => {
      orders.push(order);
      return inQueue;
    };
    const ports = { ...portsOf({}), jobs: { add } };
    const call = {
      args: { alert: 'link-lost/*', minutes: '30' },
      identity,
      correlationId: 'c-1',
      replyTo: { surface: 'console', place: 'main' } as const,
    };
    await spec.enqueue(call, ports);
    await spec.enqueue(call, ports);
    expect(orders[0]).toMatchObject({ name: 'alert.silence', body: { pattern: 'link-lost/*', minutes: 30 } });
    expect(orders[1]).toEqual(orders[0]);
  });

  it.each([
    ['link-lost/rabbitmq', '30', 'silence link-lost/rabbitmq. What'],
    ['link-lost/*', '30', 'silence link-lost/*. What'],
    ['nosuch', '30', 'silence nosuch. Nothing of that name fires now, so it is for what comes. What'],
    ['nosuch', '0', 'silence nosuch. What'],
  ])('says of %s for %s min whether it is for what comes', async (name, minutes, said) => {
    const ports = {
      ...portsOf({ processes: firing(alert('link-lost/rabbitmq')) }),
      jobs: { add: async () => inQueue },
    };
    const args = { alert: name, minutes };
    const replyTo = { surface: 'console', place: 'main' } as const;
    expect(await spec.enqueue({ args, identity, correlationId: 'c-1', replyTo }, ports)).toContain(said);
  });

  it('is taken where it is unknown what fires', async () => {
    const ports = portsOf({});
    const processes = () => Promise.reject(new Error('connect ECONNREFUSED'));
    const away = { ...ports, system: { ...ports.system, processes }, jobs: { add: async () => inQueue } };
    const args = { alert: 'nosuch', minutes: '30' };
    const replyTo = { surface: 'console', place: 'main' } as const;
    expect(await spec.enqueue({ args, identity, correlationId: 'c-1', replyTo }, away)).toContain(
      'silence nosuch. What',
    );
  });
});
