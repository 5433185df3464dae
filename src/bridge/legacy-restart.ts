// One restart over profile legacy-fanout: a broadcast that nobody acknowledges. It restarts every listener,
// so it is never repeated, and its end is called "sent" and nothing better.
import { exchanges, legacyRestartBody } from '../contracts/bus.ts';
import { domainErrors } from '../contracts/errors.ts';
import type { RestartEnd, RestartOrder, RestartOutcome } from '../contracts/services.ts';
import { coreErrors, SwarmError } from '../core/errors.ts';
import { bridgeFault } from './faults.ts';
import type { RestartDeps } from './restart-conversation.ts';
import { ended, unsentRecord } from './restart-record.ts';
import { exchangeExists } from './topology.ts';
import { Waker } from './waker.ts';

const exchange = exchanges.legacyRestart.name;

/** @throws SwarmError REDIS_*, ABORTED; the same order may then be run again */
export async function broadcastRestart(
  deps: RestartDeps,
  order: RestartOrder,
  signal: AbortSignal,
): Promise<RestartEnd> {
  const { records, clock } = deps;
  const record = (await records.load(order.id)) ?? unsentRecord;
  if (record.outcome) return ended(record.outcome);
  if (record.phase !== 'unsent') {
    const reason = 'interrupted while broadcasting; not repeated, since it may have gone out';
    return records.finish(order.id, record, { state: 'unknown', reason });
  }
  if (!(await connected(deps, order.deadline, signal))) {
    return records.finish(order.id, record, { state: 'expired', reason: 'never sent before its deadline' });
  }
  const sending = { ...unsentRecord, phase: 'sending', firstSentAt: clock.now() } as const;
  await records.save(order.id, sending);
  // Whoever called it off before that was written has read that nothing is out; after it, that it may be.
  if (signal.aborted) {
    await records.save(order.id, unsentRecord);
    throw interrupted();
  }
  return records.finish(order.id, sending, await broadcast(deps, order));
}

async function broadcast(deps: RestartDeps, order: RestartOrder): Promise<RestartOutcome> {
  const { connection, publisher, clock } = deps;
  try {
    // Publishing to an exchange that is not there would cost us the connection.
    if (!connection.model || !(await exchangeExists(connection.model, exchange))) {
      return { state: 'failed', reason: `RabbitMQ has no exchange ${exchange}` };
    }
    const routing = await publisher.publish({
      exchange,
      key: '',
      body: legacyRestartBody,
      id: order.id,
      correlationId: order.correlationId,
      type: 'restart',
      expirationMs: order.deadline - clock.now(),
    });
    return routing === 'routed'
      ? { state: 'sent', reason: 'broadcast, unconfirmed' }
      : { state: 'failed', reason: `nobody is bound to ${exchange}` };
  } catch (thrown) {
    const { kind, message } = bridgeFault(thrown);
    return kind === domainErrors.publishUnconfirmed
      ? { state: 'unknown', reason: message }
      : { state: 'failed', reason: `nothing was sent: ${message}` };
  }
}

async function connected(deps: RestartDeps, until: number, signal: AbortSignal): Promise<boolean> {
  const { connection, clock } = deps;
  const waker = new Waker(clock);
  const leave = connection.onChange(() => waker.wake());
  try {
    while (!connection.model && clock.now() < until) {
      if (signal.aborted) throw interrupted();
      await waker.wait(until - clock.now(), signal);
    }
    return clock.now() < until;
  } finally {
    leave();
  }
}

function interrupted(): SwarmError {
  return new SwarmError(coreErrors.aborted, 'restart interrupted');
}
