// A script of a test as one file: where it is started many times, reading its modules one by one would take most of the time.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { onTestFinished } from 'vitest';

/** Resolves to the path of the file; it is removed after the test. */
export async function bundled(script: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'swarmline-bundle-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const outfile = join(folder, 'script.mjs');
  // Libraries of the old kind ask for it.
  const require =
    "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);";
  await build({
    entryPoints: [script],
    ...{ outfile, bundle: true, platform: 'node', format: 'esm', banner: { js: require } },
  });
  return outfile;
}
