// From what went wrong to an HTTP status and one shape of body; no other place of the face knows both.
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import type { RefusalCode, Reply } from '../commands/index.ts';
import { domainErrors } from '../contracts/errors.ts';
import { randomId } from '../contracts/ids.ts';
import { chatText, type ErrorClass, type ErrorKind, SwarmError, toSwarmError } from '../core/errors.ts';
import type { FaultSink } from '../core/faults.ts';
import { inputFault } from '../core/input-faults.ts';
import type { Logger } from '../core/logger.ts';

/** Of a command that was refused. */
export const refusalStatus: Readonly<Record<RefusalCode, number>> = {
  empty: 400,
  'unknown-command': 404,
  'bad-argument': 400,
  'id-reused': 422,
  denied: 403,
  'no-confirmation': 404,
  decided: 409,
  limited: 429,
  unavailable: 503,
};

const errorStatus: Partial<Readonly<Record<ErrorClass, number>>> = {
  validation: 400,
  'not-found': 404,
  conflict: 409,
  'rate-limited': 429,
  transient: 503,
  dependency: 503,
};

/** What is not a command's reply: a code of the catalogues, what is wrong, where in the request, and what mends it. */
export interface Failure {
  readonly status: number;
  readonly kind: ErrorKind;
  readonly message: string;
  /** Such as `body.args.service`, or the link of /readyz that is away; absent where it is no single place. */
  readonly where?: string | undefined;
}

/** The body of a failure. */
export function failureBody({ kind, message, where }: Omit<Failure, 'status'>) {
  return { error: kind.code, message, ...(where !== undefined && { where }), mend: kind.hint };
}

export async function fail(reply: FastifyReply, { status, ...failure }: Failure): Promise<void> {
  await reply.code(status).send(failureBody(failure));
}

/** Sends what a command was answered with. */
export async function sendReply(reply: FastifyReply, answer: Reply): Promise<void> {
  if (answer.kind === 'refusal' && answer.retryAfterMs !== undefined) {
    void reply.header('retry-after', Math.ceil(answer.retryAfterMs / 1_000));
  }
  const status = answer.kind === 'refusal' ? refusalStatus[answer.code] : 200;
  const isReused = answer.kind === 'refusal' && answer.code === 'id-reused';
  await reply.code(status).send(isReused ? { ...answer, ...keyReused } : answer);
}

/** An id is a header here. */
const keyReused = {
  text: 'this Idempotency-Key was sent before, with another command or other arguments; nothing was done',
  where: 'header Idempotency-Key',
  mend: 'Send it again under a key of its own.',
};

/** A part of a request that does not fit; `where` names the part. */
class RequestFault extends SwarmError {
  readonly where: string;

  constructor(where: string, message: string) {
    super(domainErrors.requestInvalid, message);
    this.where = where;
  }
}

/** Takes a part of a request, such as its `body`. @throws SwarmError REQUEST_INVALID that names each place and what is wrong there */
export function parsePart<T>(part: string, schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) => ({
    where: [part, ...path.map(String)].join('.'),
    message,
  }));
  const told = problems.map(({ where, message }) => `${where}: ${message}`).join('; ');
  throw new RequestFault(problems[0]?.where ?? part, told);
}

const frameworkError = z.object({
  statusCode: z.number().min(400).max(499),
  message: z.string(),
  code: z.string().optional(),
});

/** By the beginnings of the codes of the framework. */
const placesOfFramework = [
  ['FST_ERR_CTP_INVALID_MEDIA_TYPE', 'header Content-Type'],
  ['FST_ERR_CTP_', 'body'],
  ['FST_ERR_BAD_URL', 'path'],
] as const;

/** By the beginnings of our own codes: what is away is no part of the request. */
const links = [
  ['REDIS_', 'redis'],
  ['QUEUE_UNAVAILABLE', 'redis'],
  ['AUDIT_UNAVAILABLE', 'redis'],
  ['BRIDGE_', 'rabbitmq'],
] as const;

function placeOf(code: string, places: typeof placesOfFramework | typeof links): string | undefined {
  return places.find(([beginning]) => code.startsWith(beginning))?.[1];
}

/** What a thrown value is answered with; a fault of ours is logged under the incident that the answer names. */
export function failureOf(
  thrown: unknown,
  { logger, faults }: { readonly logger: Logger; readonly faults: FaultSink },
): Failure {
  if (thrown instanceof RequestFault) {
    return { status: 400, kind: thrown.kind, message: thrown.message, where: thrown.where };
  }
  const refused = inputFault(thrown, domainErrors.requestInvalid);
  if (refused) return { status: 400, kind: refused.kind, message: refused.message, where: 'body' };
  const framework = frameworkError.safeParse(thrown);
  if (framework.success) {
    const { statusCode: status, message, code = '' } = framework.data;
    const where = placeOf(code, placesOfFramework);
    return { status, kind: domainErrors.requestInvalid, message, where };
  }
  const error = toSwarmError(thrown);
  const incident = randomId();
  logger.warn({ code: error.code, error: error.message, incident }, 'a request could not be answered');
  faults.fault(error, 'api');
  return {
    status: errorStatus[error.kind.class] ?? 500,
    kind: error.kind,
    message: chatText(error, incident),
    where: placeOf(error.code, links),
  };
}
