// Gas that lies here until its agent fetches it, for agents that nothing can be written to.
import { z } from 'zod';
import { type DeliveryView, gasSchema } from './agents.ts';

/** One gas as it is handed out; times in ms since the epoch. */
export const fetchedGasSchema = gasSchema.extend({
  handedAt: z
    .number()
    .nullable()
    .describe('when it was handed out the first time; null: it never was before'),
});
export type FetchedGas = z.infer<typeof fetchedGasSchema>;

/** A question as a person types it: `q` and eight hex digits. */
export const questionIdSchema = z
  .string()
  .regex(/^q[0-9a-f]{8}$/, 'the id of a question, such as q1a2b3c4d; it stands in the question');

/** `asked` false: `reason` says why nobody was asked. */
export type Asked =
  | { readonly asked: true; readonly id: string; readonly answer: string }
  | { readonly asked: false; readonly reason: string };

/** An agent's way to people: they are shown the question and its id; their word comes back by that id, and as gas to an inbox. */
export type AskPeople = (agent: string, question: string) => Promise<Asked>;

/** A question as its agent finds it again; times in ms since the epoch. */
export type Question = {
  readonly id: string;
  readonly question: string;
  readonly askedAt: number;
} & (
  | { readonly state: 'unanswered' }
  | {
      readonly state: 'answered';
      /** Who answered, by the name that people know. */
      readonly by: string;
      readonly answer: string;
      readonly answeredAt: number;
    }
);

/**
 * What became of a question.
 * @param word who looks, as in `acknowledge` of the desk, where it is not the agent itself
 * @throws SwarmError QUESTION_UNKNOWN for one that is not its own, RECORD_UNREADABLE, REDIS_*
 */
export type LookUpQuestion = (agent: string, id: string, word?: string) => Promise<Question>;

/** What an agent does with its gas by asking. */
export interface GasDesk {
  /** Whether gas for `agent` lies here; what lies elsewhere cannot be fetched. */
  has(agent: string): boolean;
  /**
   * All that `agent` has not acknowledged, oldest first; where there is none, waits for some, `waitMs` at most. What is
   * handed out stays until it is acknowledged, so an agent that dies over it gets it again.
   * @param word who fetches it, as in `acknowledge`, where it is not the agent itself
   * @throws SwarmError RECORD_UNREADABLE, REDIS_*
   */
  fetch(agent: string, waitMs: number, signal: AbortSignal, word?: string): Promise<readonly FetchedGas[]>;
  /**
   * The agent has a gas, or works on it; of whichever kind its inbox is.
   * @param word whose word it is, as the detail of its step, where it is not the agent's own
   * @throws SwarmError DELIVERY_UNKNOWN for one that is not its own, DELIVERY_REROUTED as the ledger, RECORD_UNREADABLE, REDIS_*
   */
  acknowledge(agent: string, id: string, state: 'accepted' | 'working', word?: string): Promise<DeliveryView>;
}
