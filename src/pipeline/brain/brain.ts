// The shared memory of the swarm: takes what agents learned, and finds it again by its words. Redis has the truth; each
// process that searches keeps an index of it in memory and reads what has changed since.
import type { Brain, Hit, Learning, NoteOutcome } from '../../contracts/brain.ts';
import { learningSchema } from '../../contracts/brain.ts';
import { holdsSecret } from '../../contracts/secret-shapes.ts';
import { makeOneAtATime } from '../rounds.ts';
import type { BrainOptions } from './config.ts';
import type { MiniSearch } from './library.ts';
import { createLearningStore, type LearningStore, type LearningStoreDeps } from './store.ts';

const dayMs = 86_400_000;
/** So many are read from Redis at once. */
const batch = 500;

/** As `Brain.search`, in what is known by now. */
export type Find = (text: string, limit: number) => readonly Hit[];

export interface OpenBrain extends Brain {
  /** Learns what others have noted meanwhile. @throws SwarmError REDIS_* */
  open(): Promise<Find>;
}

/** Creates the brain; connects to nothing, and loads its index when the first learning is there. */
export function createBrain(
  deps: LearningStoreDeps,
  { prefix, keep, keepDays }: Pick<BrainOptions, 'keep' | 'keepDays'> & { readonly prefix: string },
): OpenBrain {
  const store = createLearningStore(deps, { prefix, keep, keepMs: keepDays * dayMs });
  const index = new LearningIndex(store);
  return {
    open: () => index.open(),
    search: async (text, limit) => (await index.open())(text, limit),
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

  async open(): Promise<Find> {
    await this.#catchUp();
    return (text, limit) => {
      const found = this.#index?.search(text) ?? [];
      return found.slice(0, limit).flatMap(({ id, score }) => {
        const learning = this.#known.get(String(id));
        return learning ? [{ ...learning, score }] : [];
      });
    };
  }

  async #readChanges(): Promise<void> {
    const version = await this.#store.version();
    if (version === this.#version) return;
    const ids = new Set(await this.#store.ids());
    for (const id of this.#known.keys()) {
      if (ids.has(id)) continue;
      this.#known.delete(id);
      this.#index?.discard(id);
    }
    const missing = [...ids].filter((id) => !this.#known.has(id));
    for (let i = 0; i < missing.length; i += batch) {
      this.#index ??= await createIndex();
      for (const learning of await this.#store.get(missing.slice(i, i + batch))) {
        this.#known.set(learning.id, learning);
        this.#index.add(learning);
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
