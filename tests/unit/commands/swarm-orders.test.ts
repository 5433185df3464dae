// The commands that act on agents and gas: what they refuse at once, what they ask, and the job that they become.
import { describe, expect, it } from 'vitest';
import { misspelt } from '../../../src/commands/candidates.ts';
import { catalogue } from '../../../src/commands/index.ts';
import type { Action } from '../../../src/commands/spec.ts';
import { type JobName, type JobOrder, jobCatalogue } from '../../../src/contracts/jobs.ts';
import { notingSink } from '../../support/kept.ts';
import { agent, ago, delivery, type Known, portsOf, told } from './ports.ts';

const known: Known = {
  agents: [
    agent('Agent-1', { next: 'Agent-2' }),
    agent('Agent-2', { next: 'Agent-3', nextCheckpoint: null, percent: 100 }),
    agent('Agent-3', { epoch: 0, nextCheckpoint: null, percent: null }),
  ],
  deliveries: [
    delivery('x1a2b3c4d5e6', { gas: { ...delivery('x1a2b3c4d5e6').gas, to: 'Agent-2' } }),
    delivery('x9a2b3c4d5e6', { state: 'accepted' }),
    delivery('x8a2b3c4d5e6', { state: 'held' }),
    delivery('x7a2b3c4d5e6', { state: 'rerouted' }),
  ],
};

const oneInboxless: Known = {
  ...known,
  agents: [...(known.agents ?? []), agent('Agent-7', { hasInbox: false })],
};

type Args = Readonly<Record<string, string>>;

function action(name: string): Action {
  const spec = catalogue.find((one) => one.name === name);
  if (spec?.kind !== 'action') throw new Error(`${name} is no action`);
  return spec;
}

const ann = { surface: 'discord', id: '1', name: 'Ann' } as const;
const check = (name: string, args: Args) => action(name).check({ args, identity: ann }, portsOf(known));
const prompt = async (name: string, args: Args) => action(name).prompt(args, portsOf(known));

async function jobsOf(name: string, args: Args, identity: typeof ann | typeof here = ann) {
  const jobs: JobOrder<JobName>[] = [];
  const ports = {
    ...portsOf(known),
    jobs: notingSink((order) => jobs.push(order)),
  };
  const replyTo = { surface: 'discord', place: '9' } as const;
  const call = { args, identity, correlationId: 'c-1', replyTo };
  const text = await action(name).enqueue(call, ports);
  await action(name).enqueue(call, ports);
  return { text, jobs };
}

const here = { surface: 'console', id: 'local', name: 'you' } as const;

const usable = [
  [
    'message',
    { agent: 'Agent-2', text: 'hello there' },
    'agent.message:Agent-2',
    { to: 'Agent-2', text: 'hello there' },
  ],
  [
    'answer',
    { agent: 'Agent-2', question: 'q1a2b3c4d', text: 'left' },
    'agent.message:Agent-2',
    { to: 'Agent-2', text: 'left', answers: 'q1a2b3c4d' },
  ],
  ['broadcast', { text: 'stop' }, 'agent.message:*', { to: null, text: 'stop' }],
  ['gas send', { agent: 'Agent-2' }, 'gas.send:Agent-2', { agent: 'Agent-2', text: null }],
  ['gas send', { agent: 'Agent-3', text: 'go' }, 'gas.send:Agent-3', { agent: 'Agent-3', text: 'go' }],
  ['gas pause', {}, 'gas.pause:*', { agent: null }],
  ['gas pause', { agent: 'all' }, 'gas.pause:*', { agent: null }],
  ['gas pause', { agent: 'Agent-1' }, 'gas.pause:Agent-1', { agent: 'Agent-1' }],
  ['gas resume', { agent: 'Agent-1' }, 'gas.resume:Agent-1', { agent: 'Agent-1', held: 'deliver' }],
  ['gas resume', { agent: 'all', held: 'skip' }, 'gas.resume:*', { agent: null, held: 'skip' }],
  ['gas skip', { agent: 'Agent-1', checkpoint: '90' }, 'gas.skip:Agent-1', { checkpoint: 90, reason: '' }],
  [
    'gas reassign',
    { delivery: 'x1a2b3c4', agent: 'Agent-3' },
    'gas.reassign:Agent-3',
    { delivery: 'x1a2b3c4d5e6', to: 'Agent-3' },
  ],
] as const;

describe('an order about agents', () => {
  it.each(usable)(
    '%s %j becomes one job that fits its schema, however often it is confirmed',
    async (name, args, permission, body) => {
      expect(action(name).permission(args)).toBe(permission);
      expect(await check(name, args)).toBeNull();
      const { jobs } = await jobsOf(name, args);
      const [first, second] = jobs;
      expect(second).toEqual(first);
      expect(first).toMatchObject({
        correlationId: 'c-1',
        principal: 'discord:1',
        body: { ...body, by: 'Ann' },
      });
      if (first) expect(jobCatalogue[first.name].body.safeParse(first.body).success).toBe(true);
    },
  );

  it('is signed with the identity where nobody has a name', async () => {
    const { jobs } = await jobsOf('message', { agent: 'Agent-2', text: 'x' }, here);
    expect(jobs[0]?.body).toMatchObject({ by: 'console:local' });
  });

  it.each([
    ['message', { agent: 'Agnet-2', text: 'x' }, 'No agent is called `Agnet-2`. Did you mean `Agent-2`?'],
    ['message', { agent: 'agent-2', text: 'x' }, 'No agent is called `agent-2`. Did you mean `Agent-2`?'],
    [
      'message',
      { agent: 'Agent', text: 'x' },
      '`Agent` may be Agent-1, Agent-2, Agent-3; write the whole name.',
    ],
    ['message', { agent: 'nobody', text: 'x' }, 'No agent is called `nobody`. `agents` lists them.'],
    ['gas send', { agent: 'X' }, 'No agent is called `X`. `agents` lists them.'],
    [
      'gas send',
      { agent: 'Agent-3' },
      'Agent-2 has handed over all of its mission. Give a text: `gas send Agent-3 TEXT`.',
    ],
    [
      'gas send',
      { agent: 'Agent-1' },
      'Nobody hands over to Agent-1 in the chain. Give a text: `gas send Agent-1 TEXT`.',
    ],
    ['gas pause', { agent: 'Agent-9' }, 'No agent is called `Agent-9`. Did you mean `Agent-1`?'],
    ['gas resume', { agent: 'Agent-1', held: 'maybe' }, 'What was held: `deliver` it or `skip` it.'],
    ['gas skip', { agent: 'Agent-3', checkpoint: '75' }, 'Agent-3 hands over to nobody.'],
    [
      'gas reassign',
      { delivery: 'nothing1', agent: 'Agent-3' },
      'No delivery that is kept is called `nothing1`. `gas status` shows the newest.',
    ],
    [
      'gas reassign',
      { delivery: 'x', agent: 'Agent-3' },
      'No delivery that is kept is called `x`. `gas status` shows the newest.',
    ],
    ['gas reassign', { delivery: 'x1a2b3c4', agent: 'Agent-2' }, 'It is for Agent-2 already.'],
    ['gas reassign', { delivery: 'x9a2b3c4', agent: 'Agent-3' }, 'Agent-2 has accepted it already.'],
    ['gas reassign', { delivery: 'x7a2b3c4', agent: 'Agent-3' }, 'It is rerouted already.'],
  ] as const)('%s %j is refused at once', async (name, args, text) => {
    expect(await check(name, args)).toBe(text);
  });

  it('gas skip tells who works in the place of an agent, and takes what that hands over', async () => {
    const away = agent('Agent-2', { next: 'Agent-3', epoch: 0, standIns: ['Agent-4'] });
    const ports = portsOf({ agents: [away, agent('Agent-4', { next: 'Agent-3' })] });
    const skip = (name: string) =>
      action('gas skip').check({ args: { agent: name, checkpoint: '90' }, identity: ann }, ports);
    expect(await skip('Agent-2')).toBe(
      'Agent-2 has told no mission yet; Agent-4 works in its place: `gas skip Agent-4 90`.',
    );
    expect(await skip('Agent-4')).toBeNull();
  });

  it.each([
    ['message', { agent: 'Agent-7', text: 'x' }],
    ['gas send', { agent: 'Agent-7', text: 'x' }],
    ['gas reassign', { delivery: 'x1a2b3c4', agent: 'Agent-7' }],
    ['unstall', { agent: 'Agent-7' }],
    ['heal', { agent: 'Agent-7' }],
    ['onboard soft', { agent: 'Agent-7' }],
    ['onboard hard', { agent: 'Agent-7' }],
  ] as const)('%s %j is refused where the agent has no inbox', async (name, args) => {
    expect(await action(name).check({ args, identity: ann }, portsOf(oneInboxless))).toBe(
      'Agent-7 has no inbox, so nothing can be given to it but the `answer` to a question of its own. Give it one in pipeline.agents, such as `inbox: { kind: pull }`.',
    );
  });

  it.each(['message', 'gas send', 'gas reassign', 'unstall', 'heal', 'onboard soft'])(
    '%s takes the name of an agent without an inbox for no slip of the pen',
    async (name) => {
      const given = (id: string) => misspelt(action(name), { agent: id }, portsOf(oneInboxless));
      expect(await given('Agent-7')).toBeNull();
      expect(await given('Agnet-7')).toMatchObject({
        text: 'No agent `Agnet-7` is known. Did you mean `Agent-7`?',
      });
    },
  );

  it('leaves whoever has no inbox out of a broadcast, and says so', async () => {
    const ports = { ...portsOf(oneInboxless), jobs: notingSink(() => undefined) };
    const said = 'Left out, without an inbox: Agent-7.';
    const args = { text: 'x' };
    expect(await action('broadcast').prompt(args, ports)).toBe(`Write to 3 agents? ${said}`);
    const replyTo = { surface: 'discord', place: '9' } as const;
    const call = { args, identity: ann, correlationId: 'c-1', replyTo };
    expect(await action('broadcast').enqueue(call, ports)).toBe(
      `Order taken: a message to 3 agents. ${said} How many have it and accept it follows.`,
    );
    const none = portsOf({ agents: [agent('Agent-7', { hasInbox: false })] });
    expect(await action('broadcast').check({ args, identity: ann }, none)).toContain('No agent has an inbox');
  });

  it('offers whoever has no inbox for what is about them, and for nothing that is given', async () => {
    const offered = async (name: string) =>
      (await action(name)
        .args.find((arg) => arg.name === 'agent')
        ?.candidates?.(portsOf(oneInboxless), {})) ?? [];
    for (const name of ['message', 'gas send', 'gas reassign', 'unstall', 'heal', 'onboard soft']) {
      expect([name, await offered(name)]).toEqual([name, ['Agent-1', 'Agent-2', 'Agent-3']]);
    }
    for (const name of ['answer', 'gas skip', 'gas pause']) {
      expect([name, await offered(name)]).toEqual([name, expect.arrayContaining(['Agent-7'])]);
    }
  });

  it('refuses a broadcast that nobody would read', async () => {
    const call = { args: { text: 'x' }, identity: ann };
    expect(await action('broadcast').check(call, portsOf({}))).toContain('nobody would read it');
  });

  it.each([
    ['broadcast', { text: 'x' }, 'Write to all 3 agents?'],
    [
      'gas send',
      { agent: 'Agent-2' },
      'Send the 90 % gas of Agent-1 to Agent-2 now? It does not fire again.',
    ],
    [
      'gas send',
      { agent: 'Agent-2', text: 'x' },
      'Send the 90 % gas of Agent-1 to Agent-2 now, with your text? It does not fire again.',
    ],
    ['gas send', { agent: 'Agent-3', text: 'x' }, 'Send your text to Agent-3 now?'],
    ['gas resume', {}, 'Resume the gas of all agents and send 1 held delivery?'],
    ['gas resume', { agent: 'Agent-1', held: 'skip' }, 'Resume the gas of Agent-1 and skip 1 held delivery?'],
    ['gas resume', { agent: 'Agent-2' }, 'Resume the gas of Agent-2?'],
    [
      'gas reassign',
      { delivery: 'x1a2b3c4', agent: 'Agent-3' },
      'Take the gas of Agent-1 from Agent-2 (sent) and give it to Agent-3?',
    ],
  ] as const)('%s %j asks with what it will do', async (name, args, text) => {
    expect(await prompt(name, args)).toBe(text);
  });

  it('completes with what there is', async () => {
    const [first] = action('gas reassign').args;
    expect(await first?.candidates?.(portsOf(known), {})).toEqual(['x1a2b3c4', 'x8a2b3c4']);
    const [agents] = action('gas pause').args;
    expect(await agents?.candidates?.(portsOf(known), {})).toEqual(['Agent-1', 'Agent-2', 'Agent-3', 'all']);
  });
});

describe('a fan-out', () => {
  const agents = [
    agent('Agent-1', { next: 'Agent-2', receivers: ['Agent-2', 'Agent-3', 'Agent-4'], nextCheckpoint: null }),
    agent('Agent-5', { next: 'Agent-4' }),
    agent('Agent-4'),
    agent('Agent-3'),
  ];

  it('is told with all its receivers', async () => {
    const lines = await told('agent', { agents }, { agent: 'Agent-1' });
    expect(lines.join('\n')).toContain('to Agent-2, Agent-3 and Agent-4, nothing left of this mission');
  });

  it('is told with what waits for it in a join', async () => {
    const waits = [
      { receiver: 'Agent-3', checkpoint: 75 as const, from: ['Agent-2'], missing: ['Agent-1', 'Agent-5'] },
    ];
    const lines = await told('agent', { agents: [agent('Agent-3', { waits })] }, { agent: 'Agent-3' });
    expect(lines.join('\n')).toContain(
      'Agent-3 gets the 75 % gas of Agent-2 once Agent-1 and Agent-5 reached it',
    );
  });

  it('is found for gas to any of them, and of several givers the one with something left', async () => {
    const words = await action('gas send').prompt({ agent: 'Agent-4' }, portsOf({ agents }));
    expect(words).toBe('Send the 90 % gas of Agent-5 to Agent-4 now? It does not fire again.');
    const objection = await action('gas send').check(
      { args: { agent: 'Agent-3' }, identity: ann },
      portsOf({ agents }),
    );
    expect(objection).toMatch(/^Agent-1 has handed over all of its mission\./);
  });
});

describe('agent', () => {
  it('tells mission, progress, evidence, inbox, and the gas to and from it', async () => {
    expect(await told('agent', known, { agent: 'agent-2' })).toEqual([
      '[warn]',
      'Agent Agent-2',
      '  progress                 executing, 100 % of Survey 1 (3 s ago)',
      '  evidence                 what it told of itself, mission number 1 (3 s ago)',
      '  inbox                    1 not accepted, 1 on the way (30 s ago)',
      '  hands over               to Agent-3, nothing left of this mission',
      '  Agent-1 → Agent-2, 75 %  sent, not acknowledged, id x1a2b3c4 (30 s ago)',
      '  Agent-1 → Agent-2, 75 %  held, id x8a2b3c4 (30 s ago)',
    ]);
  });

  it('says who has paused it and since when', async () => {
    const paused = { by: 'Ann', at: ago(120) };
    const agents = [agent('Agent-1', { next: 'Agent-2', paused })];
    const lines = await told('agent', { agents }, { agent: 'Agent-1' });
    expect(lines.at(-1)).toBe(
      '  hands over  to Agent-2; paused by Ann, so what it reaches is held (2 min ago)',
    );
  });

  it('speaks of no mission where none was told yet', async () => {
    const agents = [agent('Agent-1', { next: 'Agent-2', nextCheckpoint: null, seenAt: null, epoch: 0 })];
    const lines = await told('agent', { agents }, { agent: 'Agent-1' });
    expect(lines.at(-1)).toBe('  hands over  to Agent-2, no mission was told yet');
  });

  it('says that it was never seen, instead of nothing', async () => {
    const agents = [agent('Agent-1', { seenAt: null, percent: null, epoch: 0 })];
    const lines = await told('agent', { agents }, { agent: 'Agent-1' });
    expect(lines[0]).toBe('[warn]');
    expect(lines[3]).toBe('  evidence    none: it never told a valid status');
  });

  it('says that it is unknown, and which one was meant', async () => {
    expect(await told('agent', known, { agent: 'Agnet-2' })).toEqual([
      '[warn]',
      'Unknown: no agent is called Agnet-2',
      'No agent is called `Agnet-2`. Did you mean `Agent-2`?',
    ]);
  });
});
