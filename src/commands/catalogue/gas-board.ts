// `gas board [stop]`: a board of the chain that stands in this place and edits itself while the swarm goes on.
import { z } from 'zod';
import type { Action } from '../spec.ts';
import { jobOf, orderedBy } from './agent-names.ts';

export const gasBoard: Action = {
  kind: 'action',
  name: 'gas board',
  aliases: ['board'],
  description: 'A board of the chain that keeps itself up to date here, until it is stopped',
  args: [
    {
      name: 'order',
      description: '`show` (default) or `stop`',
      required: false,
      schema: z.enum(['show', 'stop'], { error: '`show` or `stop`' }),
      candidates: () => Promise.resolve(['show', 'stop']),
    },
  ],
  example: 'gas board',
  danger: 'none',
  permission: () => 'gas.board',
  prompt: ({ order }) =>
    order === 'stop' ? 'End the board of this place?' : 'Put a board of the chain here?',
  check: () => Promise.resolve(null),
  enqueue: async (call, ports) => {
    const show = call.args['order'] !== 'stop';
    await ports.jobs.add(jobOf('gas.board', call, { ...orderedBy(call), show }));
    return show ? 'The board follows.' : 'Order taken: end the board of this place.';
  },
};
