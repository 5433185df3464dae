import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { successor } from '../../../src/pipeline/chain.ts';
import { loadChain } from '../../../src/pipeline/index.ts';

async function load(yaml: string, agents = ['A', 'B']) {
  const folder = await mkdtemp(join(tmpdir(), 'chain-'));
  const path = join(folder, 'chain.yaml');
  try {
    await writeFile(path, yaml);
    return await loadChain(path, agents);
  } finally {
    await rm(folder, { recursive: true });
  }
}

describe('chain.yaml', () => {
  it('of the repository is valid without any agent', async () => {
    expect(await loadChain('config/chain.yaml', [])).toEqual({ chain: [], end: 'stop', schedules: [] });
  });

  it('may be empty', async () => {
    expect(await load('# nothing\n')).toEqual({ chain: [], end: 'stop', schedules: [] });
  });

  it('names all problems at once, each with place and mend', async () => {
    const yaml = [
      'chain: [A, X, A]',
      'end: never',
      'schedules:',
      '  - { name: n, cron: "* * *", to: B, text: go }',
      '  - { name: n, cron: "0 9 1 * 1", to: Y, text: go }',
    ].join('\n');
    const error = await load(yaml).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'CONFIG_INVALID' });
    for (const problem of [
      'chain.yaml: chain[1]: no agent "X"; configured: A, B',
      'chain.yaml: chain[2]: "A" stands in the chain twice; keep one',
      'chain.yaml: end: ',
      'chain.yaml: schedules[0].cron: "* * *" is no cron expression of five fields; write one such as',
      'chain.yaml: schedules[1].cron: day of month and day of week are both set; set one of them to *',
      'chain.yaml: schedules[1].to: no agent "Y"',
      'chain.yaml: schedules[1]: "n" names two schedules; rename one',
    ]) {
      expect(String(error)).toContain(problem);
    }
  });

  it('that is not YAML is refused with the place', async () => {
    await expect(load('chain: [A')).rejects.toThrow(/chain\.yaml: .*line 1, column/);
  });

  it('that is missing is refused with what to do', async () => {
    await expect(loadChain('none.yaml', [])).rejects.toThrow(/none\.yaml: cannot be read .*create it/);
  });
});

describe('the next agent', () => {
  const chain = { chain: ['A', 'B'], schedules: [] };

  it.each([
    ['stop', 'A', 'B'],
    ['stop', 'B', null],
    ['loop', 'B', 'A'],
    ['loop', 'X', null],
  ] as const)('at end %s behind %s is %s', (end, agent, next) => {
    expect(successor({ ...chain, end }, agent)).toBe(next);
  });
});
