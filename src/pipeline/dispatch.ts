// Gives a delivery to the queue, and says what is to be noted of it. It stores nothing.
import { domainErrors } from '../contracts/errors.ts';
import { deliveryJobId } from '../contracts/ids.ts';
import type { JobLook, JobSink } from '../contracts/ports.ts';
import { SwarmError } from '../core/errors.ts';
import type { Delivery, DeliveryEvent } from './delivery.ts';

/**
 * Null where the order lies on disk: it is not queued, and whoever settles what is pending finds it in the queue later, or
 * puts it there.
 * @throws SwarmError QUEUE_UNAVAILABLE, QUEUE_FULL, OUTBOX_FULL
 */
export async function dispatched(
  jobs: JobSink,
  delivery: Delivery,
): Promise<Omit<DeliveryEvent, 'at'> | null> {
  try {
    const kept = await jobs.add(deliverOrder(delivery, 0));
    if (kept.kept === 'copy') return { state: 'failed', detail: `a copy of ${kept.of}, not sent` };
    return kept.kept === 'queue' ? { state: 'queued', detail: '' } : null;
  } catch (thrown) {
    if (!(thrown instanceof SwarmError) || thrown.kind !== domainErrors.agentUnknown) throw thrown;
    return { state: 'failed', detail: `there is no ${delivery.gas.to}` };
  }
}

/** Gives it again, unless what was given before still lies there. @throws as `dispatched` */
export async function requeue(
  { jobs, look }: { readonly jobs: JobSink; readonly look: JobLook | undefined },
  delivery: Delivery,
  retry: number,
): Promise<void> {
  for (let earlier = 0; look && earlier < retry; earlier += 1) {
    if ((await look(deliverOrder(delivery, earlier))) === 'open') return;
  }
  await jobs.add(deliverOrder(delivery, retry));
}

/** Lays what was sent down once more; each try is a job of its own. @throws as `dispatched` */
export async function layAgain(jobs: JobSink, delivery: Delivery): Promise<void> {
  await jobs.add(deliverOrder(delivery, `try ${delivery.tries}`));
}

/** A repeated job does no harm: the inbox is idempotent by gas id. */
function deliverOrder({ gas }: Delivery, retry: number | string) {
  return {
    name: 'gas.deliver',
    id: deliveryJobId(gas.id, retry),
    correlationId: gas.id,
    causationId: null,
    principal: 'system:pipeline',
    body: { gas },
  } as const;
}
