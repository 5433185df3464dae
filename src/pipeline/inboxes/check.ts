// Whether gas could be handed over to each agent, for `swarmline doctor`. It touches no inbox.
import { systemClock } from '../../core/clock.ts';
import type { Finding } from '../../core/checks/finding.ts';
import type { PipelineAgent } from '../intake.ts';
import type { InboxFault } from './inbox.ts';
import { makeInbox } from './inboxes.ts';

const name = 'inboxes';
/** So many are named, and the others counted. */
const named = 3;
const withinMs = 2_000;

/** One finding for all of them. */
export async function inspectInboxes(
  agents: readonly Pick<PipelineAgent, 'id' | 'inbox'>[],
): Promise<Finding> {
  const those = agents.filter(({ inbox }) => inbox !== undefined);
  if (those.length === 0) return { name, state: 'skipped', said: 'no agents' };
  const signal = AbortSignal.timeout(withinMs);
  const looked = await Promise.all(
    those.map(async ({ id, inbox }) => ({
      id,
      fault: await makeInbox({ clock: systemClock }, inbox).check(signal),
    })),
  );
  const wrong = looked.flatMap(({ id, fault }) => (fault === null ? [] : [{ id, fault }]));
  if (wrong.length === 0) return { name, state: 'ok', said: `${those.length}, all writable` };
  const more = wrong.length > named ? `; and ${wrong.length - named} more` : '';
  const list = wrong.slice(0, named).map(({ id, fault }) => `${id}: ${fault.said}`);
  return {
    name,
    state: worst(wrong.map(({ fault }) => fault)),
    said: `${wrong.length} of ${those.length} cannot be written: ${list.join('; ')}${more}`,
    mend: 'mend what is named, or inbox of the agent under pipeline.agents: no gas reaches it until then',
  };
}

function worst(faults: readonly InboxFault[]): InboxFault['state'] {
  return faults.some(({ state }) => state === 'fail') ? 'fail' : 'warn';
}
