// Makes the gas itself: the id that is the same however often it is decided, and the words. Pure.
import type { Checkpoint, Gas } from '../contracts/agents.ts';
import { derivedId } from '../contracts/ids.ts';
import type { PipelineWork } from '../contracts/ports.ts';
import { type Counts, type Joined, toGasPart } from './join-parts.ts';
import type { DeliverEffect } from './machine.ts';
import type { Run } from './run.ts';
import { aheadText, messageText, scheduledText } from './text.ts';
import { type Write, withJoined, writePlainly } from './words/writer.ts';

/** To whom, and when it was decided, ms. */
export interface GasOrder {
  readonly to: string;
  readonly createdAt: number;
}

/** What the chain adds. */
export interface ChainOrder {
  /** For whom it was meant; another one than `to` where that stands in. */
  readonly meant: string;
  /** What is said beyond the hand-over, such as the next mission; empty for nothing. */
  readonly words: string;
  /** What the others of a join handed over before. */
  readonly parts: readonly Joined[];
}

/** Whose word it is. */
export interface PersonOrder {
  readonly id: string;
  readonly by: string;
}

/** The id holds the epoch's first moment: after a loss of Redis epochs count anew, and old files must not answer for new gas. */
export function toGas(
  run: Run,
  effect: Omit<DeliverEffect, 'kind'> & { readonly counts?: Counts },
  { to, meant, createdAt, words, parts }: GasOrder & ChainOrder,
  write: Write = writePlainly,
): Gas {
  const { agent: from } = run;
  const { epoch, name } = run.mission;
  const { checkpoint, percent, done, open, note, artefacts, counts } = effect;
  const mission = name ?? '';
  return {
    id: checkpointGasId(run, checkpoint, meant),
    ...{ from, to, mission, epoch, checkpoint, percent, createdAt },
    crossedFrom: effect.before,
    ...joinedBy(parts),
    text:
      write({
        ...{ from, to, mission, checkpoint, percent, done, open, parts },
        ...(note !== undefined && { note }),
        ...(artefacts !== undefined && { artefacts }),
        ...(counts && { counts }),
      }) + words,
  };
}

function joinedBy(parts: readonly Joined[]): Pick<Gas, 'parts'> {
  return parts.length === 0 ? {} : { parts: parts.map(toGasPart) };
}

/** The gas of a checkpoint that a person sends ahead of it. */
export function toGasAhead(
  run: Run,
  {
    checkpoint,
    text,
    words,
    parts,
    maxBytes,
  }: Pick<ChainOrder, 'words' | 'parts'> & {
    readonly checkpoint: Checkpoint;
    /** The person's own; null for ours. */
    readonly text: string | null;
    /** Room for what the others of a join handed over. */
    readonly maxBytes: number;
  },
  order: GasOrder & PersonOrder,
): Gas {
  const { agent: from, percent } = run;
  const { epoch, name } = run.mission;
  const mission = name ?? '';
  const { id, to, createdAt, by } = order;
  return {
    ...{ id, from, to, mission, epoch, checkpoint, percent, createdAt },
    ...joinedBy(parts),
    text:
      withJoined(aheadText({ from, to, mission, checkpoint, percent, by, text }), parts, maxBytes) + words,
  };
}

/** For people: why gas goes before its checkpoint. */
export function sentAhead(by: string): string {
  return `sent ahead by ${by}`;
}

/** The id of the gas that an order sends ahead to one agent; the same order and receiver make the same one. */
export function aheadId(orderId: string, to: string): string {
  return derivedId('gas.send', orderId, to);
}

/** The record of a checkpoint's gas that nobody is to get. */
export function toSkippedGas(run: Run, checkpoint: Checkpoint, { to, createdAt }: GasOrder): Gas {
  const { agent: from, percent } = run;
  const { epoch, name } = run.mission;
  const id = checkpointGasId(run, checkpoint, to);
  return { id, from, to, mission: name ?? '', epoch, checkpoint, percent, createdAt, text: 'skipped' };
}

/** Words of a person to an agent, to a question of its own where `answers` names one; the same order and agent make the same id. */
export function toMessage(
  text: string,
  { id, by, to, createdAt, answers }: GasOrder & PersonOrder & { readonly answers?: string | undefined },
): Gas {
  return {
    id: messageId(id, to),
    from: `${personPrefix}${by}`,
    ...{ to, mission: '', epoch: 0, checkpoint: null, percent: null, createdAt },
    text: messageText(by, text),
    ...(answers !== undefined && { answers }),
  };
}

/** The id of the message to one agent that an order makes. */
export function messageId(orderId: string, to: string): string {
  return derivedId('gas.message', orderId, to);
}

/** The same gas for another agent; the same order makes the same id. */
export function toReplacement(gas: Gas, { id, to, createdAt }: GasOrder & Pick<PersonOrder, 'id'>): Gas {
  return { ...gas, id: replacementId(id), to, createdAt, replaces: gas.id };
}

/** The same gas for whoever stands in; a delivery is given away by the chain once at most, so its id is enough. */
export function toRerouted(gas: Gas, { to, createdAt }: GasOrder): Gas {
  return { ...gas, id: derivedId('gas.reroute', gas.id), to, createdAt, replaces: gas.id };
}

/** The same gas where it goes after all, since that of the first of its join was taken out. */
export function toHeir(gas: Gas, createdAt: number): Gas {
  return { ...gas, id: heirId(gas.id), createdAt, replaces: gas.id };
}

export function heirId(id: string): string {
  return derivedId('gas.heir', id);
}

/** The id of the gas that an order gives to another agent. */
export function replacementId(orderId: string): string {
  return derivedId('gas.reassign', orderId);
}

/** Whose hand-over is in it: its sender, and the others where they join. */
export function givers({ from, parts = [] }: Pick<Gas, 'from' | 'parts'>): readonly string[] {
  return [...new Set([from, ...parts.map(({ agent }) => agent)])];
}

/** Where a gas comes from: a checkpoint of an agent, the clock, or a person. */
export function kindOf({ from, checkpoint }: Gas): 'checkpoint' | 'scheduled' | 'person' {
  if (checkpoint !== null) return 'checkpoint';
  return from.startsWith(personPrefix) ? 'person' : 'scheduled';
}

/** The id of a checkpoint's gas to the receiver that it is meant for, the same however often it is decided. */
export function checkpointGasId(
  { agent, mission: { epoch, epochAt } }: Pick<Run, 'agent' | 'mission'>,
  checkpoint: Checkpoint,
  meant: string,
): string {
  return derivedId('gas', agent, String(epoch), String(epochAt), String(checkpoint), meant);
}

const personPrefix = 'person:';

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
