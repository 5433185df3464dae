// The Discord bot as a service: puts its parts together and owns their lifetime. Soft: a Discord that is away
// never keeps the platform from starting, and the link says what is wrong.

import type { AutocompleteInteraction } from 'discord.js';
import type { CommandIntake, Completer } from '../../commands/index.ts';
import type { Report } from '../../contracts/chat.ts';
import { domainErrors } from '../../contracts/errors.ts';
import type { ReportMemory, ReportSink } from '../../contracts/ports.ts';
import { backoffMs } from '../../core/backoff.ts';
import type { Clock } from '../../core/clock.ts';
import { SwarmError } from '../../core/errors.ts';
import type { Link } from '../../core/links.ts';
import type { Logger } from '../../core/logger.ts';
import type { GuardMaker } from '../../core/recovery/guards.ts';
import { Service } from '../../core/service.ts';
import { createStop } from '../../core/stop.ts';
import { silentTracer, type Tracer } from '../../core/tracing/index.ts';
import { complete } from './autocomplete.ts';
import { createDiscordApi, type DiscordApi } from './api.ts';
import type { DiscordConfig } from './config.ts';
import { keepConnected } from './connection.ts';
import { toChatError } from './faults.ts';
import { handleInteraction } from './interactions.ts';
import { LiveMessages } from './live.ts';
import { registerCommands } from './registration.ts';
import { runSession, type SessionOptions } from './session.ts';
import { settledWithin } from './settle.ts';

/** What the bot needs. */
export interface DiscordBotDeps {
  readonly intake: CommandIntake;
  /** Absent: nothing is offered while somebody types. */
  readonly completer?: Completer;
  readonly memory: ReportMemory;
  /** Its `staleAfterMs` should be at least 90,000: Discord's heartbeat, the proof of life, comes every 41 s. */
  readonly link: Link;
  readonly guards: GuardMaker;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Default: nothing is traced. */
  readonly tracer?: Tracer;
}

/** All times in ms; the defaults are for the real Discord. */
export interface DiscordTuning {
  /** Least time between two edits of one message; default 1,500. */
  readonly minEditMs?: number;
  /** Longest wait for one REST answer; default 5,000. */
  readonly restTimeoutMs?: number;
  /** A silent session is replaced after this; default 60,000. */
  readonly deafAfterMs?: number;
  /** How long discord.js may try to resume by itself; default 15,000. */
  readonly reconnectForMs?: number;
  /** First wait before a new session; default 1,000. It doubles up to 60,000. */
  readonly retryInitialMs?: number;
}

// Interactions under way at a stop get this long to be answered.
const drainMs = 3_000;

// What goes out by bot token is a job's or the registration's, and both try again themselves, later and later. The library
// has its own deadline for a request, and waits in its queues as long as Discord's rate limits say.
const restGuard = {
  name: 'discord-rest',
  retries: 0,
  timeoutMs: null,
  atOnce: 50,
  refusesForMs: 5_000,
} as const;
// An interaction lives 3 s, and discord.js itself would try a 5xx again three times within 5 ms. No circuit: that the
// interaction came shows that Discord is there, and nobody would try this answer later.
const answerGuard = {
  name: 'discord-answers',
  retries: 2,
  backoff: { initialMs: 500, maxMs: 1_000 },
  timeoutMs: null,
  opensAt: null,
  atOnce: 100,
} as const;

/** The bot as a service, and the exit of reports to Discord. */
export class DiscordBot extends Service implements ReportSink {
  readonly #deps: DiscordBotDeps;
  readonly #settings: () => DiscordConfig;
  #config: DiscordConfig;
  readonly #tuning: DiscordTuning;
  readonly #underWay = new Set<Promise<void>>();
  #live: LiveMessages | undefined;

  constructor(deps: DiscordBotDeps, settings: () => DiscordConfig, tuning: DiscordTuning) {
    super({ name: 'discord', hard: false });
    this.#deps = deps;
    this.#settings = settings;
    this.#config = settings();
    this.#tuning = tuning;
  }

  /** @throws SwarmError CHAT_AUTH, CHAT_REFUSED (not worth a retry), CHAT_RATE_LIMITED, CHAT_UNAVAILABLE, REDIS_* */
  async report(report: Report): Promise<void> {
    if (this.#live) return await this.#live.report(report);
    throw new SwarmError(domainErrors.chatUnavailable, 'the Discord bot is not running');
  }

  protected override async onStart(): Promise<void> {
    // Read at each start: a restart is how a new token comes into force.
    this.#config = this.#settings();
    const token = this.#config.token?.reveal();
    if (token === undefined) return this.#deps.link.off('no DISCORD_TOKEN');
    // Half a second of imports, paid only by those who use Discord.
    const { discord } = await import('./library.ts');
    const { intake, completer, link, clock, logger, memory, guards, tracer = silentTracer } = this.#deps;
    const session = this.#sessionOptions(token);
    const stop = createStop();
    const rest = new discord.REST({ api: session.apiUrl, timeout: session.restTimeoutMs, retries: 0 });
    const onUnauthorized = () => {
      stop.abort();
      link.down('Discord refused the token (HTTP 401): check DISCORD_TOKEN');
      logger.error('discord: the token was refused; not trying again');
    };
    const api = createDiscordApi(
      { rest: rest.setToken(token), guard: guards.guard(restGuard), tracer },
      onUnauthorized,
    );
    const live = new LiveMessages(
      { api, memory, clock, signal: stop.signal },
      { minEditMs: this.#tuning.minEditMs ?? 1_500 },
    );
    const answers = guards.guard(answerGuard);
    const parts = {
      ...{ intake, live, guard: answers, logger, tracer },
      ...(completer && {
        complete: (typing: AutocompleteInteraction) =>
          complete(typing, completer, (ms, signal) => clock.sleep(ms, signal)),
      }),
    };
    const run = (signal: AbortSignal) =>
      runSession(
        {
          discord,
          link,
          clock,
          onReady: (self) => this.#track(this.#onReady(self, api, signal)),
          onInteraction: (interaction) => this.#track(handleInteraction(interaction, parts)),
        },
        session,
        signal,
      );
    this.#live = live;
    const backoff = { retryInitialMs: this.#tuning.retryInitialMs ?? 1_000, retryMaxMs: 60_000 };
    const connection = keepConnected({ run, link, clock, logger }, backoff, stop.signal);
    this.release(async () => {
      this.#live = undefined;
      stop.abort();
      await connection;
      // Answers need no gateway, so those under way may still be given.
      await settledWithin(Promise.all(this.#underWay), drainMs, clock);
      rest.clearHandlerSweeper();
      rest.clearHashSweeper();
      link.down('stopped');
    });
  }

  #sessionOptions(token: string): SessionOptions {
    return {
      token,
      apiUrl: this.#config.apiUrl,
      restTimeoutMs: this.#tuning.restTimeoutMs ?? 5_000,
      deafAfterMs: this.#tuning.deafAfterMs ?? 60_000,
      reconnectForMs: this.#tuning.reconnectForMs ?? 15_000,
    };
  }

  /** Slash commands are tried until Discord took or refused them; what stands in the way is on the link. */
  async #onReady(
    self: { readonly applicationId: string; readonly name: string },
    api: DiscordApi,
    signal: AbortSignal,
  ): Promise<void> {
    const { intake, link, clock, logger } = this.#deps;
    const scope = { applicationId: self.applicationId, guildId: this.#config.guildId };
    link.proof(`as ${self.name}`);
    logger.info({ as: self.name }, 'discord: connected');
    for (let attempt = 1; !signal.aborted; attempt += 1) {
      try {
        const wrote = await registerCommands(api, intake.specs, scope);
        logger.info({ wrote }, 'discord: slash commands are registered');
        return;
      } catch (thrown) {
        const fault = toChatError(thrown);
        if (attempt === 1)
          logger.warn({ code: fault.code, detail: fault.message }, 'discord: no slash commands');
        if (!fault.retryable) return link.proof(`as ${self.name}, without slash commands: ${fault.message}`);
      }
      await clock
        .sleep(backoffMs(attempt, { initialMs: 1_000, maxMs: 60_000 }), signal)
        .catch(() => undefined);
    }
  }

  #track(work: Promise<void>): void {
    this.#underWay.add(work);
    void work.finally(() => this.#underWay.delete(work));
  }
}
