// Every rule of eslint.config.js is broken once on purpose. The texts are linted as if they stood in the tree,
// with the project's own configuration, so the scope of a rule is tested with it.
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ESLint } from 'eslint';
import { afterAll, beforeAll, expect, it } from 'vitest';

type Case = readonly [rule: string, file: string, text: string];

const promise = 'declare function work(): Promise<void>;\n';
const union = "declare const state: 'open' | 'shut';\n";

const broken: readonly Case[] = [
  ['@typescript-eslint/no-floating-promises', 'src/core/a.ts', `${promise}work();`],
  [
    '@typescript-eslint/no-misused-promises',
    'src/core/b.ts',
    `${promise}[1].forEach(async () => { await work(); });`,
  ],
  ['@typescript-eslint/await-thenable', 'src/core/c.ts', 'export const one = async () => { await 1; };'],
  [
    '@typescript-eslint/switch-exhaustiveness-check',
    'src/core/d.ts',
    `${union}switch (state) { case 'open': break; }`,
  ],
  ['@typescript-eslint/only-throw-error', 'src/core/e.ts', "throw 'text';"],
  [
    '@typescript-eslint/consistent-type-assertions',
    'src/core/f.ts',
    'export const one = JSON.parse("1") as number;',
  ],
  ['no-restricted-syntax', 'src/core/g.ts', "throw new Error('text');"],
  ['no-restricted-syntax', 'src/core/h.ts', "export const failure = new TypeError('text');"],
  ['no-restricted-syntax', 'src/core/i.ts', 'export default function one() {}'],
  ['no-restricted-syntax', 'src/core/j.ts', "export * from './a.ts';"],
  ['no-restricted-syntax', 'src/core/k.ts', "export const home = process.env['HOME'];"],
  ['no-restricted-syntax', 'src/cli/commands/l.ts', 'process.exit(1);'],
  ['no-restricted-syntax', 'src/cli/commands/m.ts', 'process.exitCode = 1;'],
  ['no-restricted-syntax', 'src/cli/commands/n.ts', "process['argv'].slice(2);"],
  ['no-restricted-syntax', 'src/core/o.ts', "process.once('SIGTERM', () => undefined);"],
  ['no-restricted-syntax', 'src/core/p.ts', 'export const { env } = process;'],
  ['no-restricted-syntax', 'src/core/q.ts', "export { env } from 'node:process';"],
  [
    'no-restricted-syntax',
    'src/core/r.ts',
    "import { env } from 'node:process';\nexport const home = env['HOME'];",
  ],
  [
    'no-warning-comments',
    'src/core/s.ts',
    '// biome-ignore lint/suspicious/noExplicitAny: no reason is good enough\nexport {};',
  ],
  ['no-warning-comments', 'src/core/t.ts', '// @ts-expect-error: not in src\nexport {};'],
  ['no-warning-comments', 'tests/unit/a.ts', '// @ts-ignore\nexport {};'],
];

const allowed: readonly Case[] = [
  ['process in the one place with effects', 'src/cli/main.ts', 'process.exitCode = process.argv.length;'],
  ['as const', 'src/core/u.ts', "export const colours = ['red'] as const;"],
  [
    'a plain Error and an assertion in a test',
    'tests/unit/b.ts',
    'throw new Error(JSON.parse(\'"x"\') as string);',
  ],
  ['process.pid and process.kill', 'src/core/v.ts', 'process.kill(process.pid, 0);'],
];

const project = join(import.meta.dirname, '../..');
// The comment wants to switch off the rule that the next line breaks.
const silenced: Case = [
  'no-restricted-syntax',
  'src/core/w.ts',
  "// eslint-disable-next-line no-restricted-syntax\nthrow new Error('text');",
];

let folder = '';
const reported = new Map<string, readonly string[]>();

beforeAll(async () => {
  folder = plant([...broken, ...allowed, silenced]);
  const eslint = new ESLint({ cwd: folder });
  for (const result of await eslint.lintFiles(['**/*.ts'])) {
    const rules = result.messages.map((message) => message.ruleId ?? message.message);
    reported.set(result.filePath.slice(folder.length + 1), [...new Set(rules)]);
  }
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it.for(broken)('reports %s in %s', ([rule, file]) => {
  expect(reported.get(file)).toEqual([rule]);
});

it.for(allowed)('lets pass %s', ([, file]) => {
  expect(reported.get(file)).toEqual([]);
});

it('reports a comment that wants to silence a rule, and the rule none the less', () => {
  expect(reported.get(silenced[1])).toEqual(
    expect.arrayContaining(['no-warning-comments', 'no-restricted-syntax']),
  );
});

it('has a case for every rule that the configuration switches on', async () => {
  const config: unknown = await new ESLint({ cwd: project }).calculateConfigForFile(
    join(project, 'src/core/a.ts'),
  );
  expect(new Set(broken.map(([rule]) => rule))).toEqual(new Set(rulesThatAreOn(config)));
});

function rulesThatAreOn(config: unknown): string[] {
  const { rules } = config as { rules: Readonly<Record<string, readonly [severity: number]>> };
  return Object.entries(rules)
    .filter(([, [severity]]) => severity > 0)
    .map(([rule]) => rule);
}

/** A tree with the texts in it, and the project's configuration and packages. */
function plant(cases: readonly Case[]): string {
  const tree = mkdtempSync(join(tmpdir(), 'swarmline-lint-'));
  for (const [, file, text] of cases) {
    mkdirSync(dirname(join(tree, file)), { recursive: true });
    writeFileSync(join(tree, file), `${text}\n`);
  }
  for (const shared of ['eslint.config.js', 'tsconfig.json', 'package.json', 'node_modules']) {
    symlinkSync(join(project, shared), join(tree, shared));
  }
  return tree;
}
