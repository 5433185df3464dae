// docs/errors.md and docs/runbook.md are what the catalogues are, both ways.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { errorKinds, retiredCodes } from '../../src/contracts/errors.ts';
import { type ErrorKind, runbookOf } from '../../src/core/errors.ts';

const root = join(import.meta.dirname, '../..');
const read = (page: string) => readFileSync(join(root, page), 'utf8');
const codes = errorKinds.map(({ code }) => code);

describe('the catalogues', () => {
  it('use no code that was retired', () => {
    expect(codes.filter((code) => retiredCodes.includes(code))).toEqual([]);
  });

  it.for(errorKinds)('tell people in whole sentences: $code', ({ chat, hint }) => {
    expect([chat, hint]).toEqual([
      expect.stringMatching(/^[A-Z].+[^.]\.$/),
      expect.stringMatching(/^[A-Z].+[^.]\.$/),
    ]);
  });

  it('say of no mistake of ours that a retry mends it', () => {
    expect(errorKinds.filter((kind) => kind.class === 'bug' && kind.retryable)).toEqual([]);
  });
});

describe('docs/errors.md', () => {
  const rows = read('docs/errors.md')
    .split('\n')
    .filter((line) => line.startsWith('| `'));

  it('has one row for each code, with all that its kind says', () => {
    expect(errorKinds.map(rowOf).filter((row) => !rows.includes(row))).toEqual([]);
  });

  it('has no row beside them', () => {
    expect(rows.filter((row) => !errorKinds.map(rowOf).includes(row))).toEqual([]);
    expect(rows).toHaveLength(codes.length);
  });

  it('names every code that was retired, and no other', () => {
    const [, retired = ''] = read('docs/errors.md').split('## Retired codes');
    expect([...retired.matchAll(/^- `([A-Z_]+)`/gm)].map(([, code]) => code)).toEqual(retiredCodes);
  });
});

describe('docs/runbook.md', () => {
  const [, faults = ''] = read('docs/runbook.md').split('<!-- error codes -->');
  const [section = ''] = faults.split('<!-- end of error codes -->');
  const headings = [...section.matchAll(/^### (.+)$/gm)].map(([, heading]) => heading);

  it('has a section for each code, and no other', () => {
    expect(headings.toSorted()).toEqual(
      codes.toSorted().map((code) => code.toLowerCase().replaceAll('_', '-')),
    );
  });

  it.for(errorKinds)('says of $code what it means, how it is seen and how it is mended', (kind) => {
    const [page = '', anchor = ''] = runbookOf(kind).split('#');
    expect(existsSync(join(root, page))).toBe(true);
    const [, text = ''] = section.split(`### ${anchor}\n`);
    const [body = ''] = text.split('\n### ');
    for (const part of ['Means', 'Seen', 'Mend']) expect(body).toContain(`- **${part}:** `);
    expect(body).toContain(`\`${kind.code}\``);
  });
});

function rowOf(kind: ErrorKind): string {
  const { code, retryable, chat, hint } = kind;
  const anchor = runbookOf(kind).replace('docs/', '');
  return `| \`${code}\` | ${kind.class} | ${retryable ? 'yes' : 'no'} | ${chat} | ${hint} | [runbook](${anchor}) |`;
}
