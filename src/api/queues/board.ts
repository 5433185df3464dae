// bull-board as two servers of its own, one that only shows and one that may move jobs, made when the first person looks.
// They listen nowhere: requests that were let in are handed to them.
import type { BaseAdapter } from '@bull-board/api/baseAdapter';
import fastify, { type FastifyInstance } from 'fastify';

/** The queues, as whoever owns them opens them. */
export interface QueueBoard {
  readonly reading: readonly BaseAdapter[];
  readonly managing: readonly BaseAdapter[];
  close(): Promise<void>;
}

export interface BoardServers {
  readonly reading: FastifyInstance;
  readonly managing: FastifyInstance;
  /** Whether there is such a queue, and such a job in it where one is named. */
  has(queue: string, job?: string): Promise<boolean>;
  close(): Promise<void>;
}

/** What the browser may do with its page: the page asks for fonts elsewhere, and gets none. */
export const boardPolicy =
  "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; object-src 'none'; base-uri 'self'; frame-ancestors 'none'";

/** Loads the library and opens the queues. @throws what the queues are refused with */
export async function makeBoard(open: () => Promise<QueueBoard>): Promise<BoardServers> {
  const board = await open();
  const reading = await serve(board.reading);
  const managing = await serve(board.managing);
  return {
    reading,
    managing,
    has: async (queue, job) => {
      const found = board.reading.find((one) => one.getName() === queue);
      if (!found || job === undefined) return found !== undefined;
      return (await found.getJob(job)) != null;
    },
    close: async () => {
      await Promise.all([reading.close(), managing.close()]);
      await board.close();
    },
  };
}

async function serve(queues: readonly BaseAdapter[]): Promise<FastifyInstance> {
  const { createBullBoard, FastifyAdapter } = await import('./library.ts');
  const serverAdapter = new FastifyAdapter().setBasePath('/queues');
  const uiConfig = { boardTitle: 'Swarmline queues' };
  createBullBoard({ queues, serverAdapter, options: { uiConfig } });
  const server = fastify({ logger: false });
  await server.register(serverAdapter.registerPlugin(), { prefix: '/queues' });
  await server.ready();
  return server;
}
