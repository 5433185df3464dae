// What each question answers when there is nothing, when all is well, and when what is known is old or bad.
import { describe, expect, it } from 'vitest';
import { usage } from '../../../src/commands/bind.ts';
import { catalogue } from '../../../src/commands/index.ts';
import { agent, ago, ask, delivery, drone, link, now, process, service, told } from './ports.ts';

describe('services', () => {
  it('tells what each program uses, and how old that is where the sidecar has spoken since', async () => {
    const use = (seconds: number) => ({ cpu: 0.034, rssBytes: 12 * 1_048_576, at: ago(seconds) });
    const services = [service('slam', { use: use(1) }), service('mesh', { use: use(7) })];
    const [, , slam, mesh] = await told('services', { services });
    expect(slam).toContain('up 5 min, cpu 3 %, 12 MB (1 s ago)');
    expect(mesh).toContain('up 5 min, cpu 3 %, 12 MB (7 s ago) (1 s ago)');
  });

  it('says how a service appears where none was seen', async () => {
    expect(await told('services', {})).toEqual([
      '[ok]',
      'No service has been seen yet',
      'A service appears when its sidecar runs: swarmline sidecar --service NAME -- PROGRAM',
    ]);
  });

  it('gives the state, the incarnation, how long it is up, and how old that knowledge is', async () => {
    expect(await told('services', { services: [service('slam')] })).toEqual([
      '[ok]',
      '1 service',
      '  slam  ready, incarnation a1b2c3d4, up 5 min (1 s ago)',
    ]);
  });

  it('says unknown, and not ready, of a service whose sidecar is silent', async () => {
    expect(
      await told('services', { services: [service('slam', { seenAt: ago(11) }), service('mesh')] }),
    ).toEqual([
      '[warn]',
      '2 services',
      '  slam  unknown: its sidecar is silent (last said ready) (11 s ago)',
      '  mesh  ready, incarnation a1b2c3d4, up 5 min (1 s ago)',
    ]);
  });

  it('says why a service has failed', async () => {
    const failed = service('slam', {
      state: 'failed',
      incarnation: null,
      readySince: null,
      detail: 'it ended\nwith 1',
    });
    expect(await told('services', { services: [failed] })).toEqual([
      '[warn]',
      '1 service',
      '  slam  failed: it ended with 1 (1 s ago)',
    ]);
  });
});

describe('agents', () => {
  it('says where agents are named when there are none', async () => {
    expect(await told('agents', {})).toEqual([
      '[ok]',
      'No agents are configured',
      'Name them under pipeline.agents in config/local.yaml.',
    ]);
  });

  it('gives state, progress and mission, and their age', async () => {
    expect(await told('agents', { agents: [agent('Agent-1')] })).toEqual([
      '[ok]',
      '1 agent',
      '  Agent-1  executing, 75 % of Survey 1 (3 s ago)',
    ]);
  });

  it('never says of a silent one what it does: unknown since when, and its last sign', async () => {
    const watch = {
      signs: [
        { source: 'commit', at: ago(840) },
        { source: 'heartbeat', at: ago(2_000) },
        { source: 'progress', at: ago(3_000), word: 'on the word of cli:local' },
      ],
      silentSince: ago(840),
      tier: 'warn',
      outOfGasSince: null,
      waitsFor: null,
    } as const;
    const silent = agent('Agent-1', { watch, problem: 'torn' });
    const asleep = agent('Agent-2', {
      percent: null,
      watch: { ...watch, signs: [], silentSince: ago(82_800) },
    });
    expect(await told('agents', { agents: [silent, asleep] })).toEqual([
      '[warn]',
      '2 agents',
      '  Agent-1  unknown since 21:59 UTC. It had told 75 %. Also, the newest version of its status.json cannot be used (torn). Last sign: a commit (14 min ago)',
      '  Agent-2  unknown since 2023-11-13 23:13 UTC. No sign of it was ever seen',
    ]);
    expect(await told('agent', { agents: [silent] }, { agent: 'Agent-1' })).toEqual(
      expect.arrayContaining([
        '  sign        a commit: proof of work (14 min ago)',
        '  sign        its status was told: sign of life (33 min ago)',
        '  sign        progress on the word of cli:local: proof of work (50 min ago)',
        '  silence     said as an alert',
      ]),
    );
  });

  it('agents says on whose word it is what an agent is told to be at', async () => {
    const told = { ...agent('Agent-1'), word: 'on the word of cli:local' };
    const { rows } = await ask('agents', { agents: [told] });
    expect(rows[0]?.value).toBe('executing, 75 % of Survey 1, on the word of cli:local');
  });

  it('says whom it waits for, and that its gas is out', async () => {
    const { watch } = agent('Agent-1');
    const waiting = agent('Agent-1', { watch: { ...watch, waitsFor: 'Agent-2' } });
    const out = agent('Agent-2', {
      state: 'complete',
      percent: 100,
      watch: { ...watch, outOfGasSince: ago(9) },
    });
    expect(await told('agents', { agents: [waiting, out] })).toEqual([
      '[warn]',
      '2 agents',
      '  Agent-1  executing, 75 % of Survey 1; waits for Agent-2 (3 s ago)',
      '  Agent-2  complete, 100 % of Survey 1; out of gas (3 s ago)',
    ]);
  });

  it('says unknown of progress that nobody told, and not 0', async () => {
    const views = [agent('Agent-1', { percent: null, mission: null }), agent('Agent-2', { percent: 0 })];
    expect(await told('agents', { agents: views })).toEqual([
      '[ok]',
      '2 agents',
      '  Agent-1  executing, progress unknown (3 s ago)',
      '  Agent-2  executing, 0 % of Survey 1 (3 s ago)',
    ]);
  });

  it('says unknown of an agent that was never seen', async () => {
    const unseen = agent('Agent-1', { seenAt: null, percent: null, mission: null, state: 'idle' });
    expect(await told('agents', { agents: [unseen] })).toEqual([
      '[warn]',
      '1 agent',
      '  Agent-1  unknown: no valid status seen',
    ]);
  });

  it('keeps the last good value beside the problem of the newest file, with its age', async () => {
    const torn = agent('Agent-1', { seenAt: ago(600), problem: 'not JSON: unexpected end at 12' });
    expect(await told('agents', { agents: [torn] })).toEqual([
      '[warn]',
      '1 agent',
      '  Agent-1  executing, 75 % of Survey 1; the newest version of its status.json cannot be used (not JSON: unexpected end at 12), so this is from before it (10 min ago)',
    ]);
  });

  it('says why nothing is known of an agent', async () => {
    const problem = 'its record in Redis cannot be read';
    const { rows } = await ask('agents', { agents: [agent('Agent-1', { seenAt: null, problem })] });
    expect(rows[0]).toMatchObject({ value: `unknown: ${problem}`, ageMs: null, tone: 'warn' });
  });

  it('puts a mission of several lines on one, and cuts it', async () => {
    const { rows } = await ask('agents', {
      agents: [agent('Agent-1', { mission: `Map\n\n${'x'.repeat(90)}` })],
    });
    expect(rows[0]?.value).toMatch(/^executing, 75 % of Map x{55}…$/);
  });
});

describe('drone', () => {
  it('says unknown where no drone ever spoke', async () => {
    expect(await told('drone', {})).toEqual(['[warn]', 'Unknown: no status was ever received']);
  });

  it('gives link, battery, flight, altitude and video, and their age', async () => {
    expect(await told('drone', { drones: [drone('demo-1')] })).toEqual([
      '[ok]',
      '1 drone',
      '  demo-1  link connected, battery 82 %, flying, altitude 24.3 m, video streaming (1 s ago)',
    ]);
  });

  it('says stale, and for how long, before what was last known', async () => {
    expect(await told('drone', { drones: [drone('demo-1', {}, ago(12))] })).toEqual([
      '[warn]',
      '1 drone',
      '  demo-1  stale 12 s; last: link connected, battery 82 %, flying, altitude 24.3 m, video streaming (12 s ago)',
    ]);
  });

  it('says unknown of each figure that the drone did not tell', async () => {
    const silent = drone('demo-1', { batteryPercent: null, flying: null, altitudeM: null, video: null });
    expect((await told('drone', { drones: [silent] }))[2]).toBe(
      '  demo-1  link connected, battery unknown, flight unknown, altitude unknown, video unknown (1 s ago)',
    );
  });

  it('does not call a drone well whose link is lost', async () => {
    const { tone } = await ask('drone', { drones: [drone('demo-1', { link: 'lost' })] });
    expect(tone).toBe('warn');
  });

  it('narrows to one, in any case', async () => {
    const { rows } = await ask('drone', { drones: [drone('demo-1'), drone('demo-2')] }, { id: 'DEMO-2' });
    expect(rows.map(({ label }) => label)).toEqual(['demo-2']);
  });

  it('says that it never heard of a drone, and of which it did', async () => {
    expect(await told('drone', { drones: [drone('demo-1')] }, { id: 'demo-7' })).toEqual([
      '[warn]',
      'Unknown: no status of demo-7 was ever received',
      'Heard of: demo-1.',
    ]);
  });
});

describe('status', () => {
  const well = {
    processes: [
      process(7, [
        link('redis', { detail: '127.0.0.1:6390' }),
        link('discord', { state: 'off', detail: 'no DISCORD_TOKEN', lastProofAt: null }),
      ]),
    ],
    services: [service('slam'), service('mesh')],
    agents: [agent('Agent-1')],
    drones: [drone('demo-1')],
    deliveries: [delivery('g1')],
  };

  it('gives links and counts, each with its age', async () => {
    expect(await told('status', well)).toEqual([
      '[ok]',
      'Swarmline is up',
      '  redis     up: 127.0.0.1:6390 (1 s ago)',
      '  discord   off: no DISCORD_TOKEN',
      '  services  2 of 2 ready (1 s ago)',
      '  agents    1 of 1 have told a status (3 s ago)',
      '  gas       1 latest delivery, 1 not acknowledged (30 s ago)',
      '  drones    1 of 1 fresh (1 s ago)',
    ]);
  });

  it('does not say that it is up where no process has spoken', async () => {
    expect((await told('status', {})).slice(0, 2)).toEqual([
      '[warn]',
      'Unknown: no process of Swarmline has told its state',
    ]);
  });

  it('is degraded where a link is down', async () => {
    const processes = [
      process(7, [link('rabbitmq', { state: 'down', detail: 'refused', lastProofAt: ago(30) })]),
    ];
    expect((await told('status', { ...well, processes })).slice(0, 3)).toEqual([
      '[bad]',
      'Swarmline is degraded',
      '  rabbitmq  down: refused (30 s ago)',
    ]);
  });

  it('warns while a link is still connecting', async () => {
    const processes = [process(7, [link('rabbitmq', { state: 'connecting', lastProofAt: null })])];
    expect((await ask('status', { ...well, processes })).tone).toBe('warn');
  });

  it('does not repeat that a link is up when its process has fallen silent', async () => {
    const processes = [
      process(7, [link('redis', { lastProofAt: ago(7) })], ago(6)),
      process(8, [link('workers')]),
    ];
    expect((await told('status', { ...well, processes })).slice(0, 4)).toEqual([
      '[bad]',
      'Swarmline is degraded',
      '  redis@7    unknown: its process is silent (last said up) (6 s ago)',
      '  workers@8  up (1 s ago)',
    ]);
  });

  it('counts a silent service as unknown and not as ready', async () => {
    const services = [service('slam'), service('mesh', { seenAt: ago(60) })];
    const answer = await ask('status', { ...well, services });
    expect([answer.tone, answer.rows.find(({ label }) => label === 'services')?.value]).toEqual([
      'warn',
      '1 of 2 ready, 1 unknown (silent)',
    ]);
  });

  it('counts a stale drone as not fresh', async () => {
    const answer = await ask('status', { ...well, drones: [drone('demo-1', {}, ago(60))] });
    expect(answer.rows.find(({ label }) => label === 'drones')).toMatchObject({
      value: '0 of 1 fresh',
      ageMs: 60_000,
    });
  });

  it.each([
    ['slam', 'ready, incarnation a1b2c3d4, up 5 min (1 s ago)'],
    ['agent-1', 'executing, 75 % of Survey 1 (3 s ago)'],
    ['DEMO-1', 'link connected, battery 82 %, flying, altitude 24.3 m, video streaming (1 s ago)'],
  ])('gives everything about %s', async (target, value) => {
    expect((await told('status', well, { target }))[2]).toContain(value);
  });

  it('warns of one agent whose file is broken', async () => {
    const agents = [agent('Agent-1', { problem: 'not JSON' })];
    expect((await ask('status', { agents }, { target: 'Agent-1' })).tone).toBe('warn');
  });

  it('says that a target is unknown, and which one was meant', async () => {
    expect(await told('status', well, { target: 'slma' })).toEqual([
      '[warn]',
      'Unknown: no service, agent or drone is called slma',
      'Did you mean slam?',
    ]);
  });

  it('gives the machine form beside the text', async () => {
    const { data } = await ask('status', well);
    expect(data).toMatchObject({ openDeliveries: 1, services: [{ service: 'slam' }, { service: 'mesh' }] });
  });
});

describe('help', () => {
  it('lists every command with its usage, itself included', async () => {
    const { rows } = await ask('help', {});
    expect(rows.map(({ label }) => label)).toEqual(catalogue.map(usage));
  });
});

it('looks back from the present of its own clock', async () => {
  const { rows } = await ask('services', { services: [service('slam', { seenAt: now })] });
  expect(rows[0]?.ageMs).toBe(0);
});
