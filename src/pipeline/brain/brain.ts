// The shared memory of the swarm: takes what agents learned, and finds it again by its words. Redis has the truth; each
// process that searches keeps an index of it in memory and reads what has changed since.
import type { Brain, Hit, Learning, NoteOutcome } from '../../contracts/brain.ts';
import { learningSchema } from '../../contracts/brain.ts';
import { holdsSecret } from '../../contracts/secret-shapes.ts';
import type { Redis } from '../../core/redis.ts';
import { makeOneAtATime } from '../rounds.ts';
import type { BrainOptions } from './config.ts';
import type { MiniSearch } from './library.ts';
import { createLearningStore, type LearningStore } from './store.ts';

const dayMs = 86_400_000;
/** So many are read from Redis at once. */
const batch = 500;

/** Creates the brain; connects to nothing, and loads its index at the first search. */
export function createBrain(
  redis: Redis,
  { prefix, keep, keepDays }: Pick<BrainOptions, 'keep' | 'keepDays'> & { readonly prefix: string },
): Brain {
  const store = createLearningStore(redis, { prefix, keep, keepMs: keepDays * dayMs });
  const index = new LearningIndex(store);
  return {
    search: (text, limit) => index.search(text, limit),
    note: async (learning) => {
      const objection = objectionTo(learning);
      if (objection !== null) return { kind: 'refused', reason: objection };
      return { kind: (await store.put(learning)) ? 'kept' : 'known', id: learning.id } satisfies NoteOutcome;
    },
  };
}

/** What one agent told is read by all, so a secret has no place in it. */
function objectionTo(learning: Learning): string | null {
  const parsed = learningSchema.safeParse(learning);
  if (!parsed.success) return parsed.error.issues[0]?.message ?? 'it is no learning';
  const texts = [learning.text, learning.mission, learning.author];
  return texts.some(holdsSecret) ? 'it looks as if it held a secret; leave that out' : null;
}

class LearningIndex {
  readonly #store: LearningStore;
  readonly #known = new Map<string, Learning>();
  readonly #catchUp = makeOneAtATime(() => this.#readChanges());
  #index: MiniSearch<Learning> | undefined;
  #version: string | null = null;

  constructor(store: LearningStore) {
    this.#store = store;
  }

  async search(text: string, limit: number): Promise<readonly Hit[]> {
    await this.#catchUp();
    if (this.#known.size === 0) return [];
    const found = this.#index?.search(text) ?? [];
    return found.slice(0, limit).flatMap(({ id, score }) => {
      const learning = this.#known.get(String(id));
      return learning ? [{ ...learning, score }] : [];
    });
  }

  async #readChanges(): Promise<void> {
    const version = await this.#store.version();
    if (version === this.#version && this.#index) return;
    const index = this.#index ?? (await createIndex());
    this.#index = index;
    const ids = new Set(await this.#store.ids());
    for (const id of this.#known.keys()) {
      if (ids.has(id)) continue;
      this.#known.delete(id);
      index.discard(id);
    }
    const missing = [...ids].filter((id) => !this.#known.has(id));
    for (let i = 0; i < missing.length; i += batch) {
      for (const learning of await this.#store.get(missing.slice(i, i + batch))) {
        this.#known.set(learning.id, learning);
        index.add(learning);
      }
    }
    this.#version = version;
  }
}

async function createIndex(): Promise<MiniSearch<Learning>> {
  const { MiniSearch } = await import('./library.ts');
  return new MiniSearch<Learning>({
    fields: ['text', 'mission', 'tags', 'author'],
    extractField: (learning, field) => {
      if (field === 'id') return learning.id;
      if (field === 'tags') return learning.tags.join(' ');
      return field === 'text' ? learning.text : field === 'mission' ? learning.mission : learning.author;
    },
    searchOptions: { boost: { mission: 2, tags: 2 }, prefix: true, fuzzy: 0.2 },
  });
}
