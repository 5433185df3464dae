// Draws the layers from the imports that are really there, into docs/architecture.md.
// `--check` writes nothing and fails when the drawing is not what the code is.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cruise } from 'dependency-cruiser';
import extractConfig from 'dependency-cruiser/config-utl/extract-depcruise-config';
import extractTsConfig from 'dependency-cruiser/config-utl/extract-ts-config';

const root = join(import.meta.dirname, '..');
const page = join(root, 'docs/architecture.md');
const begin = '<!-- layer picture: made by `npm run picture`, do not edit -->';
const end = '<!-- end of layer picture -->';

const known = await folderImports();
const text = readFileSync(page, 'utf8');
const [before, rest] = text.split(begin);
const after = rest?.split(end)[1];
if (after === undefined) throw new Error(`${page} lacks the lines "${begin}" and "${end}"`);
const wanted = `${before}${begin}\n\n${picture(known)}\n${table(known)}\n${end}${after}`;

if (wanted === text) console.log('docs/architecture.md shows the layers as they are');
else if (process.argv.includes('--check')) {
  console.error('docs/architecture.md does not show the layers as they are. To mend it: npm run picture');
  process.exitCode = 1;
} else {
  writeFileSync(page, wanted);
  console.log('docs/architecture.md: layers drawn anew');
}

/** Folder → folders that its files import, all sorted by name. */
async function folderImports() {
  const { options } = await extractConfig(join(root, '.dependency-cruiser.mjs'));
  const tsConfig = extractTsConfig(join(root, 'tsconfig.json'));
  const { output } = await cruise(['src'], { ...options, baseDir: root, includeOnly: '^src/' }, undefined, {
    tsConfig,
  });
  const imports = new Map();
  for (const module of output.modules.toSorted((a, b) => a.source.localeCompare(b.source))) {
    const from = folderOf(module.source);
    const known = imports.get(from) ?? new Set();
    imports.set(from, known);
    for (const { resolved } of module.dependencies) {
      if (folderOf(resolved) !== from) known.add(folderOf(resolved));
    }
  }
  return imports;
}

/** Each bot is a feature of its own; elsewhere the first folder is. */
function folderOf(file) {
  return /^src\/(bots\/[^/]+(?=\/)|[^/]+)/.exec(file)[1];
}

/** An arrow that a longer way already tells is left out, so that the layers show. */
function picture(imports) {
  const arrows = [];
  for (const [from, direct] of imports) {
    for (const to of direct) {
      const detour = [...direct].some((via) => via !== to && reaches(imports, via, to));
      if (!detour) arrows.push(`  ${id(from)} --> ${id(to)}`);
    }
  }
  const nodes = [...imports.keys()].map((folder) => `  ${id(folder)}["${folder}"]`);
  return ['```mermaid', 'flowchart TD', ...nodes, ...arrows.sort(), '```', ''].join('\n');
}

function reaches(imports, from, to, seen = new Set()) {
  if (from === to) return true;
  if (seen.has(from)) return false;
  seen.add(from);
  return [...(imports.get(from) ?? [])].some((via) => reaches(imports, via, to, seen));
}

function id(folder) {
  return folder.replace('/', '_');
}

function table(imports) {
  const rows = [...imports].map(
    ([from, direct]) => `| ${from} | ${[...direct].sort().join(', ') || 'nothing'} |`,
  );
  return ['| folder of src | imports |', '|---|---|', ...rows, ''].join('\n');
}
