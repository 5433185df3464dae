// Arguments as a person reads them. The record keeps them by the alphabet, since its lines have one form. Pure.
import type { CommandSpec } from './spec.ts';

/** Name and text of each, in the order in which its command takes them; such as it does not know stand last. */
export function argsInOrder(
  { command, args }: { readonly command: string; readonly args: Readonly<Record<string, string>> },
  specs: readonly CommandSpec[],
): (readonly [name: string, text: string])[] {
  const known = specs.find(({ name }) => name === command)?.args.map(({ name }) => name) ?? [];
  const inOrder = new Set([...known.filter((name) => name in args), ...Object.keys(args)]);
  return [...inOrder].map((name) => [name, args[name] ?? '']);
}
