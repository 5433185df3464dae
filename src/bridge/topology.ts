// What exchanges there must be: ours are asserted, the hub's are only looked at. Queues belong to their consumers.
import type { ChannelModel } from 'amqplib';
import { exchanges } from '../contracts/bus.ts';
import { domainErrors } from '../contracts/errors.ts';
import { errorText, SwarmError } from '../core/errors.ts';
import { replyCode } from './faults.ts';

/** An exchange as it must be. */
export interface ExchangeSpec {
  readonly name: string;
  readonly type: string;
  readonly durable: boolean;
}

const ownExchanges: readonly ExchangeSpec[] = Object.values(exchanges).filter(
  ({ owner }) => owner === 'swarmline',
);

/** Asserts exchanges; default: Swarmline's own. @throws SwarmError TOPOLOGY_CONFLICT when one exists with other properties */
export async function assertExchanges(
  model: ChannelModel,
  specs: readonly ExchangeSpec[] = ownExchanges,
): Promise<void> {
  const channel = await model.createChannel();
  channel.on('error', () => undefined);
  for (const { name, type, durable } of specs) {
    try {
      await channel.assertExchange(name, type, { durable });
    } catch (thrown) {
      if (replyCode(thrown) !== 406) throw thrown;
      const { code } = domainErrors.topologyConflict;
      const text = `${code}: exchange ${name} exists, but not as ${durable ? 'durable ' : ''}${type}: ${errorText(thrown)}`;
      throw new SwarmError(domainErrors.topologyConflict, text, { cause: thrown });
    }
  }
  await channel.close();
}

/** Whether a foreign exchange exists; asked on a channel of its own, because a "no" closes the channel. */
export async function exchangeExists(model: ChannelModel, name: string): Promise<boolean> {
  const channel = await model.createChannel();
  channel.on('error', () => undefined);
  try {
    await channel.checkExchange(name);
  } catch (thrown) {
    if (replyCode(thrown) === 404) return false;
    throw thrown;
  }
  await channel.close();
  return true;
}
