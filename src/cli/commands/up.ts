// `swarmline up`: runs the platform in the foreground until it is told to stop.
import { access, constants, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { styleText } from 'node:util';
import {
  roles as allRoles,
  checkStart,
  createDemoWorld,
  createPlatform,
  createReloader,
  findBackends,
  isRole,
  type LoadedConfig,
  leaveRunNote,
  loadConfig,
  logCheck,
  type Platform,
  packageVersion,
  type Role,
  resetLine,
  takeOverAnchor,
  takePidLock,
} from '../../app/index.ts';
import { systemClock } from '../../core/clock.ts';
import { watchFiles } from '../../core/config/watch.ts';
import { coreErrors, errorText, SwarmError } from '../../core/errors.ts';
import type { LinkStatus } from '../../core/links.ts';
import { createLogger, type ProcessLogger } from '../../core/logger.ts';
import { demoLayer } from '../../demo/index.ts';
import { type ExitCode, exitCodes, type Io, untilStopped } from '../io.ts';
import { createNotifier, type Notifier } from '../notify.ts';
import { wantsColour } from '../terminal.ts';

export interface UpOptions {
  /** Only these roles, each by itself or several with commas; absent: all of them. */
  readonly only?: readonly string[];
  readonly demo: boolean;
  /** `path=value`, above every other layer. */
  readonly set: readonly string[];
}

export async function up(options: UpOptions, io: Io): Promise<ExitCode> {
  const startedAt = systemClock.now();
  const roles = rolesOf(options.only);
  if (typeof roles === 'string') {
    io.stderr.write(`swarmline: ${roles}\n`);
    return exitCodes.usage;
  }
  const load = () =>
    loadConfig(io.env, { root: io.root, demo: options.demo, settings: options.set, demoLayer });
  const loaded = await load();
  const whole = options.only === undefined;
  const { home, api, health, log } = loaded.config;
  await ensureHome(home);
  await takeOverAnchor(loaded);
  // One whole platform per home; processes that take single roles share a home as they like.
  const runner = { api: api.port, probes: health.port, roles };
  const unlock = whole
    ? await takePidLock(join(home, 'run/platform.json'), runner)
    : await leaveRunNote(join(home, 'run'), runner);
  const logFile = join(home, 'logs', `${whole ? 'swarmline' : roles.join('-')}.ndjson`);
  const logger = createLogger({ level: log.level, file: logFile });
  io.outliveReaders((why) =>
    logger.warn({ why }, 'nobody reads what is printed any more; the service goes on'),
  );
  try {
    return await operate({ loaded, load, roles, whole, logger, startedAt }, io);
  } finally {
    await unlock();
    await logger.close();
  }
}

async function ensureHome(home: string): Promise<void> {
  try {
    await mkdir(home, { recursive: true });
    await access(home, constants.W_OK);
  } catch (cause) {
    throw new SwarmError(
      coreErrors.configInvalid,
      `home: cannot write to ${home} (${errorText(cause)}); set SWARMLINE_HOME to a folder that can be written`,
      { cause },
    );
  }
}

interface Operation {
  readonly loaded: LoadedConfig;
  readonly load: () => Promise<LoadedConfig>;
  readonly roles: readonly Role[];
  readonly whole: boolean;
  readonly logger: ProcessLogger;
  readonly startedAt: number;
}

async function operate(operation: Operation, io: Io): Promise<ExitCode> {
  const { loaded, roles, logger } = operation;
  io.stdout.write(`${header(loaded, roles)}\n`);
  const notifier = await createNotifier({ io, clock: systemClock, logger });
  const { platform, colour } = await assemble(operation, io, notifier);
  platform.links.alsoCheck(() => [logCheck(logger.loss())]);
  for (const status of platform.links.statuses()) io.stdout.write(`${linkLine(status, colour)}\n`);
  if (platform.policyFault !== null) {
    io.stderr.write(`the policy cannot be used, so every command is denied: ${platform.policyFault}\n`);
  }
  const unwatch = await followConfiguration(operation, platform);
  const searchPath = io.env['PATH'] ?? '';
  const isReady = () => platform.links.readiness().status === 'ready';
  const tell = (line: string) => platform.print(line);
  void checkStart(loaded, { clock: systemClock, logger, searchPath, isReady, tell }, io.stopped);
  let givenUp: Awaited<ReturnType<Platform['stop']>> = [];
  try {
    await serve(operation, { platform, notifier }, io);
  } finally {
    await unwatch();
    givenUp = await platform.stop();
    await notifier.close();
  }
  for (const { component, error } of givenUp)
    io.stderr.write(`${component} was given up: ${error.message}\n`);
  io.stdout.write('stopped\n');
  return givenUp.length === 0 ? exitCodes.ok : exitCodes.unclean;
}

/** Brings changes of the configuration's files into force; resolves to how to stop that. */
function followConfiguration({ loaded, load, logger }: Operation, platform: Platform) {
  const toldOf = new Map<string, string | null>();
  const reloader = createReloader(loaded, {
    logger,
    load,
    settle: (config) => platform.settle(config),
    restart: (name) => platform.restart(name),
    news: platform.news,
    tell: (line) => platform.print(line),
    applyLive: async ({ log, policy }) => {
      logger.setLevel(log.level);
      const told = { policy: await platform.reloadPolicy(policy.file), chain: await platform.reloadChain() };
      for (const [what, refused] of Object.entries(told)) {
        const isTold = toldOf.get(what) === refused;
        toldOf.set(what, refused);
        if (refused === null || isTold) continue;
        logger.error({ why: refused }, `a changed ${what} was refused; the last good one stays`);
        platform.print(`${what}: refused, the last good one stays: ${refused}`);
      }
    },
  });
  const paths = () => [...loaded.files, ...platform.missionFiles()];
  return watchFiles({ clock: systemClock, paths, onChange: () => reloader.reload() });
}

interface Serving {
  readonly platform: Platform;
  readonly notifier: Notifier;
}

async function serve(operation: Operation, { platform, notifier }: Serving, io: Io): Promise<void> {
  const { roles, logger, startedAt } = operation;
  // A stop does not wait for a start that hangs: the drain ends that too.
  await Promise.race([platform.start(), untilStopped(io.stopped)]);
  if (!io.stopped.aborted) {
    const seconds = secondsSince(startedAt);
    const { ready, because } = platform.links.readiness();
    const but = ready ? '' : `, but for ${because.join(', ')}`;
    platform.print(`ready in ${seconds} s${but}; \`help\` lists the commands, Ctrl-C stops`);
    logger.info({ roles, seconds }, 'ready');
    if (!ready) void sayWhenReady(operation, platform, io.stopped);
    notifier.ready(`ready: ${roles.join(', ')}`);
  }
  await untilStopped(io.stopped);
  platform.print('draining: no new work, running work ends …');
  notifier.stopping();
}

async function sayWhenReady({ startedAt }: Operation, platform: Platform, signal: AbortSignal) {
  while (!signal.aborted && !platform.links.readiness().ready) {
    await systemClock.sleep(200, signal).catch(() => undefined);
  }
  if (!signal.aborted)
    platform.print(`now ready, after ${secondsSince(startedAt)} s: nothing is missing any more`);
}

function secondsSince(at: number): string {
  return ((systemClock.now() - at) / 1000).toFixed(1);
}

async function assemble({ loaded, roles, whole, logger }: Operation, io: Io, notifier: Notifier) {
  const { config, demo } = loaded;
  const searchPath = io.env['PATH'] ?? '';
  const interactive = io.stdin.isTTY === true && io.stdout.isTTY === true;
  const colour = wantsColour(io);
  const backends = await findBackends(config, { clock: systemClock, logger, searchPath, mayRun: whole });
  const rabbitUrl = backends.rabbitmq.url;
  const world = { home: config.home, rabbitUrl: rabbitUrl ?? '', cli: io.self, searchPath };
  const companions =
    demo && whole && rabbitUrl !== null ? [createDemoWorld({ clock: systemClock, logger }, world)] : [];
  const told: { platform?: Platform } = {};
  const platform = await createPlatform(
    {
      config,
      backends,
      clock: systemClock,
      logger,
      version: await packageVersion(io.root),
      companions,
      ...(io.version === undefined ? {} : { version: io.version }),
      onLink: (status) => {
        logger.info({ link: status.name, state: status.state, detail: status.detail }, 'link');
        told.platform?.print(linkLine(status, colour));
      },
      onComponent: ({ component, event }) => {
        if (event !== 'braked') return;
        told.platform?.print(`✖ ${component} crashed in a loop; when it is mended: ${resetLine(component)}`);
        notifier.status(`degraded: ${component} crashed in a loop`);
      },
      terminal: { input: io.stdin, output: io.stdout, interactive, colour, onQuit: io.stop },
    },
    { roles },
  );
  told.platform = platform;
  return { platform, colour };
}

/** A text says what is wrong with them. */
function rolesOf(only: readonly string[] | undefined): readonly Role[] | string {
  if (only === undefined) return allRoles;
  const names = [...new Set(only.flatMap((list) => list.split(',').map((name) => name.trim())))];
  const wanted = names.filter(isRole);
  const unknown = names.filter((name) => !isRole(name));
  return unknown.length === 0
    ? wanted
    : `--only: no role ${unknown.join(', ')}; there are ${allRoles.join(', ')}`;
}

function header({ demo, localFile, config }: LoadedConfig, wanted: readonly Role[]): string {
  const world = demo
    ? `demo world, not ${localFile}: simulated agents, a drone and three services`
    : `configured by ${localFile}`;
  const url = wanted.includes('api') ? `; http://127.0.0.1:${config.api.port}` : '';
  return `Swarmline: ${world}\nhome ${config.home}; roles ${wanted.join(', ')}${url}`;
}

const marks: Readonly<Record<LinkStatus['state'], readonly [string, 'green' | 'yellow' | 'red' | 'dim']>> = {
  up: ['✔', 'green'],
  standby: ['✔', 'dim'],
  connecting: ['…', 'yellow'],
  down: ['✖', 'red'],
  off: ['–', 'dim'],
};

function linkLine({ name, state, detail }: LinkStatus, colour: boolean): string {
  const [mark, tint] = marks[state];
  const line = `${mark} ${name.padEnd(9)} ${state}${detail === '' ? '' : `: ${detail}`}`;
  return colour ? styleText(tint, line, { validateStream: false }) : line;
}
