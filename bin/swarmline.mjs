#!/usr/bin/env node
// The `swarmline` command: runs the built program, or says how to build it.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));
if (existsSync(main)) {
  await import(main);
} else {
  process.stderr.write('swarmline: it is not built yet; run: npm ci && npm run build\n');
  process.exit(69);
}
