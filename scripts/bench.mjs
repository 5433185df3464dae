// `npm run bench NAME`: builds what is measured, then runs bench/NAME.ts. Without a name it lists what there is.
import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
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
const child = spawn(join(root, 'node_modules/.bin/tsx'), [file], { cwd: root, stdio: 'inherit' });
child.on('close', (code, signal) => {
  process.exitCode = code ?? (signal === 'SIGINT' ? 130 : 1);
});
