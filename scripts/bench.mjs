// `npm run bench NAME`: builds what is measured, then runs bench/NAME.ts. Without a name it lists what there is.
import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { ensureBuild, root } from './setup.mjs';

const name = process.argv[2] ?? '';
const file = join(root, 'bench', `${name}.bench.ts`);
if (name === '' || !existsSync(file)) {
  const names = readdirSync(join(root, 'bench')).flatMap(
    (entry) => /^(.+)\.bench\.ts$/.exec(entry)?.[1] ?? [],
  );
  console.error(
    `${name === '' ? 'which bench?' : `there is no bench ${name}`} There are: ${names.join(', ')}`,
  );
  process.exit(2);
}
await ensureBuild();
// As what is shipped is built: tsx gives each function its name at each time it is made, which a library does not pay for.
const outfile = join(root, 'dist', `${name}.bench.js`);
await build({
  ...{ absWorkingDir: root, entryPoints: [file], outfile, logLevel: 'warning', sourcemap: true },
  ...{ bundle: true, packages: 'external', format: 'esm', platform: 'node', target: 'node20' },
});
const child = spawn(process.execPath, ['--enable-source-maps', outfile], { cwd: root, stdio: 'inherit' });
child.on('close', (code, signal) => {
  process.exitCode = code ?? (signal === 'SIGINT' ? 130 : 1);
});
