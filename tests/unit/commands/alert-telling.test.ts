// How far an alert got with people, as `alerts` and `status` tell it.
import { expect, it } from 'vitest';
import type { ProcessView } from '../../../src/contracts/system.ts';
import { ago, ask, now, process } from './ports.ts';

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
const way = (name: string, state: AlertView['ways'][number]['state'], why = '', again = false) => ({
  ...{ name, state, why, again },
  at: ago(120),
});

it.each([
  ['was told', [{ telling: 'told', ways: [way('chat', 'told'), way('file', 'told')] }], 'told by chat, file'],
  ['was told by one before', [{ telling: 'told' }], 'told by another process'],
  ['is due', [{ telling: 'waiting' }], 'not told yet'],
  [
    'is claimed by a process that says nothing',
    [{ telling: 'elsewhere' }],
    'left to another process, and not known to be told yet',
  ],
  [
    'was told by one that is gone',
    [
      {
        telling: 'elsewhere',
        ways: [
          { ...way('webhook', 'told'), byOther: true },
          { ...way('chat', 'kept'), byOther: true },
        ],
      },
    ],
    'told by webhook; queued for chat, not known whether shown there',
  ],
  [
    'was lost by the one that told it',
    [
      { telling: 'elsewhere', ways: [{ ...way('chat', 'kept'), byOther: true }] },
      { telling: 'told', ways: [way('chat', 'missed', 'refused')] },
    ],
    'could not be told by chat (refused)',
  ],
  [
    'was told by one of two receivers of a host',
    [
      { telling: 'told', ways: [{ ...way('webhook one.example', 'told'), id: 'a1' }] },
      { telling: 'told', ways: [{ ...way('webhook one.example', 'missed', 'HTTP 503', true), id: 'b2' }] },
    ],
    'told by webhook one.example (a1); not by webhook one.example (b2) (HTTP 503, tried again)',
  ],
  ['is silenced', [{ telling: 'waiting', silencedUntil: now + 60_000 }], 'silenced for 60 s more'],
  ['has no way out', [{ telling: 'nowhere' }], 'told nowhere, since there is no way out'],
  ['is on its way', [{ telling: 'told', ways: [way('webhook', 'sending')] }], 'being told by webhook'],
  [
    'is told by one of two',
    [{ telling: 'elsewhere' }, { telling: 'told', ways: [way('chat', 'kept'), way('webhook', 'told')] }],
    'told by webhook; queued for chat, not shown there yet',
  ],
  [
    'was missed by one of two ways',
    [{ telling: 'told', ways: [way('file', 'told'), way('webhook', 'missed', 'HTTP 503', true)] }],
    'told by file; not by webhook (HTTP 503, tried again)',
  ],
  [
    'waits where the messages of a way are used up',
    [
      {
        telling: 'told',
        ways: [way('chat', 'told')],
        held: [{ name: 'webhook one.example', id: 'a1', until: now + 90_000 }],
      },
      { telling: 'elsewhere', held: [{ name: 'chat', until: now + 5_000 }] },
    ],
    'told by chat; not yet by webhook one.example (its messages are used up; the next goes out in 90 s)',
  ],
  [
    'waits where those of all ways are used up',
    [{ telling: 'waiting', held: [{ name: 'file', until: now + 5_000 }] }],
    'not yet by file (its messages are used up; the next goes out in 5 s)',
  ],
  [
    'was missed by all',
    [{ telling: 'told', ways: [way('webhook', 'missed', 'HTTP 404'), way('file', 'missed', 'disk full')] }],
    'could not be told by webhook (HTTP 404), file (disk full)',
  ],
  [
    'got through at one of two processes',
    [
      { telling: 'told', ways: [way('webhook', 'missed', 'HTTP 503')] },
      { telling: 'told', ways: [way('webhook', 'told')] },
    ],
    'told by webhook',
  ],
] as const)('says of an alert that %s how far it got', async (_what, sights, said) => {
  const processes = sights.map((given, i) => ({
    ...process(7 + i, []),
    alerts: [
      alert('link-down/redis', {
        ...given,
        ways: 'ways' in given ? [...given.ways] : [],
        held: 'held' in given ? [...given.held] : [],
      }),
    ],
  }));
  const [row] = (await ask('alerts', { processes })).rows;
  expect(row?.value).toMatch(/: no answer; /);
  expect(row?.value.split(': no answer; ')[1]).toBe(said);
});

it('counts it in `status` where it did not get through, or waits for long', async () => {
  const of = (key: string, ...ways: AlertView['ways']) => alert(key, { telling: 'told', ways });
  const alerts = [
    of('a', way('webhook', 'missed', 'HTTP 503')),
    of('b', way('chat', 'kept')),
    of('c', { ...way('chat', 'kept'), at: ago(5) }),
    of('d', way('chat', 'told')),
  ];
  const row = async (...some: AlertView[]) =>
    (await ask('status', { processes: [{ ...process(7, []), alerts: some }] })).rows.find(
      ({ label }) => label === 'alerts',
    );
  expect(await row(...alerts)).toMatchObject({
    value: 'a, b, c and 1 more; 2 not told on every way; see `alerts`',
  });
  const held = [{ name: 'webhook', until: now + 90_000 }];
  expect(await row(alert('e', { telling: 'told', ways: [way('chat', 'told')], held }))).toMatchObject({
    value: 'e; 1 not told on every way; see `alerts`',
  });
  expect(await row(...alerts.slice(2))).toMatchObject({ value: 'c, d; see `alerts`' });
});
