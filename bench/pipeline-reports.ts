// P19: reports of many agents through the door of the pipeline, without HTTP, into a real Redis.
import type { ProgressSink } from '../src/contracts/progress.ts';
import { openPipeline } from './pipeline-subject.ts';
import { type Cost, costOf, inFlight, paced } from './support.ts';

const width = 500;

export interface Reports extends Cost {
  /** Deliveries that came of them. */
  readonly gas: number;
  /** From when a report that crosses a checkpoint was due to its gas at the queue and its answer, ms. */
  readonly p50: number;
  readonly p99: number;
}

export interface ReportOptions {
  readonly agents: number;
  readonly perAgent: number;
  /** A mission goes so far, percent; below 75 nothing is crossed. */
  readonly most: number;
  /** So many reports tell the same percent. Default: one. */
  readonly each?: number;
  /** So many come in a second; 0: as many as the door takes. */
  readonly perSecond: number;
  /** Nobody takes the reports: they are answered after some ms. What that costs is the bench's own. */
  readonly bare?: boolean;
}

/** Each agent reports `perAgent` times; where they begin is spread over a whole mission. */
export async function measureReports(
  server: { readonly url: string; readonly pid: number },
  { agents, perAgent, most, each = 1, perSecond, bare = false }: ReportOptions,
): Promise<Reports> {
  const ids = [...Array(agents).keys()];
  const subject = openPipeline(
    server.url,
    ids.map((at) => ({ id: `Agent-${at}`, inbox: { kind: 'pull' } })),
  );
  const length = (most + 1) * each;
  const door = bare ? makeBareDoor() : subject.pipeline.progress.report;
  const report = (at: number, seq: number) => {
    const step = (at % length) + seq;
    const mission = `mission ${Math.floor(step / length)}`;
    const percent = Math.floor((step % length) / each);
    return door({ agent: `Agent-${at}`, mission, percent, seq });
  };
  await inFlight(ids, width, async (at) => void (await report(at, 0)));
  subject.given.clear();
  const waits: number[] = [];
  let refused = 0;
  const turns = Array.from({ length: perAgent }, (_, turn) =>
    ids.map((at) => [at, turn + 1] as const),
  ).flat();
  const one = async ([at, seq]: readonly [number, number], due: number) => {
    const answer = await report(at, seq);
    if (!answer.accepted) refused += 1;
    else if (answer.crossed.length > 0) waits.push(performance.now() - due);
  };
  const cost = await costOf(turns.length, [server.pid], () =>
    perSecond > 0
      ? paced(turns, { perSecond, most: agents / 4 }, one)
      : inFlight(turns, width, (turn) => one(turn, performance.now())),
  );
  const gas = subject.given.size;
  subject.close();
  if (refused > 0) throw new Error(`${refused} reports were refused`);
  const sorted = waits.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))] ?? 0;
  return { ...cost, gas, p50: at(0.5), p99: at(0.99) };
}

/** Answers all that came in five milliseconds at their end, as the pipeline does. */
function makeBareDoor(): ProgressSink['report'] {
  let waiting: (() => void)[] = [];
  const answerAll = () => {
    const all = waiting;
    waiting = [];
    for (const answer of all) answer();
  };
  return ({ mission = '', percent = null }) =>
    new Promise((resolve) => {
      if (waiting.length === 0) setTimeout(answerAll, 5);
      waiting.push(() => {
        resolve({ accepted: true, mission, epoch: 1, percent, crossed: [] });
      });
    });
}
