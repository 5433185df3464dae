// A list of commands that contradicts itself stops the start, and says which two are at odds.
import { describe, expect, it } from 'vitest';
import { checkCatalogue } from '../../../src/commands/check-catalogue.ts';
import { catalogue, createIntake } from '../../../src/commands/index.ts';
import type { ArgSpec, CommandSpec, Question } from '../../../src/commands/spec.ts';
import { intakeDeps } from './intake-deps.ts';

const named = (name: string, given: Partial<Question> = {}): CommandSpec => ({
  kind: 'question',
  name,
  description: `What ${name} says`,
  args: [],
  example: name,
  answer: () => Promise.reject(new Error('not asked')),
  ...given,
});
const arg = (name: string, given: Partial<ArgSpec> = {}): ArgSpec => ({
  name,
  description: name,
  required: true,
  ...given,
});

it('finds nothing against the real catalogue', () => {
  expect(checkCatalogue(catalogue)).toEqual([]);
});

describe('a clash', () => {
  it.each([
    ['two names', [named('gas'), named('gas')], '"gas" names both gas and gas'],
    [
      'two aliases',
      [named('status', { aliases: ['st'] }), named('stats', { aliases: ['st'] })],
      '"st" names both status and stats',
    ],
    [
      'an alias and a name',
      [named('status', { aliases: ['services'] }), named('services')],
      '"services" names both status and services',
    ],
    [
      'a group and a command of its first word',
      [named('gas'), named('gas send')],
      '"gas send" of gas send begins like "gas", which names gas',
    ],
    [
      'a group and an alias of a command outside it',
      [named('fuel', { aliases: ['gas'] }), named('gas send')],
      '"gas send" of gas send begins like "gas", which names fuel',
    ],
    [
      'an alias of two words and a command of its first',
      [named('restart'), named('reload', { aliases: ['restart all'] })],
      '"restart all" of reload begins like "restart", which names restart',
    ],
  ])('of %s is told with both sides', (_what, specs, problem) => {
    expect(checkCatalogue(specs)).toEqual([problem]);
  });

  it('is none between a group and the alias of one of its own', () => {
    expect(checkCatalogue([named('gas status', { aliases: ['gas'] }), named('gas send')])).toEqual([]);
  });

  it('stops the start', () => {
    const specs = [named('status', { aliases: ['st'] }), named('stats', { aliases: ['st'] })];
    expect(() => createIntake(intakeDeps(), specs)).toThrow(
      expect.objectContaining({
        code: 'CATALOGUE_INVALID',
        message: expect.stringContaining('status and stats'),
      }),
    );
  });
});

describe('a command', () => {
  it.each([
    ['no word', named('Gas!'), '"Gas!" cannot be the name of a command'],
    ['a word of the surfaces', named('quit'), '"quit" cannot be the name of a command'],
    [
      'a rest that is not last',
      named('say', { args: [arg('text', { rest: true }), arg('to')] }),
      'say: only the last argument may take the rest of the line, not text',
    ],
    [
      'a required argument behind an optional one',
      named('say', { args: [arg('to', { required: false }), arg('text')] }),
      'say: the required argument text stands behind an optional one',
    ],
    [
      'one argument twice',
      named('say', { args: [arg('to'), arg('to')] }),
      'say: two arguments are called to',
    ],
    [
      'an argument that every action has',
      named('say', { args: [arg('dry-run')] }),
      'say: "dry-run" cannot be the name of an argument',
    ],
  ])('cannot have %s', (_what, spec, problem) => {
    expect(checkCatalogue([spec])).toEqual([problem]);
  });
});
