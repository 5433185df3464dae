// A person's board of the chain. The same order is the same board.
import type { SwarmControl } from '../../contracts/swarm-orders.ts';
import { delivering, done, type OrderDeps } from './deps.ts';

export function makeBoard({ boards }: Pick<OrderDeps, 'boards'>): SwarmControl['gas.board'] {
  return async (order, { replyTo, show }) => {
    if (show) {
      await boards.show(order, replyTo);
      return delivering;
    }
    await boards.stop(replyTo);
    return done('no board is kept up to date here any more');
  };
}
