// Answers to agents without an inbox: nothing carries them, so they wait until their agent asks what became of its question,
// and the record of deliveries says when it did.
import { byGetAnswer } from '../contracts/agents.ts';
import { domainErrors } from '../contracts/errors.ts';
import type { LookUpQuestion } from '../contracts/mailbox.ts';
import { SwarmError } from '../core/errors.ts';
import { messageId } from './gas.ts';
import type { Ledger } from './ledger.ts';
import type { Questions } from './questions.ts';

export interface AnswersDeps {
  readonly questions: Questions;
  readonly ledger: Pick<Ledger, 'record'>;
}

/** What became of a question, as its agent asks. @param inboxless those to whom nothing else brings the answer */
export function makeLookUp(deps: AnswersDeps, inboxless: readonly string[]): LookUpQuestion {
  const { questions } = deps;
  return async (agent, id, word) => {
    const question = await questions.lookUp(agent, id);
    if (question.state === 'unanswered' || !inboxless.includes(agent)) return question;
    // First, since the order that brought it may not have come to its delivery yet: it looks here then.
    await questions.noteFetched(id, word === undefined ? byGetAnswer : `${word}, ${byGetAnswer}`);
    await recordFetched(deps, agent, id).catch((thrown: unknown) => {
      if (!(thrown instanceof SwarmError) || thrown.kind !== domainErrors.deliveryUnknown) throw thrown;
    });
    return question;
  };
}

/** Records an answer as taken where it was fetched, on the word of whoever did. @throws SwarmError DELIVERY_UNKNOWN, and as the ledger */
export async function recordFetched(
  { questions, ledger }: AnswersDeps,
  agent: string,
  id: string,
): Promise<void> {
  const given = await questions.given(agent, id);
  if (!given?.fetched) return;
  const delivery = messageId(given.order, agent);
  await ledger.record(delivery, { state: 'sent', detail: given.fetched });
  await ledger.record(delivery, { state: 'accepted', detail: given.fetched });
}
