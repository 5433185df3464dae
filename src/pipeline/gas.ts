// Makes the gas itself: the id that is the same however often it is decided, and the words. Pure.
import type { Gas } from '../contracts/agents.ts';
import { derivedId } from '../contracts/ids.ts';
import type { PipelineWork } from '../contracts/ports.ts';
import type { DeliverEffect, Run } from './machine.ts';
import { gasText, scheduledText } from './text.ts';

/** To whom, and when it was decided, ms. */
export interface GasOrder {
  readonly to: string;
  readonly createdAt: number;
}

/** The id holds the epoch's first moment: after a loss of Redis epochs count anew, and old files must not answer for new gas. */
export function toGas(run: Run, effect: DeliverEffect, order: GasOrder): Gas {
  const { agent: from, epoch } = run;
  const { checkpoint, percent, done, open } = effect;
  const mission = run.mission ?? '';
  return {
    id: derivedId('gas', from, String(epoch), String(run.epochAt), String(checkpoint)),
    from,
    to: order.to,
    mission,
    epoch,
    checkpoint,
    percent,
    createdAt: order.createdAt,
    text: gasText({ from, to: order.to, mission, checkpoint, percent, done, open }),
  };
}

/** The same schedule and tick make the same id. */
export function toScheduledGas(order: Parameters<PipelineWork['scheduled']>[0], createdAt: number): Gas {
  const from = `schedule:${order.schedule}`;
  return {
    id: derivedId('gas', from, order.tick),
    from,
    to: order.to,
    mission: '',
    epoch: 0,
    checkpoint: null,
    percent: null,
    createdAt,
    text: scheduledText(order.schedule, order.text),
  };
}
