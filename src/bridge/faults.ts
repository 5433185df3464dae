// What amqplib and RabbitMQ throw, as faults of ours. RabbitMQ closes a channel or a connection with a reply code and
// the method that it did not like; where amqplib keeps neither, its few sentences are listed here.
import { z } from 'zod';
import { domainErrors } from '../contracts/errors.ts';
import { coreErrors, type ErrorKind, errorText, SwarmError } from '../core/errors.ts';
import { isProgramFault } from '../core/system-faults.ts';

/** Converts what a connection or channel threw or ended with. A SwarmError passes through. */
export function bridgeFault(thrown: unknown): SwarmError {
  if (thrown instanceof SwarmError) return thrown;
  return new SwarmError(bridgeKind(thrown), errorText(thrown), { cause: thrown });
}

/** RabbitMQ's reply code, such as 404; null when it gave none. */
export function replyCode(thrown: unknown): number | null {
  return closeOf(thrown)?.code ?? null;
}

const closeSchema = z.object({ code: z.number().int(), classId: z.number().optional() });
const basicClass = 60;

/** Of AMQP 0-9-1; what is not listed ends connections, and a new one may fare better. */
const byReply: Readonly<Record<number, ErrorKind>> = {
  311: domainErrors.bridgeRefused,
  403: domainErrors.bridgeAuth,
  404: domainErrors.topologyMissing,
  405: domainErrors.queueLocked,
  406: domainErrors.topologyConflict,
  501: domainErrors.bridgeRefused,
  502: domainErrors.bridgeRefused,
  503: domainErrors.bridgeRefused,
  504: domainErrors.bridgeRefused,
  505: domainErrors.bridgeRefused,
  530: domainErrors.bridgeRefused,
  540: domainErrors.bridgeRefused,
};

// amqplib 2.3 makes plain errors of these, with nothing but their text to know them by.
const sentences: readonly (readonly [RegExp, ErrorKind])[] = [
  [/^Handshake terminated by server: 403 /, domainErrors.bridgeAuth],
  // The vhost is not there, or not for this user: RabbitMQ closes instead of opening.
  [/^Expected ConnectionOpenOk; got <ConnectionClose /, domainErrors.bridgeAuth],
  [/^message nacked$/, domainErrors.publishUnconfirmed],
];

function bridgeKind(thrown: unknown): ErrorKind {
  const close = closeOf(thrown);
  // An acknowledgement or a publish that is wrong in itself: no exchange has to be mended for it.
  if (close?.code === 406 && close.classId === basicClass) return domainErrors.bridgeRefused;
  if (close) return byReply[close.code] ?? domainErrors.bridgeDown;
  if (isProgramFault(thrown)) return coreErrors.unexpected;
  const text = errorText(thrown);
  return sentences.find(([sentence]) => sentence.test(text))?.[1] ?? domainErrors.bridgeDown;
}

function closeOf(thrown: unknown): z.infer<typeof closeSchema> | null {
  return closeSchema.safeParse(thrown).data ?? null;
}
