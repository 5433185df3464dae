// A person's hand on an agent that does not get on: one message each, and none to whoever is at work.
import { describe, expect, it } from 'vitest';
import { catalogue } from '../../../src/commands/index.ts';
import { type AgentView, reportWords } from '../../../src/contracts/agents.ts';
import { type JobName, type JobOrder, jobCatalogue } from '../../../src/contracts/jobs.ts';
import { notingSink } from '../../support/kept.ts';
import { agent, ago, delivery, portsOf } from './ports.ts';

const { watch } = agent('Agent-1');
const known = {
  agents: [
    agent('Agent-1', { watch: { ...watch, signs: [{ source: 'commit', at: ago(120) }] } }),
    agent('Agent-2', { watch: { ...watch, silentSince: ago(1_800), tier: 'nudge' } }),
  ],
};
const identity = { surface: 'discord', id: '1', name: 'Ann' } as const;

function action(name: string) {
  const spec = catalogue.find((one) => one.name === name);
  if (spec?.kind !== 'action') throw new Error(`${name} is no action`);
  return spec;
}

describe('unstall', () => {
  const check = (name: string) =>
    action('unstall').check({ args: { agent: name }, identity }, portsOf(known));

  it('is for whoever is silent', async () => {
    expect(await check('Agent-2')).toBeNull();
  });

  it('disturbs nobody at work, and says how that is known', async () => {
    expect(await check('Agent-1')).toBe(
      'Agent-1 is not silent (a commit, 2 min ago). `message Agent-1 TEXT` writes to it all the same.',
    );
  });

  it('of nobody is refused', async () => {
    expect(await check('Agent-9')).toContain('No agent is called');
  });
});

it.each(['unstall', 'heal', 'onboard soft', 'onboard hard'])(
  '%s becomes one message that fits its schema',
  async (name) => {
    const jobs: JobOrder<JobName>[] = [];
    const ports = { ...portsOf(known), jobs: notingSink((order) => jobs.push(order)) };
    const replyTo = { surface: 'discord', place: '9' } as const;
    const args = { agent: 'Agent-2' };
    expect(action(name).permission(args)).toBe('agent.message:Agent-2');
    await action(name).enqueue({ args, identity, replyTo, correlationId: 'c-1' }, ports);
    expect(jobs).toMatchObject([{ name: 'agent.message', body: { to: 'Agent-2', by: 'Ann' } }]);
    expect(jobCatalogue['agent.message'].body.safeParse(jobs[0]?.body).success).toBe(true);
  },
);

it.each(['unstall', 'heal', 'onboard soft', 'onboard hard'])(
  '%s asks for what the agent can do: its status file where it has one, and else a report',
  async (name) => {
    const { file, door } = reportWords.blocked;
    const asked = async (given: Partial<AgentView>) => {
      const jobs: JobOrder<JobName>[] = [];
      const ports = {
        ...portsOf({ agents: [agent('Agent-2', given)] }),
        jobs: notingSink((order) => jobs.push(order)),
      };
      const replyTo = { surface: 'discord', place: '9' } as const;
      const args = { agent: 'Agent-2' };
      await action(name).enqueue({ args, identity, replyTo, correlationId: 'c-1' }, ports);
      return jobCatalogue['agent.message'].body.parse(jobs[0]?.body).text;
    };
    expect((await asked({ hasStatusFile: true })).endsWith(` Report your progress. ${file}`)).toBe(true);
    expect((await asked({})).endsWith(` Report your progress. ${door}`)).toBe(true);
  },
);

it('heal tells a silent agent what it has told and not taken, and nothing that it took', async () => {
  const jobs: JobOrder<JobName>[] = [];
  const deliveries = (['sent', 'accepted', 'queued'] as const).map((state, i) =>
    delivery(`x-${state}`, { state, gas: { ...delivery(`x-${i}`).gas, id: `x-${state}`, to: 'Agent-2' } }),
  );
  const ports = { ...portsOf({ ...known, deliveries }), jobs: notingSink((order) => jobs.push(order)) };
  const replyTo = { surface: 'discord', place: '9' } as const;
  await action('heal').enqueue(
    { args: { agent: 'Agent-2' }, identity, replyTo, correlationId: 'c-1' },
    ports,
  );
  const { text } = jobCatalogue['agent.message'].body.parse(jobs[0]?.body);
  expect(text).toContain('You have not taken this gas, oldest last: x-sent. Take');
  expect(text).toMatch(/You had told the mission “.+” and \d+ %/);
  expect(await action('heal').check({ args: { agent: 'Agent-1' }, identity }, ports)).toContain(
    'is not silent',
  );
});

it('heal tells an agent for which no gas waits of none that it could take', async () => {
  const jobs: JobOrder<JobName>[] = [];
  const ports = { ...portsOf({ ...known, deliveries: [] }), jobs: notingSink((order) => jobs.push(order)) };
  const replyTo = { surface: 'discord', place: '9' } as const;
  await action('heal').enqueue(
    { args: { agent: 'Agent-2' }, identity, replyTo, correlationId: 'c-1' },
    ports,
  );
  const { text } = jobCatalogue['agent.message'].body.parse(jobs[0]?.body);
  expect(text).toContain('No gas waits for you. Do your next open task.');
  expect(text).not.toContain('Take');
});

it('wants the name typed again before an agent drops what it is at', () => {
  expect(action('onboard hard').danger).toBe('type-name');
  expect(action('onboard soft').danger).toBeUndefined();
});
