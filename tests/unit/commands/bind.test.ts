// Arguments: the same check, the same code and the same words, whether they were typed or came by name.
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { slip } from '../../../src/commands/candidates.ts';
import { parseInvocation } from '../../../src/commands/parse.ts';
import type { ArgSpec, CommandSpec } from '../../../src/commands/spec.ts';

const arg = (name: string, given: Partial<ArgSpec> = {}): ArgSpec => ({
  name,
  description: name,
  required: true,
  ...given,
});
const question = (name: string, args: readonly ArgSpec[]): CommandSpec => ({
  kind: 'question',
  name,
  description: name,
  args,
  example: name,
  answer: () => Promise.reject(new Error('not asked')),
});
const percent = z.string().regex(/^\d{1,2}$/, 'a number from 0 to 99');
const specs = [
  question('message', [arg('to'), arg('text', { rest: true })]),
  question('broadcast', [arg('text', { rest: true })]),
  question('fill', [arg('percent', { schema: percent }), arg('agent', { required: false })]),
  question('gas send', []),
  question('gas status', []),
];
const taken = (line: string) => {
  const result = parseInvocation({ kind: 'line', line }, specs);
  return result.ok ? { ...result.parsed.args, dryRun: result.parsed.dryRun } : result.refusal.text;
};

describe('the rest of a line', () => {
  it.each([
    ['message Agent-1 go  on, please', { to: 'Agent-1', text: 'go  on, please' }],
    ['message Agent-1 say "hello" twice', { to: 'Agent-1', text: 'say "hello" twice' }],
    ['message Agent-1 "all of it"', { to: 'Agent-1', text: 'all of it' }],
    ['message Agent-1 use --force there', { to: 'Agent-1', text: 'use --force there' }],
    ['broadcast a  b', { text: 'a  b' }],
  ])('%j is taken as it was typed', (line, args) => {
    expect(taken(line)).toEqual({ ...args, dryRun: false });
  });
});

describe('--dry-run', () => {
  it.each([
    ['fill 75 --dry-run', { percent: '75' }],
    ['fill --dry-run 75 Agent-1', { percent: '75', agent: 'Agent-1' }],
    ['broadcast --dry-run stop now', { text: 'stop now' }],
    ['message Agent-1 --dry-run go on', { to: 'Agent-1', text: 'go on' }],
    ['message Agent-1 go on --dry-run', { to: 'Agent-1', text: 'go on' }],
    ['message Agent-1 "go on" --dry-run', { to: 'Agent-1', text: 'go on' }],
  ])('is understood in %j', (line, args) => {
    expect(taken(line)).toEqual({ ...args, dryRun: true });
  });

  it.each([
    ['message Agent-1 try --dry-run first', { to: 'Agent-1', text: 'try --dry-run first' }],
    ['message Agent-1 try "--dry-run"', { to: 'Agent-1', text: 'try "--dry-run"' }],
  ])('is part of the text in %j', (line, args) => {
    expect(taken(line)).toEqual({ ...args, dryRun: false });
  });

  it('misspelt is refused, since what was meant to change nothing would be done', () => {
    expect(taken('fill 75 --dryrun')).toBe('There is no option `--dryrun`, only `--dry-run`.');
  });
});

describe('an argument that does not fit', () => {
  const text = '`percent` cannot be `full`; expected: a number from 0 to 99.';
  it.each([
    ['typed', { kind: 'line', line: 'fill full' }],
    ['given by name', { kind: 'parsed', command: 'fill', args: { percent: 'full' } }],
  ] as const)('is refused when %s, by its name, what was given and what is expected', (_how, input) => {
    expect(parseInvocation(input, specs)).toMatchObject({
      ok: false,
      refusal: { kind: 'refusal', code: 'bad-argument', text },
    });
  });

  it('is refused above 200 characters where nothing else is expected', () => {
    expect(taken(`fill 75 ${'x'.repeat(201)}`)).toContain('expected: a text of at most 200 characters.');
  });
});

it('names what may follow the first word of a group', () => {
  expect(taken('gas')).toBe('`gas` is the beginning of `gas send`, `gas status`.');
});

it('guesses at a slip of the pen in a name of two words', () => {
  const result = parseInvocation({ kind: 'line', line: 'gsa send' }, specs);
  expect(result).toMatchObject({ refusal: { text: expect.stringContaining('Did you mean `gas send`?') } });
});

describe('a word that is no candidate', () => {
  const services = ['slam', 'slope', 'mesh', 'frame_processor'];
  it.each([
    ['slma', 'No service `slma` is known. Did you mean `slam`?'],
    ['sl', 'Which service is `sl`? It is the beginning of `slam`, `slope`.'],
    ['SLAM', null],
    ['radar', null],
  ])('%s: %s', (given, told) => {
    expect(slip('service', given, services)).toBe(told);
  });

  it('is no slip where it is more of an id than the short form has', () => {
    expect(slip('delivery', 'x45d01f8c', ['x45d01f8'])).toBeNull();
    expect(slip('delivery', 'x45d01f9', ['x45d01f8'])).toMatch(/Did you mean `x45d01f8`/);
    expect(slip('service', 'slamx', services)).toMatch(/Did you mean `slam`/);
  });

  it('is told with eight of the many that it may begin', () => {
    const many = Array.from({ length: 12 }, (_, i) => `drone-${i}`);
    expect(slip('drone', 'drone', many)).toMatch(/`drone-7` and 4 more\.$/);
  });
});
