import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { redacted } from '../../../src/access/audit-redaction.ts';
import { entry } from '../../support/audit.ts';

const argsOf = (args: Readonly<Record<string, string>>) => redacted(entry({ args })).args;

describe('what is stored of an entry', () => {
  it('has no code of link, and nothing else whose name says that it is a secret', () => {
    expect(argsOf({ code: '4711-0815', token: 'abc', apiKey: 'k', password: 'p', service: 'slam' })).toEqual({
      code: '[secret]',
      token: '[secret]',
      apiKey: '[secret]',
      password: '[secret]',
      service: 'slam',
    });
  });

  // Put together here, so that no scanner takes them for real ones.
  it.for([
    ['MTk4NjIyNDgzNDcxOTI1MjQ4', 'Cl2FMQ', 'ZnCjm1XVW7vRze4b7Cq4se7kKWs'].join('.'),
    ['eyJhbGciOiJIUzI1NiJ9', 'eyJzdWIiOiIxIn0', 'dozjgNryP4J3jVmNHl0w'].join('.'),
    `ghp_${'a1B2'.repeat(9)}`,
    `oauth:${'x9'.repeat(15)}`,
    `swl_ci_${'-x9'.repeat(14)}A`,
    'redis://user:hunter2@db.example',
  ])('has no secret that stands in a text: %s', (secret) => {
    const { args, detail } = redacted(
      entry({ args: { text: `take ${secret} please` }, detail: `it was ${secret}` }),
    );
    const shown = `${args['text']} ${detail}`;
    expect(shown).not.toContain(secret);
    expect(shown).not.toContain('hunter2');
    expect(args['text']).toMatch(/^take .+ please$/);
  });

  it('has the beginning of a long text, its length, and a hash that proves which it was', () => {
    const text = 'Map the hall. '.repeat(60);
    const sha256 = createHash('sha256').update(text).digest('hex');
    expect(argsOf({ text })['text']).toBe(
      `${text.slice(0, 200)}… (${text.length} characters, sha256 ${sha256})`,
    );
  });

  it('has a plain text as it is', () => {
    expect(argsOf({ text: 'Read the inbox, key points first' })).toEqual({
      text: 'Read the inbox, key points first',
    });
  });
});
