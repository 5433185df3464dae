// A gas as its receiver reads it. What is stored speaks to an agent with a folder and without a status file; here the
// sentences that are marked as ours are said of the ways that this one has, and nothing else is touched. Pure.
import { type Gas, reportWords } from '../../contracts/agents.ts';
import { acceptance, mark, ours } from '../text.ts';

/** The ways of one agent. */
export interface Ways {
  /** How it takes a gas on, a sentence. */
  readonly takeOn: (gas: Gas) => string;
  readonly hasStatusFile: boolean;
}

/** Of what is stored, never of what was read: that has no marks any more. */
export function asRead(gas: Gas, { takeOn, hasStatusFile }: Ways): Gas {
  if (!gas.text.includes(mark)) return { ...gas, text: unmarked(gas.text, takeOn(gas)) };
  const reports = hasStatusFile ? Object.values(reportWords) : [];
  const told = reports.reduce((said, { door, file }) => replaced(said, ours(door), file), gas.text);
  return { ...gas, text: replaced(told, ours(acceptance), takeOn(gas)).replaceAll(mark, '') };
}

/**
 * What a version stored that marked nothing, and said in all of it how to take it on. Said once, that is ours; where foreign
 * words say the same, none of them is touched, and the way stands behind them.
 */
function unmarked(text: string, way: string): string {
  const times = text.split(acceptance).length - 1;
  if (times === 0 || way === acceptance) return text;
  return times === 1 ? replaced(text, acceptance, way) : `${text.trimEnd()}\n\n${way}\n`;
}

/** Said behind a way of its own: each agent has this one too. */
export function orByCommand({ id }: Gas): string {
  return `or run \`swarmline agent ack ${id}\``;
}

/** A function, since `$` in a string of replacement is none of ours. */
function replaced(text: string, from: string, to: string): string {
  return text.replaceAll(from, () => to);
}
