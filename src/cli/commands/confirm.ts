// The word on what a command line has asked for: by a flag, or at the terminal. Where there is none to be had, or the wrong
// one, the wish is withdrawn: nobody comes back to a question that a script has asked, and whoever looks at `approvals` would
// wonder whose it is.
import type { RefusalCode, Reply } from '../../commands/index.ts';
import { domainErrors } from '../../contracts/errors.ts';
import { systemClock } from '../../core/clock.ts';
import { SwarmError, toSwarmError } from '../../core/errors.ts';
import { utcTime } from '../../core/utc.ts';
import { type Client, connectClient } from '../client.ts';
import type { Io } from '../io.ts';
import { ask } from '../prompt.ts';

export interface ConfirmOptions {
  /** Confirms without asking. */
  readonly yes: boolean;
  /** What is typed where the name has to be. */
  readonly name?: string;
  /** The same one is the same order, for a day; 1 to 100 printable characters. Default: one that nobody else has. */
  readonly key?: string | undefined;
}

export type Confirm = Extract<Reply, { kind: 'confirm' }>;

/** No word was had; `told` says why, and what is known of the wish. */
export interface Withdrawn {
  readonly kind: 'withdrawn';
  readonly told: Extract<Reply, { kind: 'refusal' }>;
}

/** How long is waited for the answer to a withdrawal, ms; whoever wants the end of this command waits for it too. */
const withdrawMs = 3_000;

/** What the platform says to the word; or that there was none. @throws SwarmError of `Client.decide` */
export async function confirm(
  client: Client,
  asked: Confirm,
  options: ConfirmOptions,
  io: Io,
): Promise<Reply | Withdrawn> {
  const { confirmationId: id, prompt, typeName } = asked;
  const without = (code: RefusalCode, why: string) =>
    withdraw({ ...asked, code, why: `${prompt} ${why}` }, options, io);
  const interrupted = () => without('no-confirmation', 'It was interrupted.');
  if (typeName === undefined) {
    const agreed = options.yes || isYes(await ask(`${prompt} [y/N] `, io));
    if (io.stopped.aborted) return interrupted();
    if (agreed !== null) return client.decide(id, agreed ? 'yes' : 'no');
  } else {
    const typed = options.name ?? (await ask(`${prompt} Type ${typeName} to confirm: `, io));
    if (io.stopped.aborted) return interrupted();
    if (typed === typeName || typed === '') return client.decide(id, typed === '' ? 'no' : 'yes', { typed });
    if (typed !== null) return without('bad-argument', `${typed} is not ${typeName}, which has to be typed.`);
  }
  const flag = typeName === undefined ? '--yes' : `--name ${typeName}`;
  return without('no-confirmation', `It needs ${flag} where there is no terminal.`);
}

function isYes(answer: string | null): boolean | null {
  return answer === null ? null : /^y(es)?$/i.test(answer);
}

type Unwanted = Confirm & { readonly code: RefusalCode; readonly why: string };

async function withdraw(wish: Unwanted, { key }: ConfirmOptions, io: Io): Promise<Withdrawn> {
  const { confirmationId, code, why } = wish;
  // Also of one who asked for the end of this command, and with it of all that it asks the platform.
  const stopped = new AbortController().signal;
  const end = await connectClient({ ...io, stopped })
    .then((client) => client.decide(confirmationId, 'no', { patienceMs: withdrawMs }))
    .catch((thrown: unknown) => toSwarmError(thrown));
  return { kind: 'withdrawn', told: { kind: 'refusal', code, text: `${why} ${endText(end, wish, key)}` } };
}

/** What is known of a wish that was to be withdrawn. */
function endText(
  end: Reply | SwarmError,
  { confirmationId, expiresAt }: Confirm,
  key: string | undefined,
): string {
  if (isOver(end)) return end.text;
  if (!(end instanceof SwarmError) && end.kind === 'dropped') {
    return `Nothing was done${key === undefined ? '' : `, and the key ${key} is used up by it for a day`}.`;
  }
  const until = utcTime(expiresAt, systemClock.now(), 's');
  const deny = `\`swarmline deny ${confirmationId}\` ends it`;
  return mayCount(end)
    ? `It is unknown whether it was withdrawn: if not, it waits until ${until}, and ${deny}.`
    : `It could not be withdrawn and waits until ${until}; ${deny}.`;
}

/** Whether there was nothing left to withdraw, since somebody was quicker, or its time was over. */
function isOver(end: Reply | SwarmError): end is Extract<Reply, { kind: 'accepted' | 'refusal' }> {
  if (end instanceof SwarmError) return false;
  if (end.kind === 'refusal') return end.code === 'decided' || end.code === 'no-confirmation';
  return end.kind === 'accepted';
}

/** Whether the word was on its way, and nobody knows what it came to. */
function mayCount(end: Reply | SwarmError): boolean {
  if (!(end instanceof SwarmError)) return end.kind === 'refusal' && end.code === 'unavailable';
  return end.kind !== domainErrors.platformUnreachable && end.kind.class !== 'auth';
}
