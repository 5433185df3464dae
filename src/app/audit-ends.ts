// How actions end, for the record: what is told to a person for the last time is written down beside it. The telling never
// waits for the record: what cannot be written is kept, and tried again.
import type { AuditEntry, AuditLog } from '../access/index.ts';
import { type Report, reportSchema } from '../contracts/chat.ts';
import type { JobSink } from '../contracts/ports.ts';
import { errorText } from '../core/errors.ts';
import type { Logger } from '../core/logger.ts';

export interface AuditEndsDeps {
  readonly log: Pick<AuditLog, 'append' | 'find'>;
  readonly logger: Logger;
}

interface End {
  readonly correlationId: string;
  readonly report: Report;
}

/** Ends that wait; a record that is away for hours must not fill the memory. */
const mostWaiting = 1_000;

export class AuditEnds {
  readonly #deps: AuditEndsDeps;
  #waiting: End[] = [];

  constructor(deps: AuditEndsDeps) {
    this.#deps = deps;
  }

  /** How many ends could not be written yet. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** The same sink; a final report that passes ends its action in the record. */
  over(sink: JobSink): JobSink {
    return {
      add: async (order) => {
        const kept = await sink.add(order);
        if (order.name !== 'chat.report') return kept;
        const { data: report } = reportSchema.safeParse(order.body);
        // That somebody approved it is a line of its own, and what was approved has yet to end.
        if (report?.final && report.kind !== 'approval')
          await this.#write({ correlationId: order.correlationId, report });
        return kept;
      },
    };
  }

  /** Tries again what could not be written. */
  async retry(): Promise<void> {
    const due = this.#waiting;
    this.#waiting = [];
    for (const end of due) await this.#write(end);
  }

  async #write(end: End): Promise<void> {
    const { log, logger } = this.#deps;
    const { correlationId, report } = end;
    try {
      const begun = await log.find(correlationId, 'executing');
      // What no person asked for, such as gas at a checkpoint, has no line to be ended.
      if (begun === null) return;
      const entry = endOf(begun, report);
      // An action that failed and is ordered again ends again.
      await log.append(entry, `${report.seq}/${entry.verdict}`);
    } catch (thrown) {
      if (this.#waiting.length < mostWaiting) this.#waiting.push(end);
      logger.error(
        { correlationId, why: errorText(thrown) },
        'the end of an action is not in the record yet',
      );
    }
  }
}

function endOf(begun: AuditEntry, { text, steps }: Report): AuditEntry {
  // A notice goes through no states.
  return { ...begun, event: 'ended', verdict: steps.at(-1)?.state ?? 'done', detail: text };
}
