// The door for what people order of agents and of their gas; each order has a file of its own in orders/. An order that
// runs again, after a crash at any line, finds what it did before and goes on from there.
import type { SwarmControl } from '../contracts/swarm-orders.ts';
import type { OrderDeps } from './orders/deps.ts';
import { makeBoard } from './orders/board.ts';
import { makeMessage } from './orders/message.ts';
import { makeNote } from './orders/note.ts';
import { makePause, makeResume } from './orders/pause.ts';
import { makeReassign } from './orders/reassign.ts';
import { makeSend } from './orders/send.ts';
import { makeSkip } from './orders/skip.ts';

export function createControl(deps: OrderDeps): SwarmControl {
  return {
    'agent.message': makeMessage(deps),
    'gas.send': makeSend(deps),
    'gas.pause': makePause(deps),
    'gas.resume': makeResume(deps),
    'gas.skip': makeSkip(deps),
    'gas.board': makeBoard(deps),
    'gas.reassign': makeReassign(deps),
    'brain.note': makeNote(deps),
  };
}
