// `npm run bench startup`: how long the platform takes from its process's first instruction to ready, and how much
// memory it then holds, beside the floor of the same run: a bare process that only imports the same libraries (ESM,
// unbundled) and prints. Redis, RabbitMQ, Discord and Twitch are up (the chat platforms as stand-ins on loopback).
// A floor without an adapter's library shows what the adapter gives back when it is off.
// Rounds are interleaved, since the machine is noisy; what is compared are medians of one run.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createDiscordPeer } from '../tests/peers/discord/index.ts';
import { createTwitchPeer } from '../tests/peers/twitch/index.ts';
import { startServer } from './servers.ts';
import { median, Program, table, temporaryFolder } from './support.ts';
import { type Adapters, configured } from './startup-site.ts';

const root = join(import.meta.dirname, '..');
const main = join(root, 'dist/cli/main.js');
const rounds = Number(process.env['BENCH_ROUNDS'] ?? 7);

/** What a platform with all adapters on cannot do without. */
const libraries = [
  'discord.js',
  'tmi.js',
  'bullmq',
  'ioredis',
  'amqplib',
  'node-cron',
  'pino',
  'zod',
  'yaml',
  'chokidar',
  'fastify',
  'commander',
  'cockatiel',
  'prom-client',
];
/** Imports the libraries, but for those of the adapters that are off. */
const floorWithout = (...off: readonly string[]) =>
  [
    ...libraries.filter((name) => !off.includes(name)).map((name) => `import ${JSON.stringify(name)};`),
    "process.stdout.write('ready in 0\\n'); process.stdin.resume();",
  ].join('\n');

interface Sample {
  readonly ms: number;
  readonly rssMb: number;
}

/** Starts a program, waits for its `ready in`, lets it come to rest and reads its memory. */
async function measure(args: readonly string[], env: NodeJS.ProcessEnv): Promise<Sample> {
  const from = performance.now();
  const program = new Program(args, env);
  try {
    await program.says('ready in ');
    const ms = performance.now() - from;
    // Idle: the garbage of the start-up has been collected or never will be.
    await sleep(5_000);
    return { ms, rssMb: await rssOf(program.pid) };
  } finally {
    await program.stop();
  }
}

/** How long a program takes that ends by itself, ms. */
async function wall(args: readonly string[]): Promise<number> {
  const from = performance.now();
  const program = new Program(args, {});
  const end = await program.ended;
  if (end !== 0) throw new Error(`${args.join(' ')} ended with ${end}: ${program.output}`);
  return performance.now() - from;
}

async function rssOf(pid: number): Promise<number> {
  const kilobytes = /^VmRSS:\s+(\d+) kB/m.exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kilobytes) / 1024;
}

const folder = await temporaryFolder();
const redis = await startServer('redis-server', folder.path);
const rabbitmq = await startServer('rabbitmq-server', folder.path);
const discord = await createDiscordPeer({ port: 0 });
const twitch = await createTwitchPeer({ port: 0 });
try {
  const world = { folder: folder.path, redisUrl: redis.url, rabbitUrl: rabbitmq.url, discord, twitch };
  const platform = async (adapters: Adapters) => measure([main, 'up'], await configured(world, adapters));
  const floor = (...off: readonly string[]) =>
    measure(['--input-type=module', '--eval', floorWithout(...off)], {});
  const subjects: Readonly<Record<string, () => Promise<Sample>>> = {
    'floor: imports': () => floor(),
    'floor, no discord.js': () => floor('discord.js'),
    'floor, no tmi.js': () => floor('tmi.js'),
    'all adapters': () => platform({ discord: true, twitch: true, rabbitmq: true }),
    'without Discord': () => platform({ discord: false, twitch: true, rabbitmq: true }),
    'without Twitch': () => platform({ discord: true, twitch: false, rabbitmq: true }),
    'neither chat': () => platform({ discord: false, twitch: false, rabbitmq: true }),
  };
  const samples = new Map<string, Sample[]>();
  for (let round = 0; round <= rounds; round += 1) {
    for (const [name, run] of Object.entries(subjects)) {
      const sample = await run();
      // The first round only warms the page cache.
      if (round > 0) samples.set(name, [...(samples.get(name) ?? []), sample]);
    }
  }
  const bottom = samples.get('floor: imports') ?? [];
  const floorMs = median(bottom.map(({ ms }) => ms));
  const floorMb = median(bottom.map(({ rssMb }) => rssMb));
  process.stdout.write(`start to ready, and memory 5 s later; medians of ${rounds} interleaved rounds\n`);
  const rows = [...samples].map(([name, taken]) => {
    const ms = median(taken.map((sample) => sample.ms));
    const mb = median(taken.map(({ rssMb }) => rssMb));
    return [
      name,
      `${ms.toFixed(0)} ms`,
      `x ${(ms / floorMs).toFixed(2)}`,
      `${mb.toFixed(0)} MB`,
      `${mb < floorMb ? '-' : '+'}${Math.abs(mb - floorMb).toFixed(0)} MB`,
    ];
  });
  process.stdout.write(`${table([['', 'ready', 'floor', 'RSS', 'floor'], ...rows])}\n\n`);

  const light: Readonly<Record<string, readonly string[]>> = {
    'bare node': ['--eval', '0'],
    'swarmline --help': [main, '--help'],
    'swarmline --version': [main, '--version'],
    'swarmline config check': [main, 'config', 'check', join(root, 'config/default.yaml')],
  };
  const times = new Map<string, number[]>();
  for (let round = 0; round <= rounds * 3; round += 1) {
    for (const [name, args] of Object.entries(light)) {
      const ms = await wall(args);
      if (round > 0) times.set(name, [...(times.get(name) ?? []), ms]);
    }
  }
  const bare = median(times.get('bare node') ?? []);
  process.stdout.write(`commands that need no server; medians of ${rounds * 3} interleaved rounds\n`);
  const lines = [...times].map(([name, taken]) => [
    name,
    `${median(taken).toFixed(0)} ms`,
    `x ${(median(taken) / bare).toFixed(2)}`,
  ]);
  process.stdout.write(`${table([['', 'wall', 'bare'], ...lines])}\n`);
} finally {
  await Promise.all([discord.close(), twitch.close(), redis.stop(), rabbitmq.stop()]);
  await folder.remove();
}
