// What of a process's state is an alert, and that docs/runbook.md has a section for each kind, and for no other.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { conditionsOf, givenUpSignal, type Situation } from '../../../src/app/alerts/conditions.ts';
import { alertKinds } from '../../../src/app/alerts/kinds.ts';
import { catalogue } from '../../../src/commands/index.ts';
import { domainErrors } from '../../../src/contracts/errors.ts';
import { FaultWindow } from '../../../src/core/alerts/fault-window.ts';
import { coreErrors, type ErrorKind, SwarmError } from '../../../src/core/errors.ts';
import { ago, failedPart, link, now, portsOf } from '../commands/ports.ts';

const well: Situation = {
  now,
  links: [link('redis'), link('workers'), link('rabbitmq', { hard: false })],
  lost: new Set(),
  waiting: new Set(),
  components: [],
  breakers: [{ name: 'rabbitmq-orders', state: 'closed', since: ago(600) }],
  gaps: [],
  policyFault: null,
  policyRefused: null,
  auditFault: null,
  chainRefused: null,
  tallies: [],
  errorsPerMinute: 60,
};
const keys = (given: Partial<Situation>) => conditionsOf({ ...well, ...given }).map(({ key }) => key);

/** What is known after so many faults of a kind, the last of them so long ago. */
function tallies(kind: ErrorKind, count: number, secondsAgo = 1) {
  const window = new FaultWindow();
  for (let i = 0; i < count; i += 1)
    window.note(new SwarmError(kind, `no ${i}`), 'job gas.deliver', ago(secondsAgo));
  return window.tallies(now);
}

describe('nothing', () => {
  it('fires while all is well', () => {
    expect(keys({})).toEqual([]);
  });
});

it('fires for a role that nobody fills, with the line that mends it', () => {
  const gaps = [{ role: 'workers', since: ago(20) }] as const;
  expect(conditionsOf({ ...well, gaps })).toMatchObject([
    {
      ...{ key: 'role-unfilled/workers', severity: 'critical' },
      title: 'no process has the role workers: orders and gas stay queued',
      detail: 'start one: swarmline up --only workers',
    },
  ]);
});

describe('a link', () => {
  const away = (state: 'down' | 'connecting', seconds: number, hard: boolean) =>
    link('redis', { state, hard, since: ago(seconds), detail: 'no answer' });

  it.each([
    ['hard, down and counted as lost', away('down', 1, true), true, ['link-down/redis']],
    ['hard and down, but not lost for good yet', away('down', 1, true), false, []],
    ['hard and never connected for a minute', away('connecting', 61, true), false, ['link-down/redis']],
    ['hard and on its first way up', away('connecting', 20, true), true, []],
    ['hard, up and down all the time', link('redis'), true, ['link-down/redis']],
    ['soft and away for a minute', away('down', 61, false), true, ['link-lost/redis']],
    ['soft and away for less', away('down', 30, false), true, []],
    ['switched off', link('redis', { state: 'off', hard: false }), true, []],
    ['held by another process', link('redis', { state: 'standby', hard: false }), true, []],
  ] as const)('that is %s', (_what, one, isLost, expected) => {
    expect(keys({ links: [one], lost: new Set(isLost ? ['redis'] : []) })).toEqual(expected);
  });

  it.each([true, false])('that only waits for another is not blamed (hard: %s)', (hard) => {
    const links = [
      away('connecting', 600, true),
      link('discord', { state: 'connecting', hard, since: ago(600) }),
    ];
    expect(keys({ links, waiting: new Set(['discord']) })).toEqual(['link-down/redis']);
  });

  it('to a chat is a warning after a minute also for a process that does nothing but chat', () => {
    const discord = (state: 'up' | 'down', seconds: number) =>
      conditionsOf({
        ...well,
        links: [link('discord', { state, hard: true, since: ago(seconds) })],
        lost: new Set(['discord']),
      });
    expect([discord('down', 30), discord('up', 30)]).toEqual([[], []]);
    expect(discord('down', 61)).toMatchObject([
      {
        key: 'link-lost/discord',
        severity: 'warning',
        title: 'discord has been away for more than a minute; this process does nothing but chat',
      },
    ]);
  });
});

describe('a part', () => {
  it('that is braked fires, with what mends it; one that is tried again does not', () => {
    const components = [failedPart('bridge', { braked: true }), failedPart('api')];
    const [signal, ...others] = conditionsOf({ ...well, components });
    expect(others).toEqual([]);
    expect(signal).toMatchObject({ key: 'part-braked/bridge', severity: 'critical' });
    expect(signal?.detail).toContain('swarmline service reset bridge');
  });

  it('that was given up is told by name', () => {
    expect(givenUpSignal('workers', 'still stopping')).toMatchObject({ key: 'part-given-up/workers' });
  });
});

describe('a circuit', () => {
  it.each([['open'], ['half-open']] as const)('that is %s fires, by a key that can be typed', (state) => {
    expect(keys({ breakers: [{ name: 'discord-rest', state, since: ago(5) }] })).toEqual([
      'circuit-open/discord-rest',
    ]);
  });

  it.each([
    ['alert-webhook one.example:8443', 'circuit-open/alert-webhook-one.example-8443'],
    ['alert-webhook [::1]:9', 'circuit-open/alert-webhook----1--9'],
  ])('of a host has a key that can be silenced: %s', (name, key) => {
    const breakers = [{ name, state: 'open', since: ago(5) } as const];
    expect(keys({ breakers })).toEqual([key]);
    const silence = catalogue.find((spec) => spec.name === 'silence');
    if (silence?.kind !== 'action') throw new Error('silence is no action');
    const call = {
      args: { alert: key, minutes: '5' },
      identity: { surface: 'console', id: 'local', name: 'you' } as const,
    };
    return expect(silence.check(call, portsOf({}))).resolves.toBeNull();
  });
});

describe('orders that lie aside', () => {
  const fault = domainErrors.ordersSetAside;
  const key = 'needs-person/ORDERS_SET_ASIDE';

  it('fire for as long as they lie there, once, with how it ends', () => {
    for (const secondsAgo of [1, 3_600]) {
      expect(conditionsOf({ ...well, ordersAside: 2, tallies: tallies(fault, 1, secondsAgo) })).toMatchObject(
        [{ key, title: 'ORDERS_SET_ASIDE: 2 orders on disk cannot be used', count: 2 }],
      );
    }
    expect(keys({ ordersAside: 0, tallies: tallies(fault, 1, 3_600) })).toEqual([]);
  });

  it('are over once none lies there, however lately the fault was met', () => {
    expect(keys({ ordersAside: 0, tallies: tallies(fault, 1) })).toEqual([]);
  });
});

describe('wishes that cannot be read', () => {
  it('fire for as long as there are any, under a key of their own, with the mend', () => {
    const [signal, ...others] = conditionsOf({ ...well, wishesUnreadable: 2 });
    expect(others).toEqual([]);
    expect(signal).toMatchObject({
      key: 'needs-person/approvals',
      title: 'RECORD_UNREADABLE: 2 wishes that cannot be read, so nobody can decide',
      detail: expect.stringContaining('redis-cli del'),
      count: 2,
    });
    expect(keys({ wishesUnreadable: 0 })).toEqual([]);
  });
});

describe('the policy', () => {
  it('that cannot be used fires', () => {
    expect(keys({ policyFault: 'no such file' })).toEqual(['policy-broken']);
  });

  it('whose file broke later fires too', () => {
    expect(keys({ policyRefused: 'no such file' })).toEqual(['policy-broken']);
  });
});

it('fires for an audit record that takes no line, with the reason', () => {
  expect(conditionsOf({ ...well, auditFault: 'the record cannot be written: WRONGTYPE' })).toMatchObject([
    { key: 'audit-broken', severity: 'critical', detail: 'the record cannot be written: WRONGTYPE' },
  ]);
});

it('fires for a chain whose file cannot be used any more, with the place', () => {
  expect(conditionsOf({ ...well, chainRefused: 'chain.yaml: no such file' })).toMatchObject([
    { key: 'chain-broken', severity: 'warning', detail: 'chain.yaml: no such file' },
  ]);
});

it.each([
  ['an agent', { stalls: [{ agent: 'A', kind: 'quiet', since: ago(900), detail: '' }] }],
  ['gas', { unanswered: [{ receiver: 'A', title: '', detail: '', count: 1, since: ago(900) }] }],
] as const)('tells of %s since when it is so, which this process may not have seen', (_what, given) => {
  expect(conditionsOf({ ...well, ...given })).toMatchObject([{ since: ago(900) }]);
});

describe('a wrong clock', () => {
  const paused = link('workers', { state: 'down', since: ago(30), detail: 'clock is 5 s off' });

  it('is one alert, and not that of the workers too', () => {
    const given = { links: [paused], lost: new Set(['workers']) };
    expect(keys({ ...given, tallies: tallies(domainErrors.clockSkewed, 1, 30) })).toEqual(['clock-skew']);
  });

  it('is over when the workers run again, and is not to blame for what comes later', () => {
    const later = link('workers', { state: 'down', since: ago(5) });
    const seen = tallies(domainErrors.clockSkewed, 1, 30);
    expect(keys({ links: [link('workers')], tallies: seen })).toEqual([]);
    expect(keys({ links: [later], lost: new Set(['workers']), tallies: seen })).toEqual([
      'link-down/workers',
    ]);
  });
});

describe('errors', () => {
  it('of one code above the threshold fire with their rate', () => {
    const [signal] = conditionsOf({ ...well, tallies: tallies(domainErrors.chatUnavailable, 60) });
    expect(signal).toMatchObject({ key: 'error-rate/CHAT_UNAVAILABLE', count: 60 });
    expect(keys({ tallies: tallies(domainErrors.chatUnavailable, 59) })).toEqual([]);
    expect(keys({ tallies: tallies(domainErrors.chatUnavailable, 600, 120) })).toEqual([]);
  });

  it.each([
    ['auth', domainErrors.chatAuth],
    ['config', domainErrors.topologyConflict],
    ['bug', coreErrors.unexpected],
  ])('of class %s fire at the first one, for as long as a person needs to hear of it', (_class, kind) => {
    expect(keys({ tallies: tallies(kind, 1) })).toEqual([`needs-person/${kind.code}`]);
    expect(keys({ tallies: tallies(kind, 1, 599) })).toEqual([`needs-person/${kind.code}`]);
    expect(keys({ tallies: tallies(kind, 1, 601) })).toEqual([]);
  });

  it('that end a job fire as one alert that counts them', () => {
    const [signal, ...others] = conditionsOf({ ...well, tallies: tallies(domainErrors.jobFailed, 3, 60) });
    expect(others).toEqual([]);
    expect(signal).toMatchObject({ key: 'job-failed', count: 3, title: '3 jobs have failed for good' });
  });
});

describe('docs/runbook.md', () => {
  const page = readFileSync(join(import.meta.dirname, '../../../docs/runbook.md'), 'utf8');
  const sections = [...page.matchAll(/^### Alert (\S+)$/gm)].map(([, name]) => name);

  it('has a section for each kind of alert, and for no other', () => {
    expect(sections).toEqual(Object.keys(alertKinds));
  });

  it.each(Object.entries(alertKinds))('tells the severity of %s', (kind, { severity }) => {
    const section = page.split(`### Alert ${kind}\n`)[1]?.split('\n### ')[0] ?? '';
    expect(section).toContain(`**${severity}**`);
  });
});
