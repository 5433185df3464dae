// A gas as its receiver reads it. What is stored speaks to an agent with a folder and without a status file; here it is said
// of the ways that this one has. Pure.
import { type Gas, reportWords } from '../../contracts/agents.ts';
import { acceptance } from '../text.ts';

/** The ways of one agent. */
export interface Ways {
  /** How it takes a gas on, a sentence. */
  readonly takeOn: (gas: Gas) => string;
  readonly hasStatusFile: boolean;
}

/** What an agent reads twice is the same as what it reads once. */
export function asRead(gas: Gas, { takeOn, hasStatusFile }: Ways): Gas {
  const how = takeOn(gas);
  const told = hasStatusFile ? byStatusFile(gas.text) : gas.text;
  const lines = told.split('\n').map((line) => (isOurs(gas, line) ? replaced(line, acceptance, how) : line));
  const text = lines.join('\n');
  const isWhole = how === acceptance || text.includes(how);
  return { ...gas, text: isWhole ? text : `${text.trimEnd()}\n\n${how}\n` };
}

/** Said behind a way of its own: each agent has this one too. */
export function orByCommand({ id }: Gas): string {
  return `or run \`swarmline agent ack ${id}\``;
}

/** A template puts the sentence anywhere, and has quotes around what is foreign; elsewhere ours is a line. */
function isOurs({ checkpoint }: Gas, line: string): boolean {
  return checkpoint !== null || line === acceptance;
}

function byStatusFile(text: string): string {
  return Object.values(reportWords).reduce((said, { door, file }) => replaced(said, door, file), text);
}

/** A function, since `$` in a string of replacement is none of ours. */
function replaced(text: string, from: string, to: string): string {
  return text.replaceAll(from, () => to);
}
