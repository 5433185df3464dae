// A secret does not print, whichever way somebody tries.
import { format, inspect } from 'node:util';
import { expect, it } from 'vitest';
import { coreErrors, SwarmError } from '../../../src/core/errors.ts';
import { Secret } from '../../../src/core/secret.ts';

const secret = new Secret('planted');

it.each([
  ['a template', `${secret}`],
  ['a sum', ['a', secret].join(' ')],
  ['JSON', JSON.stringify({ deep: [{ secret }] })],
  ['inspect', inspect({ deep: { secret } }, { depth: 9, showHidden: true })],
  ['format', format('%s %o %j', secret, secret, secret)],
  ['an error', inspect(new SwarmError(coreErrors.unexpected, `bad ${secret}`, { cause: secret }))],
  ['its keys', JSON.stringify([Object.keys(secret), Object.values(secret), { ...secret }])],
])('does not print in %s', (_, text) => {
  expect(text).not.toContain('planted');
});

it('is given to whoever asks for it', () => {
  expect(secret.reveal()).toBe('planted');
});
