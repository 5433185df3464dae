import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AuditLine } from '../../../src/access/index.ts';
import { canonicalJson, follow, genesis, sealed, type Tail } from '../../../src/access/audit-chain.ts';
import { redacted } from '../../../src/access/audit-redaction.ts';
import { entry } from '../../support/audit.ts';

const stored = (line: AuditLine) => ({ id: `${line.seq}-0`, text: canonicalJson(line) });

/** Whatever a person can type, lone surrogates and names that JavaScript gives a meaning among it. */
const anyText = fc.string({ unit: 'binary', maxLength: 300 });
const anyArgs = fc.dictionary(
  fc.oneof(anyText, fc.constantFrom('__proto__', 'constructor', '1', '')),
  anyText,
);

describe('canonical JSON', () => {
  it('is the same for the same value, in whatever order its keys were set', () => {
    fc.assert(
      fc.property(fc.dictionary(anyText, fc.jsonValue()), (value) => {
        const turned = Object.fromEntries(Object.entries(value).toReversed());
        expect(canonicalJson(turned)).toBe(canonicalJson(value));
      }),
    );
  });

  it('comes back from JSON as it went', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = canonicalJson(value);
        expect(canonicalJson(JSON.parse(text))).toBe(text);
      }),
    );
  });
});

describe('a chain', () => {
  it('holds whatever its arguments are', () => {
    fc.assert(
      fc.property(fc.array(anyArgs, { minLength: 1, maxLength: 5 }), anyText, (list, detail) => {
        let written: Tail = genesis;
        let seen: ReturnType<typeof follow> = genesis;
        for (const args of list) {
          const line = sealed(written, redacted(entry({ args, detail })), 1_700_000_000_000);
          written = line;
          seen = 'why' in seen ? seen : follow(seen, stored(line));
        }
        expect(seen).toEqual({ seq: list.length, hash: written.hash });
      }),
    );
  });

  it('breaks at a line of which any one character is another', () => {
    const line = stored(sealed(genesis, entry(), 1_700_000_000_000));
    fc.assert(
      fc.property(fc.nat(line.text.length - 1), fc.string({ minLength: 1, maxLength: 1 }), (at, other) => {
        fc.pre(line.text[at] !== other);
        const text = line.text.slice(0, at) + other + line.text.slice(at + 1);
        expect(follow(genesis, { ...line, text })).toMatchObject({ seq: 1, why: expect.any(String) });
      }),
      { numRuns: 1_000 },
    );
  });

  it('binds a line to the one before it', () => {
    const first = sealed(genesis, entry(), 1);
    const other = sealed(genesis, entry({ person: 'mallory' }), 1);
    const second = sealed(first, entry(), 2);
    expect(follow(first, stored(second))).toEqual({ seq: 2, hash: second.hash });
    expect(follow(other, stored(second))).toMatchObject({ seq: 2, why: expect.stringMatching(/line 1/) });
  });

  it('does not bring along where a copied line stood', () => {
    const first = sealed(genesis, entry(), 1);
    const copy = sealed(first, redacted({ ...first, event: 'ended' }), 2);
    expect(follow(first, stored(copy))).toEqual({ seq: 2, hash: copy.hash });
  });
});
