// `npm start`: set-up on a fresh clone, then the platform in this very process, so that Ctrl-C reaches it alone.
import { join } from 'node:path';
import { ensureBuild, ensureDependencies, ensureServers, root, SetupError } from './setup.mjs';

try {
  await ensureServers({ ask: true });
  await ensureDependencies();
  await ensureBuild();
} catch (thrown) {
  if (!(thrown instanceof SetupError)) throw thrown;
  console.error(thrown.message);
  process.exit(thrown.exitCode);
}
const main = join(root, 'dist/cli/main.js');
process.argv.splice(1, 1, main, 'up');
await import(main);
