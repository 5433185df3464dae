// What the queue is compared with: a queue in one JSON file, as scripts have it. Every operation reads the whole file,
// changes it and replaces it by a rename; the next entry is the oldest that is pending.
import { readFile, rename, writeFile } from 'node:fs/promises';

interface Entry {
  readonly id: string;
  readonly state: 'PENDING' | 'DELIVERED';
  readonly at: number;
  readonly body: object;
}

export class JsonFileQueue {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  async enqueue(id: string, body: object): Promise<void> {
    const entries = await this.#read();
    await this.#write([...entries, { id, state: 'PENDING', at: Date.now(), body }]);
  }

  /** Takes the oldest that is pending and marks it delivered; null when there is none. */
  async deliver(): Promise<string | null> {
    const next = (await this.#read())
      .filter(({ state }) => state === 'PENDING')
      .toSorted((a, b) => a.at - b.at)[0];
    if (!next) return null;
    const entries = await this.#read();
    await this.#write(
      entries.map((entry) => (entry.id === next.id ? { ...entry, state: 'DELIVERED' } : entry)),
    );
    return next.id;
  }

  async #read(): Promise<readonly Entry[]> {
    const text = await readFile(this.#path, 'utf8').catch(() => '[]');
    const parsed: unknown = JSON.parse(text);
    return isList(parsed) ? parsed : [];
  }

  async #write(entries: readonly Entry[]): Promise<void> {
    await writeFile(`${this.#path}.tmp`, JSON.stringify(entries, null, 2));
    await rename(`${this.#path}.tmp`, this.#path);
  }
}

// Its files are its own: whoever checks them pays for it, and scripts do not.
function isList(parsed: unknown): parsed is Entry[] {
  return Array.isArray(parsed);
}
