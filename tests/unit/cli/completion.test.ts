// What a shell offers at Tab: asked of bash itself, with the script that the program prints.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { catalogue } from '../../../src/commands/index.ts';

const main = join(import.meta.dirname, '../../../src/cli/main.ts');
const run = (program: string, args: readonly string[]) =>
  spawnSync(program, args, { encoding: 'utf8', timeout: 30_000 });
const scriptFor = (shell: string) => run(process.execPath, ['--import', 'tsx', main, 'completion', shell]);

let script = '';
beforeAll(() => {
  script = scriptFor('bash').stdout;
}, 40_000);

/** What bash offers behind this line, whose last word is being typed. */
function offered(line: string): readonly string[] {
  const words = ['swarmline', ...line.split(' ')];
  const asked = `${script}
COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length - 1}
_swarmline; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr } = run('bash', ['--norc', '-c', asked]);
  expect(stderr).toBe('');
  return stdout.split('\n').filter(Boolean);
}

describe('the completion', { timeout: 40_000 }, () => {
  it.each([
    ['rest', ['restart']],
    ['config s', ['schema']],
    ['gas re', ['reassign', 'replay', 'resume']],
    ['queue redrive', ['redrive', 'redrive-all']],
    ['restart slam --d', ['--dry-run']],
    ['up --only wor', ['workers']],
    ['logs --level w', ['warn']],
    ['completion ', ['bash', 'fish', 'zsh']],
    ['--yes rest', ['restart']],
    ['help serv', ['service', 'services']],
    ['no-such-command --j', ['--json']],
    ['grant alice --y', ['--yes']],
  ] as const)('behind "%s" offers %j', (line, expected) => {
    expect(offered(line)).toEqual(expected);
  });

  it('has every chat command, word by word', () => {
    const missing = catalogue.flatMap(({ name, aliases = [] }) =>
      [name, ...aliases].filter((one) => !offered(one).includes(one.split(' ').at(-1) ?? '')),
    );
    expect(missing).toEqual([]);
  });

  it.each(['zsh', 'fish'])('has the same words for %s, and says how it is loaded', (shell) => {
    const { stdout, status } = scriptFor(shell);
    expect([status, stdout.split('\n')[0]]).toEqual([
      0,
      expect.stringContaining(`swarmline completion ${shell}`),
    ]);
    const lists = [...stdout.matchAll(/(?:offered=|-a )"([^"]+)"/g)].map(([, words]) => words);
    const own = [...script.matchAll(/offered="([^"]+)" ;;/g)].map(([, words]) => words);
    expect(lists).toEqual(expect.arrayContaining(own));
  });

  it('is not there for a shell that there is not', () => {
    const { status, stderr } = scriptFor('tcsh');
    expect([status, stderr]).toEqual([2, expect.stringContaining('bash, zsh, fish')]);
  });
});
