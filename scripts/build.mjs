// `npm run build`: src and the libraries it uses as one bundle with lazy parts, dist/cli/main.js first. Reading some
// 900 module files one by one took most of the start-up; `npm run bench startup` shows the difference.
// Types are not looked at here: `npm run check` does.
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

const root = join(import.meta.dirname, '..');
const dist = join(root, 'dist');

// Native or optional helpers that discord.js and ws try to load; whoever installs them gets them from node_modules.
const optional = ['zlib-sync', 'bufferutil', 'utf-8-validate'];

/** commander loads child_process for subcommands that are programs of their own; we have none, and it costs a sixth of `--help`. */
const lateChildProcess = {
  name: 'late child_process',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]commander[\\/]lib[\\/]command\.js$/ }, ({ path }) => {
      const early = "const childProcess = require('node:child_process');";
      const late = "const childProcess = { get spawn() { return require('node:child_process').spawn; } };";
      const contents = readFileSync(path, 'utf8');
      if (!contents.includes(early)) throw new Error(`${path} does not say any more: ${early}`);
      return { contents: contents.replace(early, late) };
    });
  },
};

/** zod brings its messages in forty languages, which are half of it; ours are in English. */
const zodInEnglish = {
  name: 'zod in English',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]zod[\\/]v4[\\/]locales[\\/]index\.js$/ }, () => ({
      contents: "export { default as en } from './en.js';",
    }));
  },
};

rmSync(dist, { recursive: true, force: true });
await build({
  absWorkingDir: root,
  entryPoints: ['src/cli/main.ts'],
  outdir: join(dist, 'cli'),
  bundle: true,
  // Parts that are imported when they are needed stay files of their own: an adapter that is off is never read.
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  external: optional,
  plugins: [lateChildProcess, zodInEnglish],
  sourcemap: true,
  legalComments: 'linked',
  // CommonJS libraries inside the bundle still ask for Node's own modules by `require`.
  banner: {
    js: "import { createRequire as createRequireOfBundle } from 'node:module'; const require = createRequireOfBundle(import.meta.url);",
  },
  logLevel: 'warning',
});
