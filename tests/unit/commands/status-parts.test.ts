// What `status` says of the parts of the platform itself.
import { describe, expect, it } from 'vitest';
import type { QueueView } from '../../../src/contracts/queues.ts';
import { agent, ago, ask, failedPart, link, process, told } from './ports.ts';

it('status tells of a schedule how many ticks it skipped within a day, and of which time the last was', async () => {
  const skipped = [{ schedule: 'morning', count: 3, lastAt: ago(7_200) }];
  const lines = await told('status', { processes: [process(7, [link('redis')])], skipped });
  expect(lines.find((line) => line.includes('schedule morning'))).toBe(
    `  schedule morning  3 ticks skipped within a day, the last of ${new Date(ago(7_200)).toISOString()} (2 h ago)`,
  );
});

describe('status', () => {
  it.each([
    ['alone and starting', 'starting', [], 'warn', 'starting'],
    ['alone and unavailable', 'unavailable', [], 'bad', 'degraded'],
    ['alone and degraded', 'degraded', [], 'warn', 'up'],
    ['starting beside one', 'starting', [link('redis')], 'warn', 'up but for 1 of 2 processes'],
    ['starting beside a lost link', 'starting', [link('redis', { state: 'down' })], 'bad', 'degraded'],
  ] as const)(
    'is titled by /readyz of a process that is %s',
    async (_what, readiness, beside, tone, title) => {
      const rabbit = link('rabbitmq', { state: 'connecting', lastProofAt: null });
      const others = beside.length === 0 ? [] : [process(8, beside)];
      const processes = [{ ...process(7, [rabbit]), readiness }, ...others];
      expect(await ask('status', { processes })).toMatchObject({ tone, title: `Swarmline is ${title}` });
    },
  );

  it.each([
    [
      'is tried again',
      failedPart('gas-watcher', { restarts: 2 }),
      ['[warn]', '  part gas-watcher  failed, tried again 2 times: no luck'],
    ],
    [
      'is tried for the first time again',
      failedPart('gas-watcher'),
      ['[warn]', '  part gas-watcher  failed, it is tried again: no luck'],
    ],
    [
      'is hard',
      failedPart('gas-schedule', { hard: true }),
      ['[bad]', '  part gas-schedule  failed, it is tried again: no luck'],
    ],
    [
      'is braked',
      failedPart('gas-watcher', { restarts: 4, braked: true }),
      [
        '[bad]',
        '  part gas-watcher  braked after crashing in a loop: no luck; when mended: swarmline service reset gas-watcher',
      ],
    ],
  ] as const)('names a part that has failed and %s', async (_what, part, [tone, line]) => {
    const processes = [{ ...process(7, [link('redis')]), components: [part] }];
    const lines = await told('status', { processes });
    expect([lines[0], lines[3]]).toEqual([tone, line]);
  });

  it('says what fires, and in its title how many are critical; what is silenced is no news', async () => {
    const alert = (key: string, severity: 'warning' | 'critical', silencedUntil: number | null = null) => ({
      ...{ key, severity, silencedUntil },
      ...{ title: key, detail: '', since: ago(60), count: 1, flapping: false, overSince: null },
      ...{ backSince: null, ways: [], held: [] },
    });
    const firing = (...alerts: ReturnType<typeof alert>[]) => [
      { ...process(7, [link('redis')]), alerts },
      { ...process(8, [link('redis')]), alerts },
    ];
    const broken = firing(alert('audit-broken', 'critical'), alert('link-lost/twitch', 'warning'));
    const { title, rows } = await ask('status', { processes: broken });
    expect(title).toBe('Swarmline is up, with 1 critical alert');
    expect(rows.find(({ label }) => label === 'alerts')).toMatchObject({
      value: 'audit-broken, link-lost/twitch; see `alerts`',
      tone: 'warn',
    });
    const quiet = await ask('status', { processes: firing(alert('audit-broken', 'critical', ago(-60))) });
    expect([quiet.title, quiet.rows.some(({ label }) => label === 'alerts')]).toEqual([
      'Swarmline is up',
      false,
    ]);
  });

  it('says in which process a part has failed where there are several', async () => {
    const processes = [
      { ...process(7, [link('redis')]), components: [failedPart('gas-watcher', { braked: true })] },
      process(8, [link('redis')]),
    ];
    expect((await told('status', { processes }))[4]).toMatch(/^ {2}part gas-watcher@7 {2}braked/);
  });

  it('names apart the link, the part and the role that are called alike', async () => {
    const links = [link('redis', { since: ago(60) }), link('workers', { state: 'down' })];
    const alone = { ...process(7, links), components: [failedPart('workers')], roles: ['api'] };
    for (const processes of [[alone], [alone, { ...alone, pid: 8 }]]) {
      const { rows } = await ask('status', { processes });
      const labels = rows.map(({ label }) => label);
      expect(labels).toEqual([...new Set(labels)]);
      expect(labels.filter((label) => label.includes('workers')).length).toBe(2 * processes.length + 1);
    }
  });

  it('does not speak of parts that run, nor of those of a silent process', async () => {
    const running = { ...process(7, []), components: [failedPart('api', { state: 'ready' })] };
    const silent = { ...process(8, [], ago(6)), components: [failedPart('api')] };
    const lines = await told('status', { processes: [running, silent] });
    expect(lines.filter((line) => line.includes('api'))).toEqual([]);
  });
});

describe('status, of circuit breakers', () => {
  const breaker = (name: string, state: 'closed' | 'open' | 'half-open') => ({ name, state, since: ago(90) });

  it('names those that are not closed, for how long, and what that means', async () => {
    const breakers = [
      breaker('discord-rest', 'closed'),
      breaker('rabbitmq-orders', 'open'),
      breaker('alert-webhook', 'half-open'),
    ];
    const lines = await told('status', { processes: [{ ...process(7, [link('redis')]), breakers }] });
    expect(lines.filter((line) => line.includes('circuit'))).toEqual([
      '  circuit rabbitmq-orders  open for 90 s: nothing is sent there',
      '  circuit alert-webhook    half-open for 90 s: the next call tries whether it is well again',
    ]);
    expect(lines[0]).toBe('[warn]');
  });

  it('says in which process where there are several, and nothing of one that is silent', async () => {
    const breakers = [breaker('rabbitmq-orders', 'open')];
    const lines = await told('status', {
      processes: [
        { ...process(7, [link('redis')]), breakers },
        { ...process(8, [link('redis')], ago(6)), breakers },
      ],
    });
    const told7 = lines.filter((line) => line.includes('circuit'));
    expect(told7).toHaveLength(1);
    expect(told7[0]).toContain('circuit rabbitmq-orders@7');
  });
});

describe('status, of what cannot be read,', () => {
  it('does not call it never told', async () => {
    const broken = { seenAt: null, problem: 'its record cannot be read' };
    const agents = [agent('Agent-1'), agent('Agent-2', broken), agent('Agent-3', { seenAt: null })];
    const lines = await told('status', { agents, unreadable: 2 });
    expect(lines.map((line) => line.trim())).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^agents +1 of 3 have told a status, of 1 it cannot be read/),
        expect.stringMatching(/^gas +0 latest deliveries, 0 not acknowledged, 2 records cannot be read/),
      ]),
    );
  });
});

describe('status, of reports that nobody is told,', () => {
  const queue = (surface: string, given: Partial<QueueView>): QueueView => ({
    ...{ queue: `report.${surface}`, waiting: 0, delayed: 0, active: 0, dead: 0, oldestWaitingMs: 0 },
    ...{ hold: null },
    ...given,
  });
  const redis = link('redis', { since: ago(60) });
  const off = link('discord', { state: 'off' });
  const api = { ...process(7, [redis, off]), roles: ['api', 'workers', 'pipeline', 'bots'] };
  const rows = async (queues: readonly QueueView[], processes = [api]) =>
    (await told('status', { queues, processes })).filter((line) => line.includes('report.'));

  it('says how many wait, for how long, and that no process shows them', async () => {
    const waiting = [
      queue('console', { waiting: 3, oldestWaitingMs: 65_000 }),
      queue('discord', { waiting: 1, oldestWaitingMs: 1_000 }),
    ];
    expect(await rows(waiting)).toEqual([
      '  queue report.discord  1 report waits, the oldest for 1 s: no process has the role bots with a token of discord, so nobody is told',
      '  queue report.console  3 reports wait, the oldest for 65 s: no process has the role console, so nobody is told',
    ]);
  });

  it('says so too where somebody shows them and yet they wait for a minute, and nothing before', async () => {
    expect([
      await rows([queue('cli', { waiting: 2, oldestWaitingMs: 59_000 })]),
      await rows([queue('cli', { waiting: 2, oldestWaitingMs: 61_000 })]),
    ]).toEqual([[], ['  queue report.cli  2 reports wait, the oldest for 61 s']]);
  });

  it('says nothing while no process can know of the others', async () => {
    const alone = { ...api, links: [link('redis', { since: ago(1) })] };
    expect(await rows([queue('console', { waiting: 3, oldestWaitingMs: 5_000 })], [alone])).toEqual([]);
  });
});
