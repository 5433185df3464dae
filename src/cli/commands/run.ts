// `swarmline run "COMMAND LINE"`, and what every chat command is from a shell: follows an action to its end.
import { answerLines, type Reply, reportLine } from '../../commands/index.ts';
import { stepMarks } from '../../contracts/agents.ts';
import type { ActionState, Report, Step } from '../../contracts/chat.ts';
import { domainErrors } from '../../contracts/errors.ts';
import { randomId } from '../../contracts/ids.ts';
import { systemClock } from '../../core/clock.ts';
import { coreErrors, errorText, SwarmError, toSwarmError } from '../../core/errors.ts';
import { utcTime } from '../../core/utc.ts';
import { type Client, connectClient } from '../client.ts';
import { type ExitCode, exitCodes, type Io } from '../io.ts';
import { type Confirm, type ConfirmOptions, confirm } from './confirm.ts';
import { whyNotBegun } from './not-begun.ts';
import { persistent } from './until-answered.ts';

export interface RunOptions extends ConfirmOptions {
  readonly json: boolean;
  /** Only says what would be done, and confirms nothing. Default false. */
  readonly dryRun?: boolean;
  /** How long it is followed without any news, ms. Default 2 min; a lost answer is waited for 20 s at most. */
  readonly patienceMs?: number;
}

/** Without any news for this long an action is followed no further, ms. */
const defaultPatienceMs = 120_000;
/** The longest that one request waits for news, ms. */
const waitMs = 20_000;

/** A command line as it is typed in chat. */
export function run(line: string, options: RunOptions, io: Io): Promise<ExitCode> {
  return carryOut({ line }, options, io);
}

/** A command by its name, with its arguments by theirs. */
export function runNamed(
  named: { readonly command: string; readonly args: Readonly<Record<string, string>> },
  options: RunOptions,
  io: Io,
): Promise<ExitCode> {
  return carryOut(named, options, io);
}

async function carryOut(
  asked: { readonly line: string } | Parameters<typeof runNamed>[0],
  options: RunOptions,
  io: Io,
): Promise<ExitCode> {
  const { dryRun = false, key = randomId(), json, patienceMs } = options;
  const client = persistent(await connectClient(io), { key, quiet: json, patienceMs }, io);
  const first = await client.run({ ...asked, dryRun }, key);
  if (first.kind === 'confirm' && first.level === 'two-persons' && !dryRun)
    return awaitSecond(client, first, options, io);
  // A platform that does not know of dry runs asks; nothing is confirmed then.
  const reply = first.kind === 'confirm' && !dryRun ? await confirm(client, first, options, io) : first;
  if (reply.kind === 'withdrawn') {
    show(reply.told, options, io);
    return io.stopped.aborted ? exitCodes.interrupted : exitCodes.usage;
  }
  if (reply.kind !== 'accepted') {
    show(reply, options, io);
    return codeOf(reply);
  }
  if (reply.toldElsewhere !== true) return follow(client, reply, options, io);
  show(reply, options, io);
  return exitCodes.ok;
}

/** Somebody else decides; that may take as long as it waits for them. */
function awaitSecond(client: Client, asked: Confirm, options: RunOptions, io: Io): Promise<ExitCode> {
  const { confirmationId: id, prompt, correlationId = id, expiresAt } = asked;
  const text = `${prompt} Waiting for: swarmline approve ${id}. It goes on without this command too.`;
  const until = utcTime(expiresAt, systemClock.now(), 's');
  const stopped = `unless somebody has decided by now, it waits until ${until}: \`swarmline deny ${id}\` withdraws it, and \`swarmline result ${correlationId}\` tells what came of it`;
  // Also of a script: nobody else could say what is to be approved.
  if (options.json) io.stderr.write(`${text}\n`);
  return follow(client, { correlationId, text, stopped, newsBy: expiresAt }, options, io);
}

interface Followed {
  readonly correlationId: string;
  readonly text: string;
  /** What is so when it is followed no further; default: that it goes on. */
  readonly stopped?: string;
  /** Ms since the epoch: until then no news is no bad sign. Default: now. */
  readonly newsBy?: number;
}

async function follow(client: Client, reply: Followed, options: RunOptions, io: Io): Promise<ExitCode> {
  if (!options.json) io.stderr.write(`${reply.text}\n`);
  try {
    const last = await lastReport(client, reply, options, io);
    const outcome =
      'waits' in last
        ? notBegun(last.waits)
        : { ...last, state: stateOf(last), isOpen: !last.final && !isWithReceiver(last) };
    return finish(reply.correlationId, outcome, options, io);
  } catch (thrown) {
    if (io.stopped.aborted) {
      const { stopped = `it ${goesOn(reply.correlationId)}` } = reply;
      throw new SwarmError(coreErrors.aborted, `stopped asking; ${stopped}`, { cause: thrown });
    }
    const text = `it is unknown what became of it: ${errorText(thrown)}`;
    const steps = [{ state: 'unknown', at: systemClock.now(), detail: text }] as const;
    return finish(reply.correlationId, { subject: '', text, steps, state: 'unknown' }, options, io);
  }
}

/** Follows an order to its end, or until it is known that nobody has begun it. @throws SwarmError when it cannot be followed any more */
async function lastReport(
  client: Client,
  { correlationId: id, newsBy = 0 }: Followed,
  { json, patienceMs = defaultPatienceMs }: RunOptions,
  io: Io,
): Promise<Report | { readonly waits: string }> {
  let heardAt = Math.max(systemClock.now(), newsBy);
  let last: Report | null = null;
  let waits: string | null = null;
  for (let seq = -1; systemClock.now() - heardAt < patienceMs; ) {
    const left = Math.max(0, heardAt + patienceMs - systemClock.now());
    const report = await nextReport(client, { id, after: seq, waitMs: Math.min(waitMs, left) }, io);
    if (!report) {
      if (last !== null && isWithReceiver(last)) return last;
      const known = last === null ? await whyNotBegun(client, id) : null;
      if (known !== null && waits === null && !json) io.stderr.write(`${known}\n`);
      waits = known;
      continue;
    }
    last = report;
    seq = report.seq;
    heardAt = systemClock.now();
    if (report.final) return report;
    if (!json) io.stderr.write(`${reportLine(report)}\n`);
  }
  if (waits !== null) return { waits };
  if (last !== null) return { ...last, text: `${last.text}; ${noMore(id, patienceMs)}` };
  throw new SwarmError(domainErrors.platformUnreachable, `nothing was heard for ${patienceMs / 1000} s`);
}

function noMore(id: string, ms: number): string {
  return `no more was heard for ${ms / 1000} s. It ${goesOn(id)}`;
}

function goesOn(id: string): string {
  return `goes on without this command too, and \`swarmline result ${id}\` tells how`;
}

// An agent may take hours to look into its inbox. That it lies there is the truth so far, and no reason to wait on.
function isWithReceiver({ kind, steps }: Report): boolean {
  return kind === 'gas' && (steps.at(-1)?.state === 'sent' || isWaiting(steps));
}

/** Whether its receiver has to fetch it. */
function isWaiting(steps: readonly Step[]): boolean {
  return steps.at(-1)?.detail.startsWith(stepMarks.waits) ?? false;
}

// The platform may be restarted while an order is under way; the order survives that, and so does the wait.
async function nextReport(
  client: Client,
  { id, after, waitMs }: { readonly id: string; readonly after: number; readonly waitMs: number },
  { stopped }: Io,
): Promise<Report | null> {
  try {
    return await client.nextReport(id, after, waitMs);
  } catch (thrown) {
    const error = toSwarmError(thrown);
    if (stopped.aborted || !error.retryable) throw error;
    await systemClock.sleep(1_000, stopped).catch(() => undefined);
    return null;
  }
}

interface Outcome extends Pick<Report, 'subject' | 'text'> {
  readonly state: ActionState;
  readonly steps: readonly Step[];
  /** Whether its end is still to come. Default false. */
  readonly isOpen?: boolean;
}

function notBegun(waits: string): Outcome {
  const text = `no word of it yet: ${waits}. It goes on without this command too.`;
  return {
    subject: '',
    text,
    state: 'queued',
    steps: [{ state: 'queued', at: systemClock.now(), detail: '' }],
  };
}

// A notice and a board go through no states: what it tells is so, unless it has a step that says otherwise.
function stateOf({ kind, steps }: Report): ActionState {
  return steps.at(-1)?.state ?? (kind === 'notice' || kind === 'board' ? 'ready' : 'unknown');
}

function finish(correlationId: string, outcome: Outcome, { json }: RunOptions, io: Io): ExitCode {
  const { state, subject, text, steps, isOpen = false } = outcome;
  const result = { kind: 'result', correlationId, state, subject, text, steps };
  io.stdout.write(`${json ? JSON.stringify(result) : reportLine(outcome)}\n`);
  const isWell = !isOpen && (reached.includes(state) || isWaiting(steps));
  return isWell ? exitCodes.ok : exitCodes.failed;
}

/** What an order can come to without having failed. */
const reached: readonly ActionState[] = ['ready', 'sent', 'accepted', 'working'];

function show(reply: Reply, { json }: RunOptions, io: Io): void {
  if (json) io.stdout.write(`${JSON.stringify(reply)}\n`);
  else if (reply.kind === 'answer') io.stdout.write(`${answerLines(reply.answer).join('\n')}\n`);
  else if (reply.kind === 'refusal') io.stderr.write(`${refusalText(reply)}\n`);
  else if (reply.kind === 'accepted')
    io.stdout.write(`${reply.text} What comes of it is told to whoever asked.\n`);
  else if (reply.kind === 'dropped') io.stdout.write(`${reply.text}\n`);
  else if (reply.kind === 'confirm') io.stdout.write(`Would ask: ${reply.prompt}\n`);
}

// The face says what it calls a key, and what mends it only in the machine form.
function refusalText({ code, text }: Extract<Reply, { kind: 'refusal' }>): string {
  return code === 'id-reused' ? `${text}. A new order needs a new --key, or none.` : text;
}

// How every answer begins that has nothing to tell of what it was asked for.
const unknownTitle = /^Unknown: /;

function codeOf(reply: Reply): ExitCode {
  if (reply.kind === 'answer') {
    return unknownTitle.test(reply.answer.title) ? exitCodes.failed : exitCodes.ok;
  }
  if (reply.kind !== 'refusal') return exitCodes.ok;
  switch (reply.code) {
    case 'denied':
      return exitCodes.denied;
    case 'limited':
      return exitCodes.limited;
    case 'unavailable':
      return exitCodes.unavailable;
    case 'empty':
    case 'unknown-command':
    case 'bad-argument':
    case 'id-reused':
      return exitCodes.usage;
    case 'no-confirmation':
    case 'decided':
      return exitCodes.failed;
  }
}
