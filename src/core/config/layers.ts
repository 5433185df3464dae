// Where a configuration comes from: files, the environment, files of secrets, flags. Each is a layer; each value in it
// has a place that a person can go to.
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { coreErrors, errorText, SwarmError } from '../errors.ts';
import { isTree, type Path, put, type Tree } from './tree.ts';
import { readYaml } from './yaml.ts';

export interface Layer {
  /** Where it comes from, for messages: a file, `environment`, `flags`. */
  readonly origin: string;
  readonly values: unknown;
  /** Whether every value is text, as in an environment; such a text is read as YAML where the schema wants another type. */
  readonly textual?: boolean;
  /** Where one value stands: a line, a variable. Undefined where the layer does not have it. */
  readonly place?: (path: Path) => string | undefined;
  /** The files that it was read from, for whoever watches them. */
  readonly files?: readonly string[];
}

/** Names with a meaning of their own → configuration path, as in `REDIS_URL` → `redis.url`. */
export type WellKnown = Readonly<Record<string, string>>;

const largest = 1_000_000;

/** Reads a YAML or JSON file as a layer. An absent file is an empty layer when `optional`. @throws SwarmError CONFIG_INVALID */
export async function fileLayer(path: string, { optional }: { readonly optional: boolean }): Promise<Layer> {
  const files = [path];
  try {
    if ((await stat(path)).size > largest) throw refused(`${path}: it is larger than ${largest} bytes`);
    const text = (await readFile(path, 'utf8')).replace(/^\uFEFF/, '');
    if (text.includes('\0')) throw refused(`${path}: it is not text; a YAML or JSON file is expected`);
    const { values, lineOf } = readYaml(text, path);
    if (!isTree(values)) throw refused(`${path}: it must be a mapping of keys to values`);
    const place = (key: Path) => {
      const line = lineOf(key);
      return line === undefined ? undefined : `${path}:${line}`;
    };
    return { origin: path, values, place, files };
  } catch (cause) {
    if (cause instanceof SwarmError) throw cause;
    // Only a file that is not there counts as absent: one that cannot be read would be ignored in silence.
    if (optional && isTree(cause) && cause['code'] === 'ENOENT') return { origin: path, values: {}, files };
    throw refused(`${path}: ${errorText(cause)}`, cause);
  }
}

/** The environment as a layer: well-known names, and `SWARMLINE_<SECTION>__<KEY>` for every other key. */
export function environmentLayer(env: NodeJS.ProcessEnv, wellKnown: WellKnown): Layer {
  const named = Object.entries(env).flatMap(([name, text]): Value[] => {
    const path = pathOfName(name, wellKnown);
    return path === undefined || !text ? [] : [{ path, text, place: name }];
  });
  return textLayer('environment', named);
}

/** `path=value`, each from a `--set`. @throws SwarmError CONFIG_INVALID for one without `=` */
export function flagLayer(settings: readonly string[]): Layer {
  const values = settings.map((setting): Value => {
    const [, path, text] = /^([A-Za-z][\w.]*)=(.*)$/s.exec(setting) ?? [];
    if (path === undefined || text === undefined) {
      throw refused(`--set ${setting}: expected PATH=VALUE, as in --set log.level=debug`);
    }
    return { path: path.split('.'), text, place: `--set ${path}` };
  });
  return textLayer('flags', values);
}

export interface SecretSources {
  readonly env: NodeJS.ProcessEnv;
  readonly wellKnown: WellKnown;
  /** A folder with a file per secret, as Kubernetes and Docker mount them; its file names are variables or paths. */
  readonly folder?: string | undefined;
}

/**
 * Secrets from files: `NAME_FILE` in the environment names one; a mounted folder holds several, and yields to a
 * `NAME_FILE` of the same key. The end of line is not part of a secret. @throws SwarmError CONFIG_INVALID
 */
export async function secretLayer({ env, wellKnown, folder }: SecretSources): Promise<Layer> {
  const mounted = folder ? await mountedSecrets(folder, wellKnown) : [];
  const named = Object.entries(wellKnown).flatMap(([name, path]) => {
    const file = env[`${name}_FILE`];
    return file ? [{ name: `${name}_FILE`, path: path.split('.'), file }] : [];
  });
  const values: Value[] = [];
  for (const { name, path, file } of [...mounted, ...named]) {
    try {
      values.push({ path, text: (await readFile(file, 'utf8')).trim(), place: `${name} (${file})` });
    } catch (cause) {
      throw refused(`${name}: ${errorText(cause)}`, cause);
    }
  }
  const files = [...mounted, ...named].map(({ file }) => file);
  return { ...textLayer('secret files', values), files: folder ? [...files, folder] : files };
}

async function mountedSecrets(folder: string, wellKnown: WellKnown) {
  const names = await readdir(folder).catch((cause: unknown) => {
    throw refused(`SWARMLINE_SECRETS_DIR: ${errorText(cause)}`, cause);
  });
  // `..data` and its like are how Kubernetes swaps all files at once.
  return names
    .filter((name) => !name.startsWith('.'))
    .map((name) => {
      const path = pathOfName(name, wellKnown) ?? (name.includes('.') ? name.split('.') : undefined);
      if (path) return { name: 'SWARMLINE_SECRETS_DIR', path, file: join(folder, name) };
      throw refused(
        `SWARMLINE_SECRETS_DIR: ${join(folder, name)} is no known name; call it like a variable (REDIS_URL) or a path (redis.url)`,
      );
    });
}

interface Value {
  readonly path: Path;
  readonly text: string;
  readonly place: string;
}

function textLayer(origin: string, given: readonly Value[]): Layer {
  const values = given.reduce<Tree>((tree, { path, text }) => put(tree, path, text), {});
  const places = new Map(given.map(({ path, place }) => [path.join('.'), place]));
  return { origin, values, textual: true, place: (path) => places.get(path.join('.')) };
}

// SWARMLINE_PIPELINE__ACK_TIMEOUT_MS -> pipeline.ackTimeoutMs
function pathOfName(name: string, wellKnown: WellKnown): Path | undefined {
  const match = /^SWARMLINE_([A-Z0-9]+(?:_[A-Z0-9]+)*?)__([A-Z0-9_]+)$/.exec(name);
  if (match) return [match[1], match[2]].map((part) => camel(part ?? ''));
  return Object.hasOwn(wellKnown, name) ? wellKnown[name]?.split('.') : undefined;
}

function camel(name: string): string {
  return name.toLowerCase().replaceAll(/_+([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

function refused(message: string, cause?: unknown): SwarmError {
  return new SwarmError(coreErrors.configInvalid, message, { cause });
}
