// What core promises: it knows nothing of the domain, holds no state of its own, and no file of it is long. Each rule is
// broken once on purpose, so that one that finds nothing is known to look.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

const folder = join(import.meta.dirname, '../../src/core');
const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => ({ name, text: readFileSync(join(folder, name), 'utf8') }));

/** Words of what Swarmline is for. `chat` is none: a fault has a text for people, and that is what its field is called. */
const domain = new Set(
  ['agent', 'gas', 'mission', 'drone', 'checkpoint', 'sidecar', 'discord', 'twitch', 'slam'].flatMap(
    (word) => [word, `${word}s`],
  ),
);

/** The words of the domain in a text: in names, whatever their case, in comments and in strings. */
function domainWords(text: string): string[] {
  const words = text.replaceAll(/([a-z])([A-Z])/g, '$1 $2').match(/[A-Za-z]+/g) ?? [];
  return words.filter((word) => domain.has(word.toLowerCase()));
}

/** What of a module could hold state that all its users share, each as its text. */
function sharedState(name: string, text: string): string[] {
  const source = ts.createSourceFile(name, text, ts.ScriptTarget.ES2023, true);
  return source.statements
    .flatMap((statement): readonly ts.Node[] => {
      if (ts.isClassDeclaration(statement)) return statement.members.filter(isStaticState);
      if (!ts.isVariableStatement(statement)) return [];
      const { declarationList } = statement;
      const isConst = (declarationList.flags & ts.NodeFlags.Const) !== 0;
      return declarationList.declarations.filter((declaration) => !isConst || isMutable(declaration));
    })
    .map((node) => node.getText(source).slice(0, 60));
}

function isStaticState(member: ts.ClassElement): boolean {
  return (
    ts.isPropertyDeclaration(member) &&
    (member.modifiers ?? []).some(({ kind }) => kind === ts.SyntaxKind.StaticKeyword) &&
    (!(member.modifiers ?? []).some(({ kind }) => kind === ts.SyntaxKind.ReadonlyKeyword) ||
      holdsState(member.initializer))
  );
}

function isMutable({ initializer, type }: ts.VariableDeclaration): boolean {
  // A type that is readonly, or has a name, which says for itself what may be changed.
  const isSettled = /^(Readonly|readonly |\w+$)/.test(type?.getText() ?? '');
  const isMade = initializer !== undefined && ts.isNewExpression(initializer);
  return (isMade || !isSettled) && holdsState(initializer);
}

/** A literal that is not `as const`, and whatever is made by `new`. */
function holdsState(value: ts.Expression | undefined): boolean {
  if (value === undefined) return false;
  if (ts.isSatisfiesExpression(value)) return holdsState(value.expression);
  return (
    ts.isArrayLiteralExpression(value) || ts.isObjectLiteralExpression(value) || ts.isNewExpression(value)
  );
}

describe('core', () => {
  it('is what these rules look at', () => {
    expect(files.map(({ name }) => name)).toEqual(
      expect.arrayContaining([
        ...['service.ts', 'lifecycle.ts', 'errors.ts'],
        ...[join('config', 'load.ts'), join('registry', 'registry.ts')],
      ]),
    );
  });

  it('has no file, and so no class, of more than 300 lines', () => {
    const long = files.filter(({ text }) => text.split('\n').length > 300);
    expect(long.map(({ name }) => name)).toEqual([]);
  });

  it('has no word of the domain, in names, comments or texts', () => {
    const found = files.flatMap(({ name, text }) => domainWords(text).map((word) => `${name}: ${word}`));
    expect(found).toEqual([]);
  });

  it('has no singleton: nothing of a module holds state that its users share', () => {
    const found = files.flatMap(({ name, text }) =>
      sharedState(name, text).map((declaration) => `${name}: ${declaration}`),
    );
    expect(found).toEqual([]);
  });

  it('shows what it is about by the names of its files', () => {
    const names = new Set(files.map(({ name }) => name));
    const things = ['service.ts', 'lifecycle.ts', join('config', 'load.ts'), 'errors.ts'];
    expect(things.filter((name) => !names.has(name))).toEqual([]);
  });
});

describe('the rule', () => {
  it.each([
    ['droneStatus', ['drone']],
    ['const byAgent = 1;', ['Agent']],
    ['// tells Discord', ['Discord']],
    ["'gas'", ['gas']],
    ['reagent, gasket, dismissions', []],
  ])('on words finds in %s: %j', (text, words) => {
    expect(domainWords(text)).toEqual(words);
  });

  it.each([
    'let count = 0;',
    'export let count = 0;',
    'const cache = new Map<string, number>();',
    'export const all: number[] = [];',
    'const seen = {};',
    'export const registry = new Registry();',
    'export const registry: Registry = new Registry();',
    'export class A { static #instance = 1; }',
    'export class A { static readonly all = new Set<string>(); }',
  ])('on state finds %s', (text) => {
    expect(sharedState('a.ts', text)).toHaveLength(1);
  });

  it.each([
    'const limit = 3;',
    "const names = ['a'] as const;",
    'const names: readonly string[] = [];',
    'const names: Readonly<Record<string, number>> = {};',
    'export const kinds = { a: 1 } as const satisfies Record<string, number>;',
    'const run = promisify(execFile);',
    'export class A { readonly #all = new Map<string, number>(); static readonly limit = 3; }',
    'export function make() { let count = 0; return () => { count += 1; }; }',
  ])('on state lets pass %s', (text) => {
    expect(sharedState('a.ts', text)).toEqual([]);
  });
});
