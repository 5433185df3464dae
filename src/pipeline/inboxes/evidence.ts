// Acknowledgement by evidence, for channels that take no answer: an agent that begins another mission after gas was sent to it
// has it. Whatever is noted so says that nobody said it.

import { plainText } from '../../core/text.ts';
import type { Delivery } from '../delivery.ts';
import type { Intake } from '../intake.ts';
import type { Ledger } from '../ledger.ts';
import type { Run } from '../run.ts';
import type { GasStore } from '../store.ts';
import type { Acknowledgement } from './inbox.ts';

export interface EvidenceDeps {
  readonly store: Pick<GasStore, 'run' | 'openDeliveries'>;
  readonly ledger: Pick<Ledger, 'record'>;
  readonly ackOf: (agent: string) => Acknowledgement;
}

/** What a run proves of a delivery. */
export interface Evidence {
  readonly id: string;
  readonly state: 'accepted' | 'working';
  readonly detail: string;
}

/** An intake that also looks whether what an agent wrote acknowledges what was sent to it. */
export function withEvidence(intake: Intake, { store, ledger, ackOf }: EvidenceDeps): Intake {
  const isShown = (agent: string) => ackOf(agent) === 'evidence';

  async function look(agent: string): Promise<void> {
    const run = (await store.run(agent)).value;
    if (run === null) return;
    for (const { id, ...event } of evidenceOf(run, await store.openDeliveries())) {
      await ledger.record(id, event);
    }
  }

  return {
    ...intake,
    observe: async (agent, raw, at, writtenAt) => {
      const counts = await intake.observe(agent, raw, at, writtenAt);
      if (raw !== null && isShown(agent)) await look(agent);
      return counts;
    },
    report: async (report, word) => {
      const answer = await intake.report(report, word);
      if (answer.accepted && isShown(report.agent)) await look(report.agent);
      return answer;
    },
  };
}

/** Pure. A mission that was begun before the gas was sent proves nothing, whatever is done of it since. */
export function evidenceOf(run: Run, deliveries: readonly Delivery[]): readonly Evidence[] {
  return deliveries.flatMap(({ gas, state, steps }): Evidence[] => {
    const sentAt = steps.find((step) => step.state === 'sent')?.at;
    if (gas.to !== run.agent || state !== 'sent' || sentAt === undefined) return [];
    if (run.mission.epochAt <= sentAt || (run.writtenAt ?? 0) <= sentAt) return [];
    const mission = plainText(run.mission.name ?? '', 80);
    const begun = `evidence, not its word: it began ${mission} after that`;
    const works = (run.percent ?? 0) > 0;
    const detail = works ? `${begun} and is at ${run.percent} %` : begun;
    return [{ id: gas.id, state: works ? 'working' : 'accepted', detail }];
  });
}
