// What Redis keeps of 100,000 cheap jobs: keys and memory after each tenth of them. BENCH_JOBS changes how many. Flat is
// what the last half adds nothing to; the first half fills what is kept by its bounds.
import { closeRedis, createCommandRedis } from '../src/core/redis.ts';
import { openSubject } from './queue-subject.ts';
import { startServer } from './servers.ts';
import { table, temporaryFolder } from './support.ts';

const jobs = Number(process.env['BENCH_JOBS'] ?? 100_000);
const rounds = 10;
const perRound = Math.floor(jobs / rounds);

const folder = await temporaryFolder();
const server = await startServer('redis-server', folder.path, { fsync: 'everysec' });
const redis = createCommandRedis({ url: server.url, name: 'bench' });
const subject = openSubject(server.url);
const begun = performance.now();
const rows = [];
let ran = 0;
for (let round = 1; round <= rounds; round += 1) {
  const ids = Array.from({ length: perRound }, (_, i) => `r-${round}-${i}`);
  await subject.add(ids, 200);
  const done = await subject.drain(perRound, 50);
  ran += new Set(done).size;
  const bytes = Number(/used_memory_dataset:(\d+)/.exec(await redis.info('memory'))?.[1]);
  rows.push({ jobs: round * perRound, keys: await redis.dbsize(), mb: bytes / 1_048_576 });
}
const seconds = (performance.now() - begun) / 1_000;
console.log(
  table([
    ['jobs', 'keys', 'data'],
    ...rows.map((row) => [String(row.jobs), String(row.keys), `${row.mb.toFixed(1)} MB`]),
  ]),
);
console.log(`${ran} of ${rounds * perRound} run, each once, in ${seconds.toFixed(0)} s`);
await subject.close();
closeRedis(redis);
await server.stop();
await folder.remove();
const [middle, end] = [rows[rounds / 2], rows.at(-1)];
const flat = middle && end && end.keys <= middle.keys * 1.02 && end.mb <= middle.mb * 1.1;
if (!flat || ran !== rounds * perRound) process.exitCode = 1;
