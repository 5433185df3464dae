// What could stand for an argument, against what was given: a slip of the pen is asked about, and the beginning of several
// is told with all of them. What is merely unknown passes: whoever acts on it knows better.
import type { Args } from './bind.ts';
import { nearest } from './parse.ts';
import type { Reply } from './reply.ts';
import type { CommandPorts, CommandSpec } from './spec.ts';

const shown = 8;

/** A refusal for the first argument that was likely meant otherwise; null lets pass. */
export async function misspelt(spec: CommandSpec, args: Args, ports: CommandPorts): Promise<Reply | null> {
  for (const { name, candidates, known = candidates } of spec.args) {
    const given = args[name];
    if (given === undefined || !known) continue;
    const text = slip(name, given, await known(ports, args));
    if (text !== null) return { kind: 'refusal', code: 'bad-argument', text };
  }
  return null;
}

/** What to say of a word that is none of the candidates and likely meant one; else null. Pure. */
export function slip(name: string, given: string, candidates: readonly string[]): string | null {
  const typed = given.toLowerCase();
  if (candidates.some((candidate) => candidate.toLowerCase() === typed)) return null;
  const begun = candidates.filter((candidate) => candidate.toLowerCase().startsWith(typed));
  if (begun.length > 1) {
    const more = begun.length > shown ? ` and ${begun.length - shown} more` : '';
    const listed = begun.slice(0, shown).map((candidate) => `\`${candidate}\``);
    return `Which ${name} is \`${given}\`? It is the beginning of ${listed.join(', ')}${more}.`;
  }
  // More of an id than its short form has; whoever looks it up knows whether it goes on like that.
  if (/^x[0-9a-f]+$/.test(typed) && candidates.some((candidate) => typed.startsWith(candidate))) return null;
  const guess = nearest(given, candidates);
  return guess === null ? null : `No ${name} \`${given}\` is known. Did you mean \`${guess}\`?`;
}
