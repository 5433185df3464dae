// Gas goes round by every channel: from a file to a terminal, from there to a webhook, to a queue, and back to a file; and
// `gas explain` tells afterwards how each of them came to be acknowledged.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'amqplib';
import { expect, onTestFinished } from 'vitest';
import { exchanges, gasMessageSchema, routingKeys } from '../../src/contracts/bus.ts';
import { startTmux } from '../integration/pipeline/inboxes/tmux-server.ts';
import { startReceiver } from '../integration/pipeline/inboxes/webhook-receiver.ts';
import { eventually, it, type Site } from '../support/site.ts';

const secret = `whsec_${Buffer.alloc(32, 9).toString('base64')}`;

async function terminal() {
  const server = await startTmux();
  onTestFinished(() => server.close());
  await server.agent('two', 'busy');
  return server;
}

async function webServer() {
  const receiver = await startReceiver(secret);
  onTestFinished(() => receiver.close());
  receiver.answer = { status: 200, body: '{"state":"accepted"}' };
  const folder = await mkdtemp(join(tmpdir(), 'swarmline-secret-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const secretFile = join(folder, 'secret');
  await writeFile(secretFile, secret);
  return { receiver, secretFile };
}

/** An agent on RabbitMQ that accepts what it gets. */
async function busAgent(rabbitUrl: string, id: string) {
  const model = await connect(rabbitUrl);
  onTestFinished(() => model.close());
  const channel = await model.createChannel();
  const { name, type } = exchanges.agentGas;
  await channel.assertExchange(name, type, { durable: true });
  const { queue } = await channel.assertQueue('', { exclusive: true });
  await channel.bindQueue(queue, name, routingKeys.agentGas(id));
  const got: string[] = [];
  await channel.consume(queue, (message) => {
    if (message === null) return;
    const { gas } = gasMessageSchema.parse(JSON.parse(message.content.toString('utf8')));
    got.push(gas.text);
    channel.ack(message);
    channel.publish(name, routingKeys.gasAck(id), Buffer.from(JSON.stringify({ id: gas.id })));
  });
  return got;
}

async function newestOf(site: Site, to: string) {
  const { stdout } = await site.cli('gas', 'status', to, '--json');
  const { answer } = JSON.parse(stdout);
  const found: { gas: { id: string; to: string }; state: string; steps: { detail: string }[] }[] =
    answer.data.deliveries;
  return found.find(({ gas }) => gas.to === to);
}

const becomes = (site: Site, to: string, state: string) =>
  eventually(() => newestOf(site, to), { accept: (one) => one?.state === state });

it('goes round by file, terminal, webhook and queue, each acknowledged in its own way', async ({
  openSite,
  rabbitUrl,
}) => {
  const [tmux, { receiver, secretFile }] = await Promise.all([terminal(), webServer()]);
  const site = await openSite({
    agents: 4,
    inboxes: {
      'Agent-2': { kind: 'tmux', pane: 'two:0.0', socket: tmux.socket, prompt: '^> ?$', quietMs: 200 },
      'Agent-3': { kind: 'webhook', url: receiver.url, secretFile },
      'Agent-4': { kind: 'amqp' },
    },
  });
  const [one, two, three, four] = site.agents;
  if (!one || !two || !three || !four) throw new Error('four agents');
  await two.tell('Old work', 10);
  await site.up().ready();
  const got = await busAgent(rabbitUrl, 'Agent-4');

  // The terminal is busy: nothing is pasted, and nothing fails.
  await one.tell('Map the hall', 60);
  await eventually(async () => (await site.cli('agents')).stdout.includes('60 %'));
  await one.tell('Map the hall', 80);
  const waiting = await becomes(site, 'Agent-2', 'queued');
  expect(await tmux.received('two')).toEqual([]);
  await tmux.calm('two');
  await becomes(site, 'Agent-2', 'sent');
  await eventually(async () => (await tmux.received('two')).length === 1);
  await two.tell('Build the map', 5);
  const worked = await becomes(site, 'Agent-2', 'working');
  expect(worked?.steps.at(-1)?.detail).toMatch(/^evidence, not its word: it began Build the map/);

  await two.tell('Build the map', 80);
  expect((await becomes(site, 'Agent-3', 'accepted'))?.steps.at(-1)?.detail).toMatch(/^answered by http/);
  expect(receiver.texts()).toEqual([expect.stringContaining('Build the map')]);

  await three.tell('Fly it', 80);
  const acknowledged = await becomes(site, 'Agent-4', 'accepted');
  expect(acknowledged?.steps.at(-1)?.detail).toBe('acknowledged over RabbitMQ');
  expect(got).toEqual([expect.stringContaining('Fly it')]);

  await four.tell('Land it', 80);
  const [letter] = await eventually(() => one.letters(), { accept: (letters) => letters.length > 0 });
  expect(letter).toMatchObject({ from: 'Agent-4', mission: 'Land it' });

  const { stdout } = await site.cli('gas', 'explain', waiting?.gas.id ?? '');
  expect(stdout).toMatch(/why +Agent-1 crossed 75 %: from 60 % to 80 % \(mission Map the hall, its 1st\)/);
  expect(stdout).toMatch(/sent +[\d:.]+ UTC tmux two:0\.0 \(%0\), seen there/);
  expect(stdout).toMatch(/working +[\d:.]+ UTC evidence, not its word/);
});

it('explains a gas that was rerouted, from both sides', async ({ openSite }) => {
  const site = await openSite({ agents: 3 });
  const [one] = site.agents;
  await site.up().ready();
  await one?.tell('Map the hall', 80);
  const old = await becomes(site, 'Agent-2', 'sent');
  const id = old?.gas.id ?? '';
  await site.cli('gas', 'reassign', id, 'Agent-3', '--yes');
  const next = await becomes(site, 'Agent-3', 'sent');
  const { stdout: before } = await site.cli('gas', 'explain', id);
  expect(before).toMatch(/^The 75 % gas of Agent-1 for Agent-2: rerouted\n/);
  expect(before).toMatch(/rerouted +[\d:.]+ UTC given to Agent-3 by /);
  expect(before).toMatch(/stood in by +75 % to Agent-3, sent/);
  const { stdout: after } = await site.cli('gas', 'explain', next?.gas.id ?? '');
  expect(after).toMatch(/decided +[\d:.]+ UTC taken from Agent-2 by /);
  expect(after).toMatch(/stands for +75 % to Agent-2, rerouted: given to Agent-3/);
});
