// What a route may answer, by status.
import { refusalCodes } from '../../commands/index.ts';
import { refusalStatus } from '../refusals.ts';
import type { ShapeName } from './shapes.ts';

/** A part of the description. */
export type Json = Readonly<Record<string, unknown>>;
export type Responses = Readonly<Record<string, Json>>;

export function answerOf(description: string, ...shapes: readonly ShapeName[]): Json {
  const refs = shapes.map((name) => ({ $ref: `#/components/schemas/${name}` }));
  const schema = refs.length === 1 ? refs[0] : { anyOf: refs };
  return { description, content: { 'application/json': { schema } } };
}

/** Of every route behind the door, beside its own. */
export const behindTheDoor: Responses = {
  400: answerOf('The request does not fit; `where` names the place', 'Failure'),
  401: answerOf('The token or key is missing or wrong', 'Failure'),
  403: answerOf('The key lacks the permission', 'Refusal'),
  429: answerOf('Too many wrong keys of this name; see Retry-After', 'Failure'),
  500: answerOf('A fault that nobody foresaw; the log has its incident', 'Failure'),
  503: answerOf('What it needs does not answer', 'Failure'),
};

export const withBody: Responses = {
  413: answerOf('The body is larger than 64 KiB', 'Failure'),
  415: answerOf('The body is not JSON', 'Failure'),
};

/** Of every route that a command goes through. */
export function ofCommands(): Responses {
  const statuses = [...new Set(Object.values(refusalStatus))].toSorted();
  const refused = statuses.map((status) => {
    const codes = refusalCodes.filter((code) => refusalStatus[code] === status).map((code) => `\`${code}\``);
    return [String(status), answerOf(`Refused: ${codes.join(', ')}`, 'Refusal', 'Failure')] as const;
  });
  return {
    ...behindTheDoor,
    ...withBody,
    200: answerOf('Answered, asked for confirmation, taken, or dropped', 'Reply'),
    ...Object.fromEntries(refused),
  };
}
