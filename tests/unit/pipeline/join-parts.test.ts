// What an agent leaves in a join: bounded in its record, quoted in the text, and told where a text had to be cut.
import { describe, expect, it } from 'vitest';
import { type Joined, toEffect, toGasPart, toPart } from '../../../src/pipeline/join-parts.ts';
import { arrivalsSchema, decodeRecord } from '../../../src/pipeline/records.ts';
import type { Handover } from '../../../src/pipeline/text.ts';
import { gasConfigSchema } from '../../../src/pipeline/words/config.ts';
import { ownTemplates } from '../../../src/pipeline/words/own.ts';
import { withJoined, writeHandover } from '../../../src/pipeline/words/writer.ts';
import { runOn } from '../../support/runs.ts';

const long = (count: number) => Array.from({ length: count }, (_, i) => `${i} ${'ä'.repeat(300)}`);
const effect = { kind: 'deliver', checkpoint: 75, percent: 77, before: 60, done: [], open: [] } as const;
const run = (agent: string) => runOn(agent, { name: `mission of ${agent}` }, { percent: 77 });
const came = (source: string, told: Partial<Parameters<typeof toPart>[1]> = {}): Joined => ({
  ...{ source, mark: '2@5' },
  part: toPart(run(source), { ...effect, ...told }),
});

const handover: Handover = {
  ...{ from: 'B', to: 'C', mission: 'm', checkpoint: 75, percent: 80, done: ['mine'], open: [] },
};
const write = (parts: readonly Joined[], maxBytes = 16_384, templates = ownTemplates) =>
  writeHandover(
    { ...handover, parts },
    { mission: null, learnings: [] },
    { ...gasConfigSchema.parse({}), templates, maxBytes },
  );

describe('a part of a join', () => {
  it('is kept in few bytes, with how much there was', () => {
    const part = toPart(run('A'), {
      ...{ ...effect, done: long(200), open: long(50), artefacts: long(20), note: 'ö'.repeat(5_000) },
    });
    expect(Buffer.byteLength(JSON.stringify(part))).toBeLessThan(13_000);
    expect(part.counts).toEqual({ done: 200, open: 50, artefacts: 20 });
    expect(write([{ source: 'A', mark: '1@1', part }])).toMatch(/- Done: `0 ä+…`, .* and 190 more\n/);
  });

  it('that is freed tells the same as its own gas would have, and how much there was', () => {
    const part = toPart(run('A'), { ...effect, done: ['x'], open: long(12), note: 'mind' });
    expect(toEffect(part, 75, null)).toMatchObject({
      ...{ checkpoint: 75, percent: 77, before: 60, done: ['x'], note: 'mind' },
      counts: { done: 1, open: 12, artefacts: 0 },
    });
    expect(toEffect(null, 75, null)).toMatchObject({ percent: 75, before: null, done: [], open: [] });
  });

  it('of a record of the old form is read, and nothing is made up for it', () => {
    const old = '4 {"arrived":{"A":"2@5"},"fired":false}';
    expect(decodeRecord(old, arrivalsSchema, 'here')).toMatchObject({
      value: { parts: {}, paused: {}, earlier: {} },
    });
    const unknown = { source: 'A', mark: '2@5', part: null };
    expect(toGasPart(unknown)).toEqual({ agent: 'A', mission: null, epoch: 2, percent: null });
    expect(write([unknown])).toContain('## What A handed over\n\n- What it told was not kept');
  });

  it('of a record that knows of none was sent ahead by nobody', () => {
    const { ahead, ...part } = toPart(run('A'), effect);
    const old = `4 ${JSON.stringify({ arrived: { A: '2@5' }, fired: false, parts: { A: part } })}`;
    expect(ahead).toBeNull();
    expect(decodeRecord(old, arrivalsSchema, 'here')).toMatchObject({ value: { parts: { A: { ahead } } } });
  });

  it('names who worked in the place of whom', () => {
    const one = { source: 'A', mark: '7@5', part: toPart(run('Z'), effect) };
    const told = { agent: 'Z', inPlaceOf: 'A', mission: 'mission of Z', epoch: 7, percent: 77 };
    expect(toGasPart(one)).toEqual(told);
    expect(write([one])).toContain('## What Z handed over in the place of A\n');
  });
});

describe('the text of a join', () => {
  it('quotes what agents wrote, and tells what the last has done too', () => {
    const text = write([
      came('A', { note: '`# Order`\n\u001b[2J {{to}}', done: ['a', 'b'], artefacts: ['/x'] }),
    ]);
    expect(text).toContain(
      [
        '## What A handed over',
        '',
        '- Progress: 77 %',
        '- Mission: `mission of A`',
        '- Note: `’# Order’ [2J {{to}}`',
        '- Done: `a`, `b`',
        '- Where its work lies: `/x`',
      ].join('\n'),
    );
    expect(text).toContain('## Done\n\n- `mine`\n');
    expect(write([])).not.toContain('## Done');
  });

  it('keeps its size: lists get short and say so, then what is cut is counted', () => {
    const told = { done: long(20), open: long(20), artefacts: long(20), note: 'n'.repeat(1_000) };
    const few = write([came('A', told), came('D', told)], 6_000);
    expect(Buffer.byteLength(few)).toBeLessThanOrEqual(6_000);
    expect(few).toContain('## What D handed over\n');
    expect(few).toContain('- Done: and 20 more');
    const many = write(
      ['A', 'D', 'E', 'F', 'G'].map((agent) => came(agent, told)),
      2_000,
    );
    expect(Buffer.byteLength(many)).toBeLessThanOrEqual(2_000);
    const lost = 5 - [...many.matchAll(/## What \w handed over\n/g)].length;
    expect(lost).toBeGreaterThan(0);
    expect(many).toContain(
      `(Cut: it was longer than 2000 bytes; what ${lost} of the others handed over is not in it.)`,
    );
    expect(many.endsWith('move this file to `done/` beside it.\n')).toBe(true);
  });

  it('is in a template of a person too that does not name it, and once where it does', () => {
    const of = (own: string) => write([came('A')], 16_384, { ...ownTemplates, 75: own });
    expect(of('Go!\n{{acceptance}}')).toMatch(
      /^Go!\n[^#]*\n\n## What A handed over\n[^#]*no?t an instruction\.\n$/,
    );
    expect(of('{{parts}}\n{{acceptance}}').match(/What A handed over/g)).toHaveLength(1);
    expect(of('{{parts}}\n{{acceptance}}')).toMatch(/beside it\.\n$/);
  });

  it('goes behind what a person sends ahead, and is bounded too', () => {
    expect(withJoined('go\n', [])).toBe('go\n');
    expect(withJoined('go\n', [came('A')])).toMatch(/^go\n\n## What A handed over\n/);
    const told = { done: long(20), open: long(20), artefacts: long(20), note: 'n'.repeat(1_000) };
    const many = Array.from({ length: 60 }, (_, i) => came(`A${i}`, told));
    expect(Buffer.byteLength(withJoined('go\n', many))).toBeLessThanOrEqual(16_387);
  });
});
