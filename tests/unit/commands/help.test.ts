// help shows what the one who asks may type, and no more.
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { createPolicy } from '../../../src/access/index.ts';
import { catalogue } from '../../../src/commands/index.ts';
import type { CommandPorts } from '../../../src/commands/spec.ts';
import type { Answer, Identity } from '../../../src/contracts/chat.ts';
import { coreErrors, SwarmError } from '../../../src/core/errors.ts';
import { ManualClock } from '../core/manual-clock.ts';
import { portsOf, service } from './ports.ts';

const document = {
  roles: { viewer: ['ask'], slam: ['ask', 'service.restart:slam'], mute: [] },
  people: {
    vera: { role: 'viewer', identities: ['discord:1'] },
    sam: { role: 'slam', identities: ['discord:2'] },
  },
};
const ask = async (
  id: string,
  command?: string,
  policy: CommandPorts['policy'] = createPolicy(document),
  clock = new ManualClock(),
): Promise<Answer> => {
  const spec = catalogue.find(({ name }) => name === 'help');
  if (spec?.kind !== 'question') throw new Error('help is no question');
  const identity: Identity = { surface: 'discord', id, name: 'somebody' };
  const ports = { ...portsOf({ services: [service('mesh'), service('slam')] }), policy, clock };
  return spec.answer({ args: command === undefined ? {} : { command }, identity }, ports);
};
const labels = ({ rows }: Answer) => rows.map(({ label }) => label);

describe('help', () => {
  it('leaves out what the one who asks may not do, and says that there is more', async () => {
    const answer = await ask('1');
    expect(labels(answer)).toContain('status [target]');
    expect(labels(answer).filter((label) => /^(restart|silence|cancel)/.test(label))).toEqual([]);
    expect(answer.note).toMatch(/\d more need rights that you do not have\.$/);
  });

  it('shows what is allowed for one target alone', async () => {
    expect(labels(await ask('2'))).toContain('restart <service> [instance]');
  });

  it('of one command tells its usage, arguments, danger and an example', async () => {
    const { title, rows, note } = await ask('2', 'restart');
    expect([title, rows.map(({ label, value }) => `${label}: ${value}`), note]).toEqual([
      'restart: Restart a service and prove it by its new incarnation',
      [
        'usage: restart <service> [instance]',
        'service: The service to restart',
        'instance: Which of several, as `services` shows them (optional)',
        'before it: your own yes',
        'example: restart slam',
      ],
      'With `--dry-run` it only says what would be done.',
    ]);
  });

  it.each([
    [{ 'service.restart:slam': 'two-persons' }, 'your own yes; for some, the yes of a second person'],
    [{ 'service.*': 'type-name' }, 'its name, typed again by you'],
    [{ 'gas.*': 'two-persons' }, 'your own yes'],
  ])('of one command tells what the policy wants before it: %j', async (dangers, text) => {
    const strict = createPolicy({ ...document, dangers });
    const { rows } = await ask('2', 'restart', strict);
    expect(rows.find(({ label }) => label === 'before it')?.value).toBe(text);
  });

  it('says so of a command that is not allowed', async () => {
    expect(await ask('1', 'restart')).toMatchObject({
      tone: 'warn',
      note: expect.stringContaining('You may not use it.'),
    });
  });

  describe('while rights cannot be read', () => {
    const sound = createPolicy(document);
    const fault = new SwarmError(coreErrors.redisUnavailable, 'connect ECONNREFUSED');
    const closed = { allowed: false, gates: [], blockedBy: null, policyVersion: 'v', fault };
    const away = {
      'are refused': () => Promise.resolve(closed),
      hang: () => new Promise<never>(() => undefined),
    };
    const overAway = (how: keyof typeof away): CommandPorts['policy'] => ({
      ...sound,
      decide: (wish) => (wish.permission === 'ask' ? sound.decide(wish) : away[how]()),
    });
    const asked = async (how: keyof typeof away, command?: string) => {
      const clock = new ManualClock();
      const answer = ask('2', command, overAway(how), clock);
      // All that can be known is known by then.
      await turn();
      clock.advance(1_000);
      return answer;
    };

    it.for(['are refused', 'hang'] as const)(
      'shows what is open to all, and says so, where they %s',
      async (how) => {
        const answer = await asked(how);
        expect(labels(answer)).toContain('status [target]');
        expect(labels(answer).filter((label) => /^(restart|silence|cancel)/.test(label))).toEqual([]);
        expect(answer.note).toMatch(/ Of \d+ more it is unknown: what you may do cannot be read now\.$/);
        expect(answer.note).not.toContain('rights that you do not have');
      },
    );

    it('does not say of one command that it is not allowed', async () => {
      expect(await asked('are refused', 'restart')).toMatchObject({
        note: expect.stringMatching(
          /Whether you may use it is unknown: what you may do cannot be read now\.$/,
        ),
        data: { command: { allowed: null } },
      });
    });
  });

  it('guesses at a word that is no command', async () => {
    expect(await ask('1', 'restrat')).toMatchObject({ note: 'Did you mean `restart`?' });
  });
});
