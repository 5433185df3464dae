// `silence <alert> <minutes>`: nobody is told of it for that long; 0 takes the silence away.
import { derivedId } from '../../contracts/ids.ts';
import { covers } from '../../core/alerts/alert.ts';
import type { Action, CommandCall, CommandPorts } from '../spec.ts';

const patternShape = /^[A-Za-z0-9][A-Za-z0-9/_.-]{0,62}\*?$/;
/** A silence that nobody remembers hides what comes next: a week at most. */
const mostMinutes = 7 * 24 * 60;

export const silence: Action = {
  kind: 'action',
  name: 'silence',
  description: 'Tell nobody of an alert for so many minutes; 0 ends that',
  args: [
    {
      name: 'alert',
      description: 'Its key, as `alerts` shows it; `link-lost/*` is every lost link',
      required: true,
      candidates: firingKeys,
    },
    { name: 'minutes', description: 'How long; 0 ends a silence', required: true },
  ],
  example: 'silence link-lost/rabbitmq 30',
  permission: () => 'alert.silence',
  prompt: (args) => {
    const minutes = minutesOf(args);
    return minutes === 0
      ? `End the silence of ${args['alert']}?`
      : `Silence ${args['alert']} for ${minutes} min?`;
  },
  check: (call) => {
    const pattern = call.args['alert'] ?? '';
    if (!patternShape.test(pattern)) {
      return Promise.resolve(
        `\`${pattern.slice(0, 64)}\` is no key of an alert: one as \`alerts\` shows it, or its beginning and \`*\`.`,
      );
    }
    const known = minutesOf(call.args) !== null;
    return Promise.resolve(known ? null : `Minutes are a whole number from 0 to ${mostMinutes}.`);
  },
  enqueue: async (call, ports) => {
    const pattern = call.args['alert'] ?? '';
    const firing = firingKeys(ports).catch(() => null);
    await ports.jobs.add({
      name: 'alert.silence',
      id: derivedId('alert.silence', call.correlationId),
      correlationId: call.correlationId,
      causationId: null,
      principal: `${call.identity.surface}:${call.identity.id}`,
      body: { pattern, minutes: minutesOf(call.args) ?? 0, replyTo: call.replyTo },
    });
    const isAhead = (await firing)?.every((key) => !covers({ pattern }, key)) ?? false;
    const ahead = isAhead ? ' Nothing of that name fires now, so it is for what comes.' : '';
    return `Order taken: silence ${pattern}.${minutesOf(call.args) === 0 ? '' : ahead} What becomes of it follows.`;
  },
};

function minutesOf(args: CommandCall['args']): number | null {
  const text = args['minutes'] ?? '';
  const minutes = Number(text);
  return /^\d{1,5}$/.test(text) && minutes <= mostMinutes ? minutes : null;
}

// One that does not fire may be silenced ahead of a maintenance.
async function firingKeys(ports: CommandPorts): Promise<readonly string[]> {
  const processes = await ports.system.processes();
  return [...new Set(processes.flatMap(({ alerts }) => alerts.map(({ key }) => key)))];
}
