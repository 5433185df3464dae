// `npm run bench queue`: what the queue costs beside BullMQ by itself (the floor, bench/floors/bullmq.ts) and beside a queue
// in a JSON file. Rounds are interleaved, and what is compared are medians of the ratios within a round. Each drain ends
// with a look at whether every job was run, and once.
import { join } from 'node:path';
import { openFloorQueue } from './floors/bullmq.ts';
import { JsonFileQueue } from './floors/json-file.ts';
import { openSubject, text } from './queue-subject.ts';
import { startServer } from './servers.ts';
import { type Cost, costOf, median, table, temporaryFolder } from './support.ts';

const rounds = Number(process.env['BENCH_ROUNDS'] ?? 5);
const jobs = Number(process.env['BENCH_JOBS'] ?? 5_000);
const deep = Number(process.env['BENCH_DEPTH'] ?? 50_000);
const width = 50;
const body = { schedule: 'bench', to: 'Agent-1', text, tick: 'x'.repeat(12) };

let drawn = 0;
const ids = (count: number) =>
  Array.from({ length: count }, () => {
    drawn += 1;
    return `j-${drawn}`;
  });

interface Round {
  readonly [measured: string]: Cost;
}

/** @throws when one was lost or run twice */
function expectEach(added: readonly string[], run: readonly string[]): void {
  const distinct = new Set(run);
  const lost = added.filter((id) => !distinct.has(id)).length;
  if (lost > 0 || run.length !== added.length)
    throw new Error(`${lost} lost, ${run.length - distinct.size} run twice of ${added.length}`);
}

async function queueRound(redis: Awaited<ReturnType<typeof startServer>>): Promise<Round> {
  // The floor's queue is a new one in each round; in one that has been through some, each end removes an older one.
  await redis.flush();
  const floor = openFloorQueue(redis.url, `floor-${drawn}`);
  const subject = openSubject(redis.url);
  const pids = [redis.pid];
  const [forFloor, forSubject] = [ids(jobs), ids(jobs)];
  // The libraries load their scripts at first use.
  await Promise.all([floor.add(ids(1), body, 1), subject.add(ids(1), 1)]);
  await Promise.all([floor.drain(1, 1), subject.drain(1, 1)]);
  try {
    const floorAdd = await costOf(jobs, pids, () => floor.add(forFloor, body, width));
    const subjectAdd = await costOf(jobs, pids, () => subject.add(forSubject, width));
    let ran: readonly string[] = [];
    const floorDrain = await costOf(jobs, pids, async () => {
      ran = await floor.drain(jobs, width);
    });
    expectEach(forFloor, ran);
    const subjectDrain = await costOf(jobs, pids, async () => {
      ran = await subject.drain(jobs, width);
    });
    expectEach(forSubject, ran);
    return { floorAdd, subjectAdd, floorDrain, subjectDrain };
  } finally {
    await Promise.all([floor.close(), subject.close()]);
  }
}

/** Enqueues at a depth of 1,000 and of `deep`. */
async function depthRound(redis: { readonly url: string; readonly pid: number }): Promise<Round> {
  const subject = openSubject(redis.url);
  try {
    await subject.add(ids(1_000), width);
    const shallow = await costOf(jobs, [redis.pid], () => subject.add(ids(jobs), width));
    await subject.add(ids(deep - 1_000 - jobs), width);
    const atDepth = await costOf(jobs, [redis.pid], () => subject.add(ids(jobs), width));
    return { shallow, atDepth };
  } finally {
    await subject.close();
  }
}

/** The JSON file at a depth of 1,000: few operations, each is slow. */
async function fileRound(folder: string): Promise<Round> {
  const queue = new JsonFileQueue(join(folder, `queue-${drawn}.json`));
  for (const id of ids(1_000)) await queue.enqueue(id, body);
  const few = 100;
  const enqueue = await costOf(few, [], async () => {
    for (const id of ids(few)) await queue.enqueue(id, body);
  });
  const deliver = await costOf(few, [], async () => {
    for (let n = 0; n < few; n += 1) await queue.deliver();
  });
  return { enqueue, deliver };
}

const folder = await temporaryFolder();
const everysec = await startServer('redis-server', join(folder.path, 'everysec'), { fsync: 'everysec' });
const always = await startServer('redis-server', join(folder.path, 'always'));
try {
  const taken: Record<'everysec' | 'always' | 'depth' | 'file', Round[]> = {
    everysec: [],
    always: [],
    depth: [],
    file: [],
  };
  for (let round = 0; round < rounds; round += 1) {
    taken.everysec.push(await queueRound(everysec));
    taken.always.push(await queueRound(always));
    taken.file.push(await fileRound(folder.path));
  }
  for (let round = 0; round < Math.min(rounds, 3); round += 1) {
    taken.depth.push(await depthRound(everysec));
    await everysec.flush();
  }
  const cost = (of: readonly Round[], name: string) => of.flatMap((round) => round[name] ?? []);
  const rate = (costs: readonly Cost[]) => median(costs.map(({ perSecond }) => perSecond));
  const ratio = (top: readonly Cost[], bottom: readonly Cost[]) =>
    median(top.map(({ perSecond }, i) => perSecond / (bottom[i]?.perSecond ?? Number.NaN)));
  const row = (
    label: string,
    [top, bottom]: readonly [top: readonly Cost[], bottom: readonly Cost[]],
    aim: string,
  ) => [
    label,
    `${rate(top).toFixed(0)}/s`,
    `${rate(bottom).toFixed(0)}/s`,
    `x ${ratio(top, bottom).toFixed(2)}`,
    `${median(top.map(({ nodeMicros }) => nodeMicros)).toFixed(0)} + ${median(top.map(({ serverMicros }) => serverMicros)).toFixed(0)}`,
    `${median(bottom.map(({ nodeMicros }) => nodeMicros)).toFixed(0)} + ${median(bottom.map(({ serverMicros }) => serverMicros)).toFixed(0)}`,
    aim,
  ];
  const pair = (of: readonly Round[], top: string, bottom: string) =>
    [cost(of, top), cost(of, bottom)] as const;
  const rows = [
    row('P5 enqueue, everysec', pair(taken.everysec, 'subjectAdd', 'floorAdd'), '>= 0.85'),
    row('P5 enqueue, always', pair(taken.always, 'subjectAdd', 'floorAdd'), '>= 0.85'),
    row('P7 drain, everysec', pair(taken.everysec, 'subjectDrain', 'floorDrain'), '>= 0.80'),
    row('P7 drain, always', pair(taken.always, 'subjectDrain', 'floorDrain'), '>= 0.80'),
    row(
      'P8 enqueue, always of everysec',
      [cost(taken.always, 'subjectAdd'), cost(taken.everysec, 'subjectAdd')],
      '>= 0.75',
    ),
    row(
      'P9 enqueue of a JSON file',
      [cost(taken.always, 'subjectAdd'), cost(taken.file, 'enqueue')],
      '>= 50',
    ),
    row(
      'P9 drain of a JSON file',
      [cost(taken.always, 'subjectDrain'), cost(taken.file, 'deliver')],
      '>= 200',
    ),
    row(`P10 enqueue at ${deep} of 1000`, pair(taken.depth, 'atDepth', 'shallow'), '>= 0.85'),
  ];
  process.stdout.write(
    `${rounds} interleaved rounds of ${jobs} jobs of about 300 bytes, ${width} in flight; medians; CPU in µs per job, this process + Redis\n`,
  );
  process.stdout.write(`${table([['', 'ours', 'beside', 'ratio', 'CPU', 'CPU beside', 'aim'], ...rows])}\n`);
} finally {
  await Promise.all([everysec.stop(), always.stop()]);
  await folder.remove();
}
