// `npm run bench chain`: one command from the line that a person types to the line that answers it, over Redis, BullMQ,
// RabbitMQ and a service in another process, beside the same by hand (the floor, bench/floors/chain.ts). Both are one
// process that is driven over its stdin; the driver and the services are processes of their own. Every command must be
// answered with `ready`, once; rounds are interleaved, and what is compared are medians of the ratios within a round.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort } from '../src/core/servers/ports.ts';
import { DrivenProgram } from './chain-driver.ts';
import { startServer } from './servers.ts';
import { cpuMicros, median, Program, sum, table, temporaryFolder } from './support.ts';

const root = join(import.meta.dirname, '..');
const rounds = Number(process.env['BENCH_ROUNDS'] ?? 5);
const together = Number(process.env['BENCH_COMMANDS'] ?? 1_000);
const alone = Math.ceil(together / 10);
const width = 50;
const tsx = join(root, 'node_modules/tsx/dist/loader.mjs');

interface Run {
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
  /** CPU per command over all processes but the driver, µs. */
  readonly micros: number;
}

/** Drives commands through `program`, `lanes` at a time, each lane with a service of its own. */
async function drive(
  program: DrivenProgram,
  pids: readonly number[],
  [count, lanes]: readonly [number, number],
): Promise<Run> {
  const cpu = async () => sum(await Promise.all(pids.map(cpuMicros)));
  const took: number[] = [];
  const [before, from] = [await cpu(), performance.now()];
  let given = 0;
  await Promise.all(
    Array.from({ length: lanes }, async (_, lane) => {
      while (given < count) {
        given += 1;
        const begun = performance.now();
        await program.restart(`svc-${lane}`);
        took.push(performance.now() - begun);
      }
    }),
  );
  const seconds = (performance.now() - from) / 1_000;
  const sorted = took.toSorted((a, b) => a - b);
  const at = (share: number) =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
  return {
    perSecond: count / seconds,
    p50: at(0.5),
    p99: at(0.99),
    micros: ((await cpu()) - before) / count,
  };
}

const folder = await temporaryFolder();
const redis = await startServer('redis-server', folder.path);
const rabbitmq = await startServer('rabbitmq-server', folder.path);
const services = ['platform', 'floor'].map(
  (whom) =>
    new Program(
      ['--import', tsx, join(root, 'bench/chain-services.ts'), whom, rabbitmq.url, String(width)],
      {},
    ),
);

/** The platform with its console alone, no chat; its flood guard is for people, not for fifty at a time. */
async function platform(): Promise<DrivenProgram> {
  const home = join(folder.path, 'home');
  await mkdir(home, { recursive: true });
  const config = join(folder.path, 'config.yaml');
  const limits = { programPending: 1_000, programBurst: 1_000_000, programPerMinute: 1_000_000 };
  await writeFile(config, JSON.stringify({ reports: { console: true }, limits }));
  return new DrivenProgram([join(root, 'dist/cli/main.js'), 'up'], {
    SWARMLINE_HOME: home,
    SWARMLINE_CONFIG: config,
    SWARMLINE_API_PORT: String(await freePort()),
    REDIS_URL: redis.url,
    RABBITMQ_URL: rabbitmq.url,
  });
}

async function floor(): Promise<DrivenProgram> {
  return new DrivenProgram(
    ['--import', tsx, join(root, 'bench/floors/chain.ts'), redis.url, rabbitmq.url],
    {},
  );
}

interface Subject {
  readonly program: DrivenProgram;
  readonly pids: readonly number[];
  readonly alone: Run[];
  readonly together: Run[];
}

const begun = async (program: DrivenProgram, service: Program | undefined): Promise<Subject> => {
  await program.ready();
  await service?.says('serving');
  const pids = [program.pid, service?.pid ?? 0, redis.pid, rabbitmq.pid].filter((pid) => pid > 0);
  // What is loaded at first use is loaded now.
  await drive(program, pids, [width * 2, width]);
  return { program, pids, alone: [], together: [] };
};

const programs: DrivenProgram[] = [];
const started = async (make: () => Promise<DrivenProgram>) => {
  const program = await make();
  programs.push(program);
  return program;
};
try {
  const ours = await begun(await started(platform), services[0]);
  const hand = await begun(await started(floor), services[1]);
  for (let round = 0; round < rounds; round += 1) {
    for (const subject of [hand, ours]) {
      subject.alone.push(await drive(subject.program, subject.pids, [alone, 1]));
      subject.together.push(await drive(subject.program, subject.pids, [together, width]));
    }
  }
  const surplus = sum(programs.map((program) => program.surplus));
  if (surplus > 0) throw new Error(`${surplus} answers came that nobody waited for`);
  const row = (label: string, runs: 'alone' | 'together', figure: keyof Run, aim: string) => {
    const [top, bottom] = [ours[runs], hand[runs]].map((taken) => taken.map((run) => run[figure]));
    const ratios = (top ?? []).map((value, i) => value / (bottom?.[i] ?? Number.NaN));
    return [
      label,
      median(top ?? []).toFixed(1),
      median(bottom ?? []).toFixed(1),
      `x ${median(ratios).toFixed(2)}`,
      aim,
    ];
  };
  process.stdout.write(
    `${rounds} interleaved rounds of ${together} commands, ${width} in flight, and ${alone} alone; medians\n`,
  );
  const rows = [
    row('P1 CPU per command, all processes, us', 'together', 'micros', '<= 1.25'),
    row('P2 commands/s', 'together', 'perSecond', '>= 0.80'),
    row('P3 alone, p50 ms', 'alone', 'p50', '<= 1.25'),
    row('P3 alone, p99 ms', 'alone', 'p99', '<= 1.50'),
  ];
  process.stdout.write(`${table([['', 'ours', 'floor', 'ratio', 'aim'], ...rows])}\n`);
} finally {
  await Promise.all(programs.map((program) => program.stop()));
  await Promise.all(services.map((service) => service.stop()));
  await Promise.all([redis.stop(), rabbitmq.stop()]);
  await folder.remove();
}
