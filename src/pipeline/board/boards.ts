// The boards of all places: begins and ends them by order, and looks at each in turn. What it shows leaves by `chat.report`
// like all else; what is remembered lies in Redis, so a board goes on over restarts and in whichever process.
import type { Address, Surface } from '../../contracts/chat.ts';
import type { Board } from '../../contracts/board.ts';
import type { JobSink } from '../../contracts/ports.ts';
import type { SwarmOrder } from '../../contracts/swarm-orders.ts';
import { boardReport } from './board-report.ts';
import { beginBoard, type BoardRecord, judgeBoard, nextSeq } from './record.ts';
import type { BoardStore, HeldBoard } from './store.ts';

export interface BoardsDeps {
  readonly store: BoardStore;
  readonly jobs: JobSink;
  readonly see: () => Promise<Board>;
}

/** Each throws SwarmError REDIS_*, RECORD_UNREADABLE, QUEUE_UNAVAILABLE, and may be called again. */
export interface Boards {
  /** Puts a board there; one that was there before ends. */
  show(order: SwarmOrder, to: Address): Promise<void>;
  /** Resolves to whether there was one. */
  stop(to: Address): Promise<boolean>;
  /** Sees the swarm and edits whatever shows it otherwise. */
  look(): Promise<void>;
}

/** Surfaces where something that was said can be said anew; elsewhere a board is one answer. */
const edited: readonly Surface[] = ['discord', 'console'];

/** Creates them; connects to nothing. */
export function createBoards({ store, jobs, see }: BoardsDeps): Boards {
  async function end({ text, value }: HeldBoard, board: Board, why: string): Promise<void> {
    if (value === null) return;
    await jobs.add(boardReport({ ...value, seq: nextSeq(value, board.at) }, board, { final: true, why }));
    await store.save(value.to, { text, value }, null);
  }

  async function lookAt(held: HeldBoard & { readonly value: BoardRecord }, board: Board): Promise<void> {
    const step = judgeBoard(held.value, board);
    if (step.kind === 'same') return;
    const showing = step.kind === 'end' ? { final: true, why: step.why } : { final: false };
    // Told before it is remembered: what a crash leaves in between is shown again, and nothing is left out.
    await jobs.add(boardReport(step.record, board, showing));
    await store.save(step.record.to, held, step.kind === 'end' ? null : step.record);
  }

  return {
    show: async ({ id: about, principal }, to) => {
      const held = await store.at(to);
      if (held.value?.about === about) return;
      const board = await see();
      const record = beginBoard({ about, principal, to, at: board.at }, board);
      if (!edited.includes(to.surface)) {
        await jobs.add(boardReport(record, board, { final: true }));
        return;
      }
      await end(held, board, 'a newer one is below');
      await jobs.add(boardReport(record, board, { final: false }));
      const free = held.value === null ? held : await store.at(to);
      await store.save(to, free, record);
    },
    stop: async (to) => {
      const held = await store.at(to);
      if (held.value !== null) await end(held, await see(), 'it was stopped');
      return held.value !== null;
    },
    look: async () => {
      const all = await store.boards();
      const board = await see();
      for (const held of all) {
        if (held.value !== null) await lookAt({ ...held, value: held.value }, board);
      }
    },
  };
}
