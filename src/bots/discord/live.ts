// Messages that follow an action while it happens: reports are posted or edited by bot token, in order, at most one
// edit per message and 1.5 s, the newest state winning. Decides nothing about the action itself.
import { z } from 'zod';
import type { Report } from '../../contracts/chat.ts';
import { domainErrors } from '../../contracts/errors.ts';
import { derivedId } from '../../contracts/ids.ts';
import type { ReportMemory, ReportSink } from '../../contracts/ports.ts';
import { type Clock, makeSteadyNow } from '../../core/clock.ts';
import { SwarmError } from '../../core/errors.ts';
import type { DiscordApi, Route } from './api.ts';
import { reportMessage, type ShownMessage } from './board/report-message.ts';
import { sentenceCard } from './cards.ts';
import { apiCode, apiCodes } from './faults.ts';

export interface LiveDeps {
  readonly api: DiscordApi;
  readonly memory: ReportMemory;
  readonly clock: Clock;
  /** Fires when the bot stops; waiting edits then fail as CHAT_UNAVAILABLE and are tried again by their job. */
  readonly signal: AbortSignal;
}

export interface LiveOptions {
  /** Least time between two edits of one message, ms. */
  readonly minEditMs: number;
}

/** What this process knows of one message. `tail` makes its edits wait for each other. */
interface Thread {
  tail: Promise<unknown>;
  newestSeq: number;
  shownSeq: number;
  editedAt: number;
}

const threadsKept = 500;
const postedSchema = z.object({ id: z.string() });

export class LiveMessages implements ReportSink {
  readonly #deps: LiveDeps;
  readonly #options: LiveOptions;
  readonly #now: () => number;
  readonly #threads = new Map<string, Thread>();

  constructor(deps: LiveDeps, options: LiveOptions) {
    this.#deps = deps;
    this.#options = options;
    this.#now = makeSteadyNow(deps.clock);
  }

  /** Takes the buttons away and says that it was taken, unless a report of the action was quicker. */
  async acknowledge(
    place: string,
    message: string,
    { text, correlationId }: { readonly text: string; readonly correlationId: string },
  ): Promise<void> {
    const thread = this.#thread(message);
    await inTurn(thread, async () => {
      if (thread.shownSeq >= 0) return;
      await this.#edit(place, message, { card: sentenceCard(text, 'info', correlationId), files: [] });
      thread.editedAt = this.#now();
    });
  }

  /** Resolves when the person can see this report or a newer one. @throws SwarmError CHAT_*, REDIS_* */
  async report(report: Report): Promise<void> {
    const { place } = report.to;
    const thread = this.#thread(report.to.message ?? `${place}/${report.about}`);
    thread.newestSeq = Math.max(thread.newestSeq, report.seq);
    await inTurn(thread, async () => {
      // A newer one waits behind this one and tells the whole story.
      if (report.seq < thread.newestSeq) return;
      const known = await this.#deps.memory.recall(report.about, place);
      if (known !== null && known.seq >= report.seq) return;
      await this.#pause(thread);
      if (report.seq < thread.newestSeq) return;
      const message = await this.#show(report, known?.message ?? report.to.message);
      thread.shownSeq = report.seq;
      thread.editedAt = this.#now();
      await this.#deps.memory.remember(report.about, place, { message, seq: report.seq });
    });
  }

  async #show(report: Report, message: string | undefined): Promise<string> {
    const shown = await reportMessage(report);
    if (message === undefined) return await this.#post(report.to.place, shown, [report.about]);
    try {
      await this.#edit(report.to.place, message, shown);
      return message;
    } catch (thrown) {
      const code = apiCode(thrown);
      if (code !== apiCodes.unknownMessage && code !== apiCodes.editsOfOldMessage) throw thrown;
      return await this.#post(report.to.place, shown, [report.about, message]);
    }
  }

  /** The nonce makes a repeated post the same message, for the minutes that Discord remembers it. */
  async #post(place: string, shown: ShownMessage, cause: readonly string[]): Promise<string> {
    const route: Route = `/channels/${place}/messages`;
    const nonce = derivedId('discord', ...cause);
    const posted = await this.#deps.api.post(
      route,
      { ...quiet(shown), nonce, enforce_nonce: true },
      shown.files,
    );
    const parsed = postedSchema.safeParse(posted);
    if (parsed.success) return parsed.data.id;
    throw new SwarmError(domainErrors.chatUnavailable, 'Discord answered a post without a message id');
  }

  async #edit(place: string, message: string, shown: ShownMessage): Promise<void> {
    await this.#deps.api.patch(`/channels/${place}/messages/${message}`, quiet(shown), shown.files);
  }

  async #pause(thread: Thread): Promise<void> {
    const { clock, signal } = this.#deps;
    const waitMs = thread.editedAt + this.#options.minEditMs - this.#now();
    if (waitMs <= 0) return;
    try {
      await clock.sleep(waitMs, signal);
    } catch (thrown) {
      throw new SwarmError(domainErrors.chatUnavailable, 'the Discord bot is stopping', { cause: thrown });
    }
  }

  #thread(key: string): Thread {
    const known = this.#threads.get(key);
    if (known) return known;
    const thread: Thread = { tail: Promise.resolve(), newestSeq: -1, shownSeq: -1, editedAt: 0 };
    this.#threads.set(key, thread);
    const [oldest] = this.#threads.keys();
    if (this.#threads.size > threadsKept && oldest !== undefined) this.#threads.delete(oldest);
    return thread;
  }
}

function quiet({ card, files }: ShownMessage): object {
  // Those that are named are all that the message has from then on: an edit takes the place of the picture before it.
  const attachments = files.map(({ name }, id) => ({ id: String(id), filename: name }));
  return { ...card, ...(files.length > 0 && { attachments }), allowed_mentions: { parse: [] } };
}

async function inTurn(thread: Thread, work: () => Promise<void>): Promise<void> {
  const run = thread.tail.then(work);
  thread.tail = run.catch(() => undefined);
  await run;
}
