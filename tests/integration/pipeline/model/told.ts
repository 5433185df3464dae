// What is promised of what people are told: nothing but what the record says, nothing of a receiver that it has not done, and in the
// end its last state; and when what the record dates was.
import { stepMarks } from '../../../../src/contracts/agents.ts';
import { actionStateSchema, type Step } from '../../../../src/contracts/chat.ts';
import type { Delivery } from '../../../../src/pipeline/delivery.ts';
import { isNudge } from '../../../../src/pipeline/stall/nudge.ts';
import { type Book, missionsIn, name } from './book.ts';
import type { World } from './world.ts';

/** A test takes its time between two looks at the clock, ms. */
const whileMs = 30_000;

export function untold(world: World, deliveries: readonly Delivery[]): readonly Delivery[] {
  return deliveries.filter((one) => !isTold(world, one));
}

const asides = [stepMarks.again, stepMarks.missed, 'passed over '];

/** The last report to each says the state that it has. */
function isTold({ told }: World, { gas, asked, state, steps }: Delivery): boolean {
  if (isNudge(gas) || state === 'pending') return true;
  const abouts = [
    ...(gas.checkpoint === null ? [] : [gas.id]),
    ...(asked === null ? [] : [asked.correlationId]),
  ];
  return abouts.every((about) => {
    const seqs = told.flatMap(({ report }) => (report.about === about ? [report.seq] : []));
    // That it is tried again, or a try was missed, is told with what comes next; so is that it was passed over, to nobody.
    const isAside = (detail: string) => asides.some((mark) => detail.startsWith(mark));
    const news = steps.findLastIndex((one, i) => one.state !== steps[i - 1]?.state || !isAside(one.detail));
    return Math.max(0, ...seqs) > news;
  });
}

export function lies({ told }: World, { deliveries }: Book): string[] {
  const byAbout = new Map<string, Delivery>();
  for (const one of deliveries) {
    byAbout.set(one.gas.id, one);
    if (one.asked) byAbout.set(one.asked.correlationId, one);
  }
  return told.flatMap(({ report, had }) => {
    const one = byAbout.get(report.about);
    if (one === undefined || isNudge(one.gas)) return [];
    const { steps, seq, text } = report;
    const isSo = steps.length >= shown(one.steps.slice(0, seq)).length && isPart(steps, letGo(one.steps));
    const isAcknowledged = steps.some(({ state }) => state === 'accepted' || state === 'working');
    const isTrue = !isAcknowledged || had.has(one.gas.id);
    return isSo && isTrue ? [] : [`told and not so: ${text}`];
  });
}

/** What is held no more is on its way. */
function letGo(steps: Delivery['steps']): Delivery['steps'] {
  return steps.map((step, i) =>
    step.state === 'pending' && steps[i - 1]?.state === 'held' ? { ...step, state: 'queued' } : step,
  );
}

/** Whether all of it is in the record, in its order. */
function isPart(told: readonly Step[], record: Delivery['steps']): boolean {
  let from = 0;
  return told.every(({ state, at }) => {
    const found = record.findIndex((step, i) => i >= from && step.state === state && step.at === at);
    from = found + 1;
    return found >= 0;
  });
}

/** Not every state of a delivery is one that people are shown. */
function shown(steps: Delivery['steps']): readonly Pick<Step, 'state' | 'at'>[] {
  return steps.flatMap(({ state, at }) => {
    const parsed = actionStateSchema.safeParse(state);
    return parsed.success ? [{ state: parsed.data, at }] : [];
  });
}

/** A crossing is dated to when it can have been read first, wherever it waited since. */
export function misdated({ crossings }: World, { lines }: Book): string[] {
  return lines
    .filter(({ root, isStillborn }) => root.asked === null && !isStillborn)
    .flatMap(({ root }) => {
      const one = crossings.of(missionsIn({ root })[0] ?? '', root.gas.checkpoint);
      const at = root.gas.crossedAt === undefined ? root.gas.createdAt : root.gas.crossedAt;
      if (one === undefined) return [];
      const isSo = at !== null && at >= one.earliest - whileMs && at <= one.latest + whileMs;
      return isSo ? [] : [`${name(root)} was crossed at ${at}, not ${one.earliest} to ${one.latest}`];
    });
}
