// The Twitch surface as one service: puts transport, sender, listener and reporter together and gives them one life.
import type { CommandIntake } from '../../commands/index.ts';
import type { Report } from '../../contracts/chat.ts';
import { domainErrors } from '../../contracts/errors.ts';
import type { ReportMemory, ReportSink } from '../../contracts/ports.ts';
import type { Clock } from '../../core/clock.ts';
import { errorText, SwarmError } from '../../core/errors.ts';
import type { Link } from '../../core/links.ts';
import type { Logger } from '../../core/logger.ts';
import { Service } from '../../core/service.ts';
import { endpointOf, type TwitchConfig } from './config.ts';
import { createLimiter, joinLimits, type LimiterOptions, messageLimits } from './limiter.ts';
import { makeListener } from './listener.ts';
import { makeReporter } from './reporter.ts';
import { Sender, type SenderOptions } from './sender.ts';
import { Transport, type TransportTimes } from './transport.ts';

/** What the bot needs. */
export interface TwitchBotDeps {
  readonly intake: CommandIntake;
  readonly memory: ReportMemory;
  readonly link: Link;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Times and limits; the defaults fit the real Twitch, tests make them short. */
export interface TwitchTuning extends TransportTimes, SenderOptions {
  readonly messages: LimiterOptions;
}

/** Its configuration, read at each start: a restart is how a new token comes into force. Its times. */
export interface TwitchBotOptions {
  readonly settings: () => TwitchConfig;
  readonly tuning?: Partial<TwitchTuning>;
}

const defaults: TwitchTuning = {
  pingAfterMs: 6_000,
  silentAfterMs: 13_000,
  tickMs: 1_000,
  joinRetryMs: 10_000,
  retry: { initialMs: 500, maxMs: 1_500 },
  steadyAfterMs: 10_000,
  joins: joinLimits,
  messages: messageLimits,
  maxAgeMs: 60_000,
  maxQueued: 200,
  answerWithinMs: 5_000,
  duplicateWindowMs: 31_000,
};

/**
 * Creates the bot. Twitch is a soft dependency: `start()` begins to connect and returns; the link tells the rest.
 * `report()` throws CHAT_UNAVAILABLE (retryable) when Twitch is not connected or did not take the line.
 */
export function createTwitchBot(deps: TwitchBotDeps, options: TwitchBotOptions): Service & ReportSink {
  return new TwitchBot(deps, options);
}

class TwitchBot extends Service implements ReportSink {
  readonly #deps: TwitchBotDeps;
  readonly #options: TwitchBotOptions;
  #reporter: ((report: Report) => Promise<void>) | undefined;

  constructor(deps: TwitchBotDeps, options: TwitchBotOptions) {
    super({ name: 'twitch', hard: false });
    this.#deps = deps;
    this.#options = options;
  }

  report(report: Report): Promise<void> {
    if (this.#reporter) return this.#reporter(report);
    return Promise.reject(new SwarmError(domainErrors.chatUnavailable, 'the Twitch bot is not started'));
  }

  protected override async onStart(): Promise<void> {
    // Here and not above: a process without Twitch shall not pay for the import.
    const { tmi } = await import('./library.ts');
    const { intake, memory, link, clock, logger } = this.#deps;
    const { username, token, channels, ircUrl } = this.#options.settings();
    const times = { ...defaults, ...this.#options.tuning };
    const transport = new Transport(
      {
        Client: tmi.Client,
        link,
        clock,
        logger,
        onEvent: (event) => {
          sender.onEvent(event);
          if (event.kind !== 'message') return;
          listen(event).catch((thrown: unknown) =>
            logger.error(
              { error: errorText(thrown), channel: event.channel },
              'a Twitch command could not be answered',
            ),
          );
        },
        onLost: () => sender.onLost(),
      },
      { ...times, endpoint: endpointOf(ircUrl), username, token: token.reveal(), channels },
    );
    const limiter = createLimiter(times.messages, clock);
    const sender = new Sender({ mouth: transport, limiter, clock, logger }, times);
    const listen = makeListener({ intake, sender, clock }, username);
    this.#reporter = makeReporter({
      memory,
      canSay: (channel) => transport.canSay(channel),
      say: (channel, user, text) => sender.say(channel, user, text),
    });
    this.release(() => transport.stop());
    this.release(() => sender.stop());
    transport.start();
    sender.start();
  }
}
