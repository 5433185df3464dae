// Why nothing was reported of an action yet: its queue is held, nobody works, it runs, or others are before it.
import { surfaceSchema } from '../../contracts/chat.ts';
import { type JobName, jobCatalogue } from '../../contracts/jobs.ts';
import type { QueueHold } from '../../contracts/queues.ts';
import { counted, formatAge } from '../render.ts';
import type { CommandPorts } from '../spec.ts';
import { gapRows, roleLabel } from './roles.ts';

/** The job that an action becomes. `cancel` is none: it is done at once. */
export const jobOfAction: Readonly<Record<string, JobName>> = {
  restart: 'service.restart',
  silence: 'alert.silence',
  message: 'agent.message',
  answer: 'agent.message',
  broadcast: 'agent.message',
  unstall: 'agent.message',
  heal: 'agent.message',
  'onboard soft': 'agent.message',
  'onboard hard': 'agent.message',
  'brain note': 'brain.note',
  'gas send': 'gas.send',
  'gas pause': 'gas.pause',
  'gas resume': 'gas.resume',
  'gas skip': 'gas.skip',
  'gas board': 'gas.board',
  'gas reassign': 'gas.reassign',
  'queue pause': 'queue.hold',
  'queue drain': 'queue.hold',
  'queue resume': 'queue.hold',
  'queue redrive': 'queue.letters',
  'queue redrive-all': 'queue.letters',
  'queue discard': 'queue.letters',
};

type Ports = Pick<CommandPorts, 'queues' | 'system' | 'policy' | 'clock'>;

/** A sentence for people without its full stop. @throws SwarmError REDIS_* */
export async function whyItWaits(command: string, ports: Ports): Promise<string> {
  const job = jobOfAction[command];
  const now = ports.clock.now();
  const [queues, processes] = await Promise.all([ports.queues.queues(), ports.system.processes()]);
  const queue = queues.find((one) => job !== undefined && one.queue === jobCatalogue[job].queue);
  if (queue === undefined) return 'it waits until a worker is free';
  const { queue: name, hold, waiting, active, oldestWaitingMs } = queue;
  if (hold !== null) return `the queue ${name} is ${await heldText(hold, ports)}`;
  const gap = gapRows(processes, now).find(({ label }) => label === roleLabel('workers'));
  if (gap) return gap.value;
  const oldest = waiting > 0 ? `, the oldest for ${formatAge(oldestWaitingMs)}` : '';
  // Which jobs run is not told here, and it may be one of them.
  const begun =
    active > 0 ? `it runs, or waits for one of ${active} that run` : 'it waits until a worker is free';
  return `${begun}; ${counted(waiting, 'job')} of the queue ${name} ${waiting === 1 ? 'waits' : 'wait'}${oldest}`;
}

async function heldText({ state, since, by }: QueueHold, { clock, policy }: Ports): Promise<string> {
  if (since === 0) return `${state}, nobody knows by whom`;
  const [surface, ...id] = by.split(':');
  const known = surfaceSchema.safeParse(surface);
  const identity = known.success ? { surface: known.data, id: id.join(':'), name: by } : null;
  const person = identity === null ? by : await policy.personOf(identity);
  return `${state} by ${person} for ${formatAge(clock.now() - since)}; \`queue resume\` lets it go on`;
}
