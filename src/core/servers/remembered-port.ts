// A port that a server folder remembers between starts.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The port remembered under `name`, or `fallback`. */
export async function readRemembered(dir: string, name: string, fallback: number): Promise<number> {
  const text = await readFile(join(dir, `${name}.port`), 'utf8').catch(() => '');
  return Number.parseInt(text, 10) || fallback;
}

export async function remember(dir: string, name: string, port: number): Promise<void> {
  await writeFile(join(dir, `${name}.port`), String(port));
}
