// docs/guides/http-api.md says of each refusal the status that it has, both ways.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { refusalStatus } from '../../src/api/refusals.ts';

it('has a row for each status, with all codes that have it', () => {
  const guide = readFileSync(join(import.meta.dirname, '../../docs/guides/http-api.md'), 'utf8');
  const rows = [...guide.matchAll(/^\| (\d{3}) \| (.+) \|$/gm)].flatMap(([, status, codes = '']) =>
    [...codes.matchAll(/`([^`]+)`/g)].map(([, code = '']) => [code, Number(status)] as const),
  );
  expect(Object.fromEntries(rows)).toEqual(refusalStatus);
});
