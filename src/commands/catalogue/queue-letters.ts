// `queue redrive <id>`, `queue redrive-all [queue]`, `queue discard <id>`: what becomes of dead letters. One is a matter of
// one person; all of them at once is like a deploy, and takes two.
import { derivedId } from '../../contracts/ids.ts';
import type { JobBody } from '../../contracts/jobs.ts';
import { counted } from '../render.ts';
import type { Action, ActionCall, CommandCall, CommandPorts } from '../spec.ts';
import { letterArg, letterQueueArg, noSuchLetter, noSuchQueue } from './find-letter.ts';

export const queueRedrive: Action = {
  kind: 'action',
  name: 'queue redrive',
  description: 'Run a job again that was given up; what was done of it stays done',
  args: [letterArg],
  example: 'queue redrive x1a2b3c',
  permission: () => 'queue.redrive',
  danger: 'confirm',
  prompt: async (args, ports) => `Run again: ${await titleOf(args, ports)}?`,
  check: ({ args }, ports) => missing(args, ports),
  enqueue: (call, ports) => order(call, ports, { order: 'redrive', id: call.args['id'] ?? '', queue: null }),
};

export const queueRedriveAll: Action = {
  kind: 'action',
  name: 'queue redrive-all',
  description: 'Run every job again that was given up, or every one of a queue',
  args: [letterQueueArg],
  example: 'queue redrive-all gas',
  permission: () => 'queue.redrive-all',
  danger: 'two-persons',
  prompt: async (args, ports) => {
    const { total } = await ports.queues.deadLetters(0, args['queue']);
    return `Run ${counted(total, 'dead letter')} again${ofQueue(args)}?`;
  },
  check: async ({ args }, ports) => {
    const unknown = noSuchQueue(args['queue']);
    if (unknown !== null) return unknown;
    const { total } = await ports.queues.deadLetters(0, args['queue']);
    return total === 0 ? `There is no dead letter${ofQueue(args)}.` : null;
  },
  enqueue: (call, ports) =>
    order(call, ports, { order: 'redrive', id: null, queue: call.args['queue'] ?? null }),
};

export const queueDiscard: Action = {
  kind: 'action',
  name: 'queue discard',
  description: 'Give a dead letter up for good',
  args: [letterArg],
  example: 'queue discard x1a2b3c',
  permission: () => 'queue.discard',
  danger: 'confirm',
  prompt: async (args, ports) =>
    `Discard for good: ${await titleOf(args, ports)}? It cannot be brought back.`,
  check: ({ args }, ports) => missing(args, ports),
  enqueue: (call, ports) => order(call, ports, { order: 'discard', id: call.args['id'] ?? '', queue: null }),
};

async function order(
  { correlationId, identity, replyTo }: ActionCall,
  ports: CommandPorts,
  wish: Omit<JobBody<'queue.letters'>, 'replyTo'>,
): Promise<string> {
  await ports.jobs.add({
    name: 'queue.letters',
    id: derivedId('queue.letters', correlationId),
    correlationId,
    causationId: null,
    principal: `${identity.surface}:${identity.id}`,
    body: { ...wish, replyTo },
  });
  return `Order taken: ${wish.order} ${wish.id ?? 'all'}. What becomes of it follows.`;
}

async function titleOf(args: CommandCall['args'], ports: CommandPorts): Promise<string> {
  const { letter } = await ports.queues.deadLetter(args['id'] ?? '');
  return letter ? `${letter.name} ${letter.id}, given up for ${letter.code}` : (args['id'] ?? '');
}

async function missing(args: CommandCall['args'], ports: CommandPorts): Promise<string | null> {
  const id = args['id'] ?? '';
  if (id === 'all') return 'For all of them say `queue redrive-all [queue]`.';
  const { letter, ids } = await ports.queues.deadLetter(id);
  return letter === null ? noSuchLetter(id, ids) : null;
}

function ofQueue(args: CommandCall['args']): string {
  return args['queue'] === undefined ? '' : ` of ${args['queue'].slice(0, 40)}`;
}
