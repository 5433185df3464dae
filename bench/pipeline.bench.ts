// What the gas pipeline costs: its pure machines, ten thousand agents that report, ten thousand files that are swept.
// BENCH_ROUNDS, BENCH_AGENTS, BENCH_REPORTS (of each agent) and BENCH_SWEEPS change how much.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { measureMachines } from './pipeline-machines.ts';
import { measureReports, type Reports } from './pipeline-reports.ts';
import { measureSweeps, type Sweep } from './pipeline-sweeps.ts';
import { startServer } from './servers.ts';
import { median, table, temporaryFolder } from './support.ts';

const count = (name: string, byDefault: number) => Number(process.env[name] ?? byDefault);
const rounds = count('BENCH_ROUNDS', 5);
const agents = count('BENCH_AGENTS', 10_000);
const perAgent = count('BENCH_REPORTS', 5);
const sweeps = count('BENCH_SWEEPS', 60);
const perSecond = 10_000;

// Memory is told after a collection, or it would tell when the collector last ran.
setFlagsFromString('--expose-gc');
globalThis.gc = runInNewContext('gc');

const machines = measureMachines(rounds);
const millions = (rate: number) => `${(rate / 1_000_000).toFixed(2)} M/s`;
console.log(
  table([
    ['P18, of CPU', 'ours', 'reducer', 'ratio', 'aim'],
    ...Object.entries(machines).map(([name, { ours, floor }]) => [
      ...[name, millions(ours), millions(floor), (ours / floor).toFixed(2), '≥ 0.5'],
    ]),
  ]),
);

const folder = await temporaryFolder();
const server = await startServer('redis-server', folder.path, { fsync: 'everysec' });
const share = (micros: number) => `${((micros * perSecond) / 10_000).toFixed(0)} %`;
const kinds = {
  'no checkpoint': { most: 70, perSecond },
  'three in 1,212': { most: 100, each: 12, perSecond },
  'three in 101': { most: 100, perSecond },
  'three in 101, a full door': { most: 100, perSecond: 0 },
};
const own: number[] = [];
const measured = new Map<string, (Reports & { readonly ours: number })[]>();
// All kinds in turn, so that a slow minute is everybody's; the first turn, in which the code is compiled, does not count.
for (let round = 0; round <= rounds; round += 1) {
  const bare = await measureReports(server, { agents, perAgent, most: 70, perSecond, bare: true });
  if (round > 0) own.push(bare.nodeMicros);
  for (const [name, options] of Object.entries(kinds)) {
    await server.flush();
    const one = await measureReports(server, { agents, perAgent, ...options });
    if (round === 0) continue;
    measured.set(name, [...(measured.get(name) ?? []), { ...one, ours: one.nodeMicros - bare.nodeMicros }]);
  }
}
const rows = [...measured].map(([name, all]) => {
  const middle = (of: (one: (typeof all)[number]) => number) => median(all.map(of));
  const ours = all.map((one) => one.ours);
  return [
    ...[name, `${middle((one) => one.perSecond).toFixed(0)}/s`],
    `${median(ours).toFixed(0)} + ${middle((one) => one.serverMicros).toFixed(0)} µs`,
    `${share(median(ours))} (${share(Math.min(...ours))} to ${share(Math.max(...ours))})`,
    '≤ 25 %',
    middle((one) => one.gas).toFixed(0),
    `${middle((one) => one.p50).toFixed(0)} / ${middle((one) => one.p99).toFixed(0)} ms`,
  ];
});
console.log(`the bench's own part of each report, taken off: ${median(own).toFixed(1)} µs`);
console.log(
  table([
    ['P19 reports', 'rate', 'CPU + Redis', 'of a core at 10,000/s', 'aim', 'gas', 'p50 / p99'],
    ...rows,
  ]),
);

const figures = ({ wallMs, cpuMs, reads }: Sweep) => {
  return [`${wallMs.toFixed(0)} ms`, `${cpuMs.toFixed(0)} ms`, String(reads)];
};
const changed = Math.floor(agents / 100);
for (const watched of [false, true]) {
  await server.flush();
  const { first, later, heap } = await measureSweeps(server.url, folder.path, {
    ...{ agents, sweeps, changed, watched },
  });
  console.log(
    table([
      [`sweep of ${agents} files${watched ? ', and the watch' : ''}`, 'wall', 'CPU', 'reads'],
      ['first', ...figures(first)],
      ['with 1 % changed', ...figures(later)],
    ]),
  );
  console.log(
    `heap after ${Math.floor(sweeps / 5) + 1} and ${sweeps} sweeps: ${heap.map((mb) => `${mb.toFixed(1)} MB`).join(', ')}`,
  );
}
await server.stop();
await folder.remove();
