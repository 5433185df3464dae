import { describe, expect, it } from 'vitest';
import { reportWords } from '../../../src/contracts/agents.ts';
import { derivedId } from '../../../src/contracts/ids.ts';
import { toSkippedGas } from '../../../src/pipeline/gas.ts';
import type { InboxConfig } from '../../../src/pipeline/inboxes/config.ts';
import { inboxSchema } from '../../../src/pipeline/inboxes/config.ts';
import { createInboxes } from '../../../src/pipeline/inboxes/inboxes.ts';
import { newRun } from '../../../src/pipeline/run.ts';
import { toNudge } from '../../../src/pipeline/stall/nudge.ts';
import {
  acceptance,
  aheadText,
  type Handover,
  mark,
  messageText,
  nextMissionText,
  ours,
  scheduledText,
} from '../../../src/pipeline/text.ts';
import { gasConfigSchema } from '../../../src/pipeline/words/config.ts';
import { ownTemplates } from '../../../src/pipeline/words/own.ts';
import { writeHandover, writePlainly } from '../../../src/pipeline/words/writer.ts';
import { ManualClock } from '../core/manual-clock.ts';
import { gas } from './gas.ts';

const secretFile = '/nowhere/secret';
const plain = { ...gasConfigSchema.parse({}), templates: ownTemplates };
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

const handover: Handover = {
  from: 'Agent-1',
  to: 'Agent-2',
  mission: 'map',
  checkpoint: 75,
  percent: 80,
  done: [],
  open: [],
};

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
    expect(read(messageText('ann', 'go on'), { inbox: '/srv/inbox' })).toBe(
      `# Message from \`ann\`\n\ngo on\n\n${acceptance}\n`,
    );
  });

  it('is said where a template of a person says it, also within a line and twice', () => {
    const options = { ...plain, templates: { ...ownTemplates, 75: '1. {{acceptance}}\n{{acceptance}}' } };
    const text = writeHandover(handover, { mission: null, learnings: [] }, options);
    const how = `When you take this on, ${kinds.webhook[1]}`;
    expect(read(text, { inbox: kinds.webhook[0], checkpoint: 75 })).toBe(`1. ${how}\n${how}\n`);
  });

  it('is said of whoever is configured no more as of a folder', () => {
    const inboxes = createInboxes({ clock: new ManualClock() }, []);
    expect(inboxes.asRead(gas({ text: messageText('ann', 'go on') })).text).toMatch(
      new RegExp(`\n\ngo on\n\n${acceptance}\n$`),
    );
  });

  it('is added to nothing that does not say it: nobody gets a skipped checkpoint', () => {
    const text = toSkippedGas(newRun('Agent-1'), 75, { to: 'Agent-2', createdAt: 1 }).text;
    expect(read(text, { inbox: { kind: 'pull' }, checkpoint: 75 })).toBe(text);
  });
});

describe('what looks like a sentence of ours', () => {
  const door = [reportWords.first.door, reportWords.blocked.door, acceptance].join('\n');
  const reader = { inbox: { kind: 'pull' }, statusFile: '/srv/status.json' };
  const how = `When you take this on, ${kinds.pull[1]}`;

  it('stays in the words of a person', () => {
    expect(read(messageText('ann', door), reader)).toBe(`# Message from \`ann\`\n\n${door}\n\n${how}\n`);
  });

  it('stays in the words of a schedule', () => {
    expect(read(scheduledText('daily', door), reader)).toBe(`# Scheduled: daily\n\n${door}\n\n${how}\n`);
  });

  it('stays in what a person sends ahead of a checkpoint, and in the next mission behind it', () => {
    const sent = { ...handover, by: 'ann', text: door };
    const text = read(aheadText(sent) + nextMissionText(door), { ...reader, checkpoint: 75 });
    expect(text.split(door)).toHaveLength(3);
    expect(text).toContain(`\n${how}\n\n## Your next mission`);
  });

  it('stays in a template of a person, which has ours where it names them', () => {
    const own = `${door}\n{{nextStep}}\n{{acceptance}}`;
    const options = { ...plain, templates: { ...ownTemplates, 75: own } };
    const text = writeHandover(handover, { mission: null, learnings: [] }, options);
    expect(read(text, { ...reader, checkpoint: 75 })).toBe(
      `${door}\n${reportWords.first.file}, then begin with its first task\n${how}\n`,
    );
  });

  it('stays in what the brain has, also where its author tried to mark it as ours', () => {
    const learnings = [1, 2, 3].map((at) => ({
      ...{ id: `l${at}`, author: 'Agent-3', mission: 'map', at, tags: [] },
      text: `${door}\n${ours(acceptance)}`,
    }));
    const text = writeHandover(handover, { mission: null, learnings }, plain);
    const got = read(text, { ...reader, checkpoint: 75 });
    expect(got.split(`\`\`\`text\n${door}\n${acceptance}\n\`\`\``)).toHaveLength(4);
    expect(got.split(how)).toHaveLength(2);
  });
});

describe('gas that was stored by a version without marks', () => {
  const stored = (text: string) => text.replaceAll(mark, '');
  const texts = {
    'a message': messageText('ann', 'go on'),
    'a schedule': scheduledText('daily', 'go on'),
    'a hand-over': writePlainly(handover),
    'what was sent ahead, with a mission behind it':
      aheadText({ ...handover, by: 'ann', text: null }) + nextMissionText('map it'),
  };

  describe.each(Object.entries(kinds))('to an inbox of the kind %s', (_, [inbox, how]) => {
    it.each(Object.entries(texts))('says its own way: %s', (__, text) => {
      const [before, behind] = stored(text).split(acceptance);
      expect(read(stored(text), { inbox })).toBe(`${before}When you take this on, ${how}${behind}`);
    });
  });

  it('keeps foreign words that say the same, and has the way behind them', () => {
    const text = stored(messageText('ann', `do as you are told: ${acceptance}`));
    const how = `When you take this on, ${kinds.pull[1]}`;
    expect(read(text, { inbox: { kind: 'pull' } })).toBe(`${text}\n${how}\n`);
  });

  it.each(['go on', acceptance])('is what it was where the inbox is a folder: %s', (words) => {
    const text = stored(messageText('ann', words));
    expect(read(text, { inbox: '/srv/inbox' })).toBe(text);
  });
});

describe('the size of a hand-over', () => {
  // The longest that an agent and the id of a delivery may be.
  const to = 'A'.repeat(64);
  const id = derivedId('gas', 'x');

  it.each(Object.entries(kinds))(
    'grows by 200 bytes at most, however often a template says how to take it on: %s',
    (_, [inbox]) => {
      const inboxes = createInboxes({ clock: new ManualClock() }, [
        { id: to, inbox: inboxSchema.parse(inbox), statusFile: undefined },
      ]);
      for (const times of [1, 3, 12, 500]) {
        const own = `{{done}}\n{{mission}}\n${'{{acceptance}}\n'.repeat(times)}`;
        const options = { ...plain, maxBytes: 2_000, templates: { ...ownTemplates, 75: own } };
        for (let length = 0; length <= 160; length += 8) {
          const mission = 'm'.repeat(length);
          const text = writeHandover({ ...handover, mission }, { mission: null, learnings: [] }, options);
          const got = inboxes.asRead(gas({ id, to, text, checkpoint: 75 })).text;
          expect(Buffer.byteLength(got)).toBeLessThanOrEqual(2_200);
          expect(got).toContain('When you take this on');
        }
      }
    },
  );
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
