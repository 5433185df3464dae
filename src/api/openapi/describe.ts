// The way to the description that costs nothing before somebody wants it.
import type { CommandSpec } from '../../commands/index.ts';

/** OpenAPI 3.1 of the HTTP face. @param version of the package */
export async function describeApi(specs: readonly CommandSpec[], version: string) {
  const { makeOpenApi } = await import('./document.ts');
  return makeOpenApi(specs, version);
}
