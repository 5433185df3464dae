// Every rule of .dependency-cruiser.mjs is broken once on purpose, on a small tree of its own: a rule that cannot
// fail protects nothing. The trees are cruised with the project's own configuration.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { cruise, type ICruiseOptions } from 'dependency-cruiser';
import extractConfig from 'dependency-cruiser/config-utl/extract-depcruise-config';
import { afterAll, expect, it } from 'vitest';

/** A file and what it imports: another file of the tree, or a package. */
type Import = readonly [from: string, to: string];

const broken: Readonly<Record<string, readonly Import[]>> = {
  'layer-core': [['src/core/files.ts', 'src/contracts/ids.ts']],
  'layer-contracts': [['src/contracts/jobs.ts', 'src/queue/index.ts']],
  'layer-queue': [['src/queue/handlers/restart.ts', 'src/bridge/index.ts']],
  'layer-pipeline': [['src/pipeline/intake.ts', 'src/queue/index.ts']],
  'layer-bridge': [['src/bridge/consumer.ts', 'src/pipeline/index.ts']],
  'layer-hub': [['src/hub/phone.ts', 'src/bridge/index.ts']],
  'layer-fleet': [['src/fleet/planner.ts', 'src/hub/index.ts']],
  'layer-access': [['src/access/policy.ts', 'src/commands/index.ts']],
  'layer-commands': [['src/commands/intake.ts', 'src/queue/index.ts']],
  'layer-bots': [['src/bots/discord/client.ts', 'src/bridge/index.ts']],
  'layer-api': [['src/api/http.ts', 'src/pipeline/index.ts']],
  'layer-app': [['src/app/build.ts', 'src/demo/index.ts']],
  'layer-demo': [['src/demo/agents.ts', 'src/pipeline/index.ts']],
  'layer-cli': [['src/cli/commands/run.ts', 'src/queue/index.ts']],
  'home-discord.js': [['src/bots/twitch/reply.ts', 'discord.js']],
  'home-tmi.js': [['src/bots/discord/client.ts', 'tmi.js']],
  'home-bullmq': [['src/app/build.ts', 'bullmq']],
  'home-amqplib': [['src/demo/drone.ts', 'amqplib']],
  'home-@bull-board': [['src/app/build.ts', '@bull-board/api']],
  'home-@modelcontextprotocol': [['src/api/server.ts', '@modelcontextprotocol/sdk/server/mcp.js']],
  'home-fastify': [['src/cli/commands/up.ts', 'fastify']],
  'home-ioredis': [['src/queue/producer.ts', 'ioredis']],
  'home-pino': [['src/core/service.ts', 'pino']],
  'home-node-cron': [['src/queue/producer.ts', 'node-cron']],
  'home-chokidar': [['src/demo/agents.ts', 'chokidar']],
  'home-minisearch': [['src/commands/search.ts', 'minisearch']],
  'home-commander': [['src/app/config.ts', 'commander']],
  'home-cockatiel': [['src/bridge/publisher.ts', 'cockatiel']],
  'home-prom-client': [['src/api/server.ts', 'prom-client']],
  'home-@opentelemetry': [['src/queue/producer.ts', '@opentelemetry/api']],
  'only-known-layers': [['src/utils/a.ts', 'src/utils/b.ts']],
  'through-the-face': [['src/app/build.ts', 'src/queue/producer.ts']],
  'no-cycle': [
    ['src/core/a.ts', 'src/core/b.ts'],
    ['src/core/b.ts', 'src/core/a.ts'],
  ],
  'no-orphan': [['src/core/alone.ts', '']],
  'src-stands-alone': [['src/core/clock.ts', 'tests/support/clock.ts']],
  'no-dev-dependency': [['src/core/ids.ts', 'fast-check']],
  resolvable: [['src/core/ids.ts', 'not-installed']],
};

/** What the law lets pass, so that no rule holds only because it forbids everything. */
const allowed: readonly Import[] = [
  ['src/contracts/ids.ts', 'src/core/clock.ts'],
  ['src/queue/producer.ts', 'src/contracts/jobs.ts'],
  ['src/commands/intake.ts', 'src/access/index.ts'],
  ['src/bots/discord/client.ts', 'src/commands/index.ts'],
  ['src/bots/discord/client.ts', 'discord.js'],
  ['src/core/redis.ts', 'ioredis'],
  ['src/app/build.ts', 'src/bots/discord/index.ts'],
  ['src/app/build.ts', 'src/queue/index.ts'],
  ['src/demo/drone.ts', 'src/bridge/index.ts'],
  ['src/cli/main.ts', 'src/app/index.ts'],
  ['src/cli/commands/gas.ts', 'src/pipeline/replay.ts'],
  ['src/cli/commands/config.ts', 'src/app/config.ts'],
  ['src/app/config.ts', 'src/bots/discord/config.ts'],
  ['src/cli/commands/ps.ts', 'src/app/pid-lock.ts'],
];

const config = await extractConfig(join(import.meta.dirname, '../../.dependency-cruiser.mjs'));
const rules = config.forbidden ?? [];
const folder = mkdtempSync(join(tmpdir(), 'swarmline-layers-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('has one case for each rule, and no case without a rule', () => {
  expect(Object.keys(broken).toSorted()).toEqual(rules.map((rule) => rule.name ?? '').toSorted());
});

it('gives the reason of every rule', () => {
  expect(rules.filter((rule) => (rule.comment ?? '').length < 20).map((rule) => rule.name)).toEqual([]);
});

it.for(Object.entries(broken))(
  'reports %s, and it alone, where that law is broken',
  async ([rule, imports]) => {
    expect(await violations(rule, imports)).toEqual([rule]);
  },
);

it('reports a broken law also when only a type is imported', async () => {
  const tree = plant('types', []);
  write(tree, 'src/commands/index.ts', 'export interface A {}');
  write(tree, 'src/core/a.ts', "import type { A } from '../commands/index.ts';\nexport type B = A;");
  expect(await violationsOf(tree)).toEqual(['layer-core']);
});

it('lets pass what the law allows', async () => {
  expect(await violations('allowed', allowed)).toEqual([]);
});

function violations(name: string, imports: readonly Import[]): Promise<string[]> {
  return violationsOf(plant(name, imports));
}

async function violationsOf(tree: string): Promise<string[]> {
  const options: ICruiseOptions = {
    ...config.options,
    validate: true,
    ruleSet: { forbidden: rules },
    baseDir: tree,
  };
  const { output } = await cruise(['src'], options);
  if (typeof output === 'string')
    throw new Error('dependency-cruiser gave text where a result was asked for');
  return [...new Set(output.summary.violations.map((violation) => violation.rule.name))];
}

/** Writes a tree in which each file imports what it should, the installed packages are empty, and nothing else is. */
function plant(name: string, imports: readonly Import[]): string {
  const tree = join(folder, name);
  const sources = new Map<string, string>();
  const packages = ['fast-check'];
  for (const [from, to] of imports) {
    const isFile = /\.ts$/.test(to);
    if (isFile && !sources.has(to)) sources.set(to, '');
    if (!isFile && to !== 'not-installed' && to !== '') packages.push(to);
    const specifier = isFile ? relative(dirname(from), to).replace(/^(?!\.)/, './') : to;
    sources.set(from, `${sources.get(from) ?? ''}${to === '' ? '' : `import '${specifier}';\n`}`);
  }
  for (const [file, text] of sources) write(tree, file, `${text}export {};\n`);
  const installed = Object.fromEntries(
    packages.filter((one) => one !== 'fast-check').map((one) => [one, '*']),
  );
  write(
    tree,
    'package.json',
    JSON.stringify({ dependencies: installed, devDependencies: { 'fast-check': '*' } }),
  );
  for (const one of packages) {
    write(tree, `node_modules/${one}/package.json`, JSON.stringify({ name: one, main: 'index.js' }));
    write(tree, `node_modules/${one}/index.js`, '');
  }
  return tree;
}

function write(tree: string, file: string, text: string): void {
  mkdirSync(dirname(join(tree, file)), { recursive: true });
  writeFileSync(join(tree, file), text);
}
