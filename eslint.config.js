// Only what needs types or knows our own law; style and syntax are Biome's. No comment can switch a rule off:
// a rule that is wrong somewhere is changed here, for everybody, with its reason.
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

const plainErrors = {
  selector:
    'NewExpression[callee.name=/^(Type|Range|Aggregate)?Error$/], CallExpression[callee.name="Error"]',
  message: 'Throw a SwarmError with a kind of a catalogue: only that tells retry and chat what to do.',
};
const defaultExports = {
  selector: 'ExportDefaultDeclaration, ExportSpecifier[exported.name="default"], ExportAllDeclaration',
  message: 'Export by name, each name listed: a reader must be able to search for it.',
};
const processState = ['env', 'argv', 'exit', 'exitCode', 'on', 'once'].map((name) => ({
  selector: `MemberExpression[object.name="process"]:matches([property.name="${name}"], [property.value="${name}"])`,
  message: `process.${name} belongs to src/cli/main.ts alone; take what you need as a parameter.`,
}));
const processCopies = {
  selector:
    'VariableDeclarator[init.name="process"], :matches(ImportDeclaration, ExportNamedDeclaration)[source.value=/^(node:)?process$/]',
  message: 'Name `process` where it is used, so that its use is seen.',
};
const silencers = ['eslint-disable', 'biome-ignore', '@ts-ignore', '@ts-nocheck'];

export default defineConfig(
  globalIgnores(['dist/', 'coverage/', '.swarmline/']),
  {
    linterOptions: { noInlineConfig: true },
    rules: { 'no-warning-comments': ['error', { terms: silencers, location: 'anywhere' }] },
  },
  {
    files: ['**/*.ts'],
    plugins: { '@typescript-eslint': tseslint.plugin },
    languageOptions: {
      parser: tseslint.parser,
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/only-throw-error': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true, requireDefaultForNonUnion: false },
      ],
    },
  },
  {
    files: ['src/**/*.ts'],
    rules: {
      '@typescript-eslint/consistent-type-assertions': ['error', { assertionStyle: 'never' }],
      'no-warning-comments': ['error', { terms: [...silencers, '@ts-expect-error'], location: 'anywhere' }],
      'no-restricted-syntax': ['error', plainErrors, defaultExports, processCopies, ...processState],
    },
  },
  {
    // The one place with effects: it reads argv and env, owns the signals and sets the exit code.
    files: ['src/cli/main.ts'],
    rules: { 'no-restricted-syntax': ['error', plainErrors, defaultExports] },
  },
);
