import { describe, expect, it } from 'vitest';
import { catalogue } from '../../../src/commands/index.ts';
import { usage } from '../../../src/commands/bind.ts';
import { nearest, parseInvocation } from '../../../src/commands/parse.ts';
import type { Question } from '../../../src/commands/spec.ts';

const line = (text: string) => {
  const result = parseInvocation({ kind: 'line', line: text }, catalogue);
  return result.ok ? [result.parsed.spec.name, result.parsed.args] : result.refusal;
};
const parsed = (command: string, args: Readonly<Record<string, string>>) => {
  const result = parseInvocation({ kind: 'parsed', command, args }, catalogue);
  return result.ok ? [result.parsed.spec.name, result.parsed.args] : result.refusal;
};

describe('a typed line', () => {
  it.each([
    ['status', ['status', {}]],
    ['  status   slam  ', ['status', { target: 'slam' }]],
    ['STATUS Slam', ['status', { target: 'Slam' }]],
    ['restart slam', ['restart', { service: 'slam' }]],
    ['restart "slam"', ['restart', { service: 'slam' }]],
    ['status "two words"', ['status', { target: 'two words' }]],
    ['status "half', ['status', { target: '"half' }]],
    ['status ""', ['status', {}]],
    ['gas\tAgent-2', ['gas status', { agent: 'Agent-2' }]],
  ])('%j is understood', (text, expected) => {
    expect(line(text)).toEqual(expected);
  });

  it.each([[''], ['   '], ['\t']])('%j is empty, which is told with the way out', (text) => {
    expect(line(text)).toMatchObject({ code: 'empty', text: expect.stringContaining('`help`') });
  });

  it('has too many arguments when there are more than the command takes', () => {
    expect(line('restart slam mesh map')).toEqual({
      kind: 'refusal',
      code: 'bad-argument',
      text: 'Too many arguments for `restart`. Usage: restart <service> [instance]',
    });
  });

  it.each([['restart'], ['restart ""'], ['restart "  "']])('%j lacks an argument, which is named', (text) => {
    expect(line(text)).toMatchObject({
      code: 'bad-argument',
      text: 'Missing: service. Usage: restart <service> [instance]',
    });
  });

  it.each([
    ['statsu', 'status'],
    ['Statsu', 'status'],
    ['restrat slam', 'restart'],
    ['agnets', 'agents'],
    ['droen', 'drone'],
    ['hlep', 'help'],
    ['launch', null],
  ])('%j is no command; the guess is %s', (text, guess) => {
    const told = guess === null ? '`help` lists them.' : `Did you mean \`${guess}\`?`;
    expect(line(text)).toMatchObject({ code: 'unknown-command', text: expect.stringContaining(told) });
  });

  it('is quoted only in part when it is very long', () => {
    expect(line('x'.repeat(2_000))).toMatchObject({ text: expect.stringMatching(/^.{1,100}$/) });
  });
});

describe('the last argument of a command', () => {
  it.each([
    ['why alice restart slam', { person: 'alice', command: 'restart slam' }],
    ['why alice status', { person: 'alice', command: 'status' }],
    ['why alice "restart slam"', { person: 'alice', command: 'restart slam' }],
  ])('takes the rest of the line where it may: %s', (text, args) => {
    expect(line(text)).toEqual(['why person', args]);
  });
});

describe('a command that its surface has parsed', () => {
  it('keeps the arguments that were given, trimmed', () => {
    expect(parsed('restart', { service: ' slam ' })).toEqual(['restart', { service: 'slam' }]);
  });

  it('drops what the command does not take', () => {
    expect(parsed('status', { target: 'slam', admin: 'yes' })).toEqual(['status', { target: 'slam' }]);
  });

  it('is refused where a required argument is missing', () => {
    expect(parsed('restart', {})).toMatchObject({ code: 'bad-argument' });
  });

  it('is refused where there is no such command', () => {
    expect(parsed('shutdown', {})).toMatchObject({ code: 'unknown-command' });
  });
});

describe('the usage of a command', () => {
  it.each([
    ['restart', 'restart <service> [instance]'],
    ['status', 'status [target]'],
    ['help', 'help [command…]'],
  ])('of %s is %s', (name, text) => {
    expect(catalogue.filter((spec) => spec.name === name).map(usage)).toEqual([text]);
  });
});

describe('the nearest word', () => {
  it('is null where there is nothing to choose from', () => {
    expect(nearest('slam', [])).toBeNull();
  });

  it('is null where everything is far', () => {
    expect(nearest('slam', ['frame-processor', 'mesh'])).toBeNull();
  });

  it('does not mind upper case', () => {
    expect(nearest('agent-1', ['Agent-1', 'Agent-2'])).toBe('Agent-1');
  });
});

describe('the catalogue', () => {
  it('has each name once, in lower case and at most two words, as every surface needs it', () => {
    const names = catalogue.map(({ name }) => name);
    expect([
      new Set(names).size,
      names.filter((name) => !/^[a-z]{1,32}( [a-z-]{1,32})?$/.test(name)),
    ]).toEqual([names.length, []]);
  });

  it.each(catalogue.map((spec) => [spec.name, spec] as const))(
    'gives an example of %s that can be typed',
    (_name, spec) => {
      expect(line(spec.example)).toEqual([spec.name, expect.anything()]);
    },
  );

  it.each(catalogue.map((spec) => [spec.name, spec] as const))(
    'describes %s within the 100 characters of Discord',
    (_name, spec) => {
      const texts = [spec.description, ...spec.args.map(({ description }) => description)];
      expect(texts.filter((text) => text.length < 1 || text.length > 100)).toEqual([]);
    },
  );
});

describe('a name of two words', () => {
  const named = (name: string, aliases: readonly string[] = []): Question => ({
    kind: 'question',
    name,
    aliases,
    description: '',
    args: [{ name: 'first', description: '', required: false }],
    example: name,
    answer: () => Promise.reject(new Error('not asked')),
  });
  const specs = [named('gas status', ['gas']), named('gas send')];
  it.each([
    ['gas send Agent-2', 'gas send', { first: 'Agent-2' }],
    ['GAS SEND', 'gas send', {}],
    ['gas', 'gas status', {}],
    ['gas Agent-2', 'gas status', { first: 'Agent-2' }],
  ])('is understood in "%s"', (line, name, args) => {
    expect(parseInvocation({ kind: 'line', line }, specs)).toMatchObject({
      ok: true,
      parsed: { spec: { name }, args },
    });
  });
});

describe('F28 a thousand options', () => {
  const many = Array.from({ length: 1_000 }, (_, i) => `--option-${i}=${i}`);

  it('on a line are refused, by the first of them, in a text of a bounded length', () => {
    const refusal = line(`restart slam ${many.join(' ')}`);
    expect(refusal).toMatchObject({
      code: 'bad-argument',
      text: expect.stringContaining('no option `--option-0=0`'),
    });
    expect(JSON.stringify(refusal).length).toBeLessThan(600);
  });

  it('given by name are refused in a text of a bounded length', () => {
    const refusal = parsed('restart', Object.fromEntries(many.map((option) => [option, 'x'])));
    expect(refusal).toMatchObject({ code: 'bad-argument' });
    expect(JSON.stringify(refusal).length).toBeLessThan(600);
  });

  it('of one that takes the rest of a line are its text', () => {
    expect(line(`message Agent-2 ${many.slice(0, 50).join(' ')}`)).toMatchObject([
      'message',
      { agent: 'Agent-2' },
    ]);
  });
});
