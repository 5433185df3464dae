// Puts the boards together: the orders' door to them, and the part that keeps them up to date.
import type { JobSink } from '../../contracts/ports.ts';
import type { Clock } from '../../core/clock.ts';
import type { Logger } from '../../core/logger.ts';
import type { Redis } from '../../core/redis.ts';
import type { Service } from '../../core/service.ts';
import { BoardWatch } from './board-watch.ts';
import { type Boards, createBoards } from './boards.ts';
import { makeSee, type SeeDeps, type SeeOptions } from './see.ts';
import { createBoardStore } from './store.ts';

export interface JoinBoardsDeps extends Pick<SeeDeps, 'directory' | 'store'> {
  readonly redis: Redis;
  readonly jobs: JobSink;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Connects to nothing and starts nothing. */
export function joinBoards(
  { redis, directory, store: gas, jobs, clock, logger }: JoinBoardsDeps,
  { prefix, chain }: SeeOptions & { readonly prefix: string },
): { readonly boards: Boards; readonly watch: Service } {
  const store = createBoardStore(redis, { prefix });
  const see = makeSee({ directory, store: gas, boards: store, clock }, { chain });
  const boards = createBoards({ store, jobs, see });
  return { boards, watch: new BoardWatch({ boards, store, clock, logger }) };
}
