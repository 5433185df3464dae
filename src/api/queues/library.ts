// bull-board and its page, for an import at the moment that somebody opens it.
import { createBullBoard } from '@bull-board/api';
import { FastifyAdapter } from '@bull-board/fastify';

export { createBullBoard, FastifyAdapter };
