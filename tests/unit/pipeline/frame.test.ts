import { describe, expect, it } from 'vitest';
import { reportWords } from '../../../src/contracts/agents.ts';
import type { InboxConfig } from '../../../src/pipeline/inboxes/config.ts';
import { inboxSchema } from '../../../src/pipeline/inboxes/config.ts';
import { createInboxes } from '../../../src/pipeline/inboxes/inboxes.ts';
import { toNudge } from '../../../src/pipeline/stall/nudge.ts';
import { acceptance, type Handover, messageText } from '../../../src/pipeline/text.ts';
import { gasConfigSchema } from '../../../src/pipeline/words/config.ts';
import { ownTemplates } from '../../../src/pipeline/words/own.ts';
import { writeHandover, writePlainly } from '../../../src/pipeline/words/writer.ts';
import { ManualClock } from '../core/manual-clock.ts';
import { gas } from './gas.ts';

const secretFile = '/nowhere/secret';
const command = 'run `swarmline agent ack x1`';
const kinds = {
  tmux: [
    { kind: 'tmux', pane: 'swarm:1.0' },
    `${command}; a mission that you begin after this shows it too.`,
  ],
  webhook: [
    { kind: 'webhook', url: 'https://agent.example/gas', secretFile },
    `answer \`{"state": "accepted"}\` to its request, or ${command}.`,
  ],
  amqp: [
    { kind: 'amqp' },
    `send \`{"id":"x1","state":"accepted"}\` to the exchange \`agent_gas\` under the key \`agent.Agent-2.ack\`, or ${command}.`,
  ],
  pull: [
    { kind: 'pull' },
    `call the tool \`acknowledge\` with the id \`x1\`, or POST to \`/v1/agents/Agent-2/gas/x1/ack\`, or ${command}.`,
  ],
} as const;

/** What Agent-2 reads of a text. */
function read(
  text: string,
  {
    inbox,
    statusFile,
    checkpoint = null,
  }: {
    readonly inbox: object | string;
    readonly statusFile?: string;
    readonly checkpoint?: 75 | null;
  },
): string {
  const parsed: InboxConfig = inboxSchema.parse(inbox);
  const inboxes = createInboxes({ clock: new ManualClock() }, [{ id: 'Agent-2', inbox: parsed, statusFile }]);
  return inboxes.asRead(gas({ id: 'x1', text, checkpoint })).text;
}

describe('how gas is taken on', () => {
  it.each(Object.entries(kinds))('is said to an inbox of the kind %s in its own way', (_, [inbox, how]) => {
    expect(read(messageText('ann', 'go on'), { inbox })).toBe(
      `# Message from \`ann\`\n\ngo on\n\nWhen you take this on, ${how}\n`,
    );
  });

  it('is the way of a file where the inbox is a folder', () => {
    const text = messageText('ann', 'go on');
    expect(read(text, { inbox: '/srv/inbox' })).toBe(text);
  });

  it('is said where a template of a person says it, also within a line and twice', () => {
    const options = {
      ...gasConfigSchema.parse({}),
      templates: { ...ownTemplates, 75: '1. {{acceptance}}\n{{acceptance}}' },
    };
    const text = writeHandover(handover, { mission: null, learnings: [] }, options);
    const how = `When you take this on, ${kinds.webhook[1]}`;
    expect(read(text, { inbox: kinds.webhook[0], checkpoint: 75 })).toBe(`1. ${how}\n${how}\n`);
  });

  it('is told behind words of a person that look like it, which stay as they are', () => {
    const text = `Move this file to \`done/\`:\n> ${acceptance}\n`;
    expect(read(text, { inbox: kinds.tmux[0] })).toBe(`${text}\nWhen you take this on, ${kinds.tmux[1]}\n`);
  });
});

describe('how progress is told', () => {
  it.each(['/srv/inbox', { kind: 'pull' }])('is a report to whoever has no status file: %j', (inbox) => {
    const text = read(writePlainly(handover), { inbox, checkpoint: 75 });
    expect(text).toContain(
      '- Next step: report your mission and 0 % (`swarmline agent report`, HTTP or MCP), then',
    );
    expect(text).not.toContain('status');
  });

  it.each(['/srv/inbox', { kind: 'pull' }])('is a status file where it has one: %j', (inbox) => {
    const text = read(writePlainly(handover), { inbox, statusFile: '/srv/status.json', checkpoint: 75 });
    expect(text).toContain('- Next step: write your mission and `"progress": 0` into your status file, then');
    expect(text).not.toContain('agent report');
  });

  it('is asked of a silent agent in the way that it has', () => {
    const { text } = toNudge({ agent: 'Agent-2', episode: '1-5', since: 0, last: 'start', now: 600_000 });
    const asked = (statusFile?: string) =>
      read(text, { inbox: { kind: 'pull' }, ...(statusFile && { statusFile }) });
    expect(asked()).toContain('\n2. If you are blocked, say by what in the `note` of your report');
    expect(asked()).not.toContain('status');
    expect(asked('/srv/status.json')).toContain(
      '\n2. If you are blocked by an agent, name it as `waiting_for` in your status file.\n',
    );
  });

  it('makes no hand-over longer than its limit', () => {
    const longer = Object.values(reportWords).filter(({ door, file }) => file.length > door.length);
    expect(longer).toEqual([]);
  });
});

const handover: Handover = {
  from: 'Agent-1',
  to: 'Agent-2',
  mission: 'map',
  checkpoint: 75,
  percent: 80,
  done: [],
  open: [],
};
