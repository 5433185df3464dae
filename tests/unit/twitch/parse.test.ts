import { describe, expect, it } from 'vitest';
import { parseChat } from '../../../src/bots/twitch/parse.ts';

const names = new Set(['status', 'restart']);

describe('parseChat', () => {
  it('takes a message that begins with ! and a command of ours', () => {
    expect(parseChat('!restart slam', names)).toEqual({ kind: 'command', line: 'restart slam' });
  });

  it('reads the command in any case and keeps the case of its arguments', () => {
    expect(parseChat('!STATUS Agent-2', names)).toEqual({ kind: 'command', line: 'status Agent-2' });
  });

  it.each(['status', 'what does !status do', '', '!', '! status'])('leaves %j to the people', (text) => {
    expect(parseChat(text, names)).toBeNull();
  });

  it('leaves ! words of other bots alone', () => {
    expect(parseChat('!uptime', names)).toBeNull();
  });

  it.each(['yes', 'no'] as const)('takes !%s with an id as a decision', (verdict) => {
    expect(parseChat(`!${verdict} ab12cd`, names)).toEqual({
      kind: 'decision',
      verdict,
      confirmationId: 'ab12cd',
    });
  });

  it('keeps the spaces of a text', () => {
    expect(parseChat('!status  a  "b  c" ', names)).toEqual({ kind: 'command', line: 'status  a  "b  c"' });
  });

  it('takes no notice of what clients append to repeat themselves', () => {
    expect(parseChat('!status \u{e0000}', names)).toEqual({ kind: 'command', line: 'status' });
  });
});
