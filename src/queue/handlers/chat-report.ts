// Job `chat.report`: the only door out to a person. Run by the process that owns the surface.
import type { Surface } from '../../contracts/chat.ts';
import { domainErrors } from '../../contracts/errors.ts';
import type { ApprovalWork, ReportSink, Shown } from '../../contracts/ports.ts';
import type { Clock } from '../../core/clock.ts';
import { SwarmError } from '../../core/errors.ts';
import type { Logger } from '../../core/logger.ts';
import type { JobHandler } from '../handler.ts';

export interface ChatReportDeps {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly sinks: Partial<Readonly<Record<Surface, ReportSink>>>;
  /** Told of what waits for a word, once it can be seen. */
  readonly approvals: Pick<ApprovalWork, 'shown'>;
}

/** Makes the handler. */
export function makeChatReport({
  clock,
  logger,
  sinks,
  approvals,
}: ChatReportDeps): JobHandler<'chat.report', Promise<Shown | null> | undefined> {
  return {
    name: 'chat.report',
    look: (report) => {
      const shown = sinks[report.to.surface]?.recall?.(report);
      shown?.catch(() => undefined);
      return shown;
    },
    run: async (report, { envelope, progress }, shown) => {
      const sink = sinks[report.to.surface];
      if (!sink)
        throw new SwarmError(domainErrors.chatUnavailable, `no ${report.to.surface} in this process`);
      if (clock.now() > envelope.deadline) {
        logger.warn({ about: report.about, text: report.text }, 'a report came too late to be worth telling');
        return;
      }
      // A platform may let it wait; what ends the process meanwhile is not this job.
      progress?.();
      await sink.report(report, shown);
      if (report.ask) await approvals.shown(report.ask.id);
      const { to, kind, subject, final, steps } = report;
      const line = { surface: to.surface, kind, subject, state: steps.at(-1)?.state };
      // The last line of a flow in the log; what comes before it is everyday.
      if (final) logger.info(line, 'a person was told how it ended');
      else logger.debug(line, 'a person was told');
    },
    dead: (report, _context, reason) => {
      logger.error(
        { about: report.about, to: report.to, text: report.text, reason },
        'a person could not be told',
      );
      return Promise.resolve();
    },
  };
}
