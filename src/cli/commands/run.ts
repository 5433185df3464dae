// `swarmline run "COMMAND LINE"`: any chat command from a shell; follows an action to its end.
import { once } from 'node:events';
import { createInterface } from 'node:readline/promises';
import { answerLines, type Reply, reportLine } from '../../commands/index.ts';
import type { ActionState, Report, Step } from '../../contracts/chat.ts';
import { domainErrors } from '../../contracts/errors.ts';
import { randomId } from '../../contracts/ids.ts';
import { systemClock } from '../../core/clock.ts';
import { errorText, SwarmError, toSwarmError } from '../../core/errors.ts';
import { type Client, connectClient } from '../client.ts';
import { type ExitCode, exitCodes, type Io } from '../io.ts';

export interface RunOptions {
  /** Confirms without asking. */
  readonly yes: boolean;
  readonly json: boolean;
}

/** Without any news for this long nothing can be said of an action, ms. */
const patienceMs = 120_000;

export async function run(line: string, options: RunOptions, io: Io): Promise<ExitCode> {
  const client = await connectClient(io);
  let reply = await client.run(line, randomId());
  if (reply.kind === 'confirm') {
    const agreed = options.yes || (await ask(reply.prompt, io));
    if (agreed === null) {
      show(
        {
          kind: 'refusal',
          code: 'no-confirmation',
          text: `${reply.prompt} It needs --yes where there is no terminal.`,
        },
        options,
        io,
      );
      return exitCodes.usage;
    }
    reply = await client.decide(reply.confirmationId, agreed ? 'yes' : 'no');
  }
  if (reply.kind !== 'accepted') {
    show(reply, options, io);
    return codeOf(reply);
  }
  return follow(client, reply, options, io);
}

async function follow(
  client: Client,
  reply: Extract<Reply, { kind: 'accepted' }>,
  options: RunOptions,
  io: Io,
): Promise<ExitCode> {
  if (!options.json) io.stderr.write(`${reply.text}\n`);
  try {
    const report = await lastReport(client, reply.correlationId, options, io);
    return finish(reply.correlationId, { ...report, state: stateOf(report) }, options, io);
  } catch (thrown) {
    if (io.stopped.aborted) throw thrown;
    const text = `it is unknown what became of it: ${errorText(thrown)}`;
    const steps = [{ state: 'unknown', at: systemClock.now(), detail: text }] as const;
    return finish(reply.correlationId, { subject: '', text, steps, state: 'unknown' }, options, io);
  }
}

/** Follows an order to its end. @throws SwarmError when it cannot be followed any more */
async function lastReport(client: Client, id: string, { json }: RunOptions, io: Io): Promise<Report> {
  let heardAt = systemClock.now();
  for (let seq = -1; systemClock.now() - heardAt < patienceMs; ) {
    const report = await nextReport(client, { id, after: seq }, io);
    if (!report) continue;
    seq = report.seq;
    heardAt = systemClock.now();
    if (report.final) return report;
    if (!json) io.stderr.write(`${reportLine(report)}\n`);
  }
  throw new SwarmError(domainErrors.platformUnreachable, `nothing was heard for ${patienceMs / 1000} s`);
}

// The platform may be restarted while an order is under way; the order survives that, and so does the wait.
async function nextReport(
  client: Client,
  { id, after }: { readonly id: string; readonly after: number },
  { stopped }: Io,
): Promise<Report | null> {
  try {
    return await client.nextReport(id, after);
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
}

// A notice goes through no states: what it tells is so, unless it has a step that says otherwise.
function stateOf({ kind, steps }: Report): ActionState {
  return steps.at(-1)?.state ?? (kind === 'notice' ? 'ready' : 'unknown');
}

function finish(correlationId: string, outcome: Outcome, { json }: RunOptions, io: Io): ExitCode {
  const { state, subject, text, steps } = outcome;
  const result = { kind: 'result', correlationId, state, subject, text, steps };
  io.stdout.write(`${json ? JSON.stringify(result) : reportLine(outcome)}\n`);
  return state === 'ready' || state === 'sent' ? exitCodes.ok : exitCodes.failed;
}

function show(reply: Reply, { json }: RunOptions, io: Io): void {
  if (json) io.stdout.write(`${JSON.stringify(reply)}\n`);
  else if (reply.kind === 'answer') io.stdout.write(`${answerLines(reply.answer).join('\n')}\n`);
  else if (reply.kind === 'refusal') io.stderr.write(`${reply.text}\n`);
  else if (reply.kind === 'dropped') io.stdout.write(`${reply.text}\n`);
}

function codeOf(reply: Reply): ExitCode {
  if (reply.kind !== 'refusal') return exitCodes.ok;
  switch (reply.code) {
    case 'denied':
      return exitCodes.denied;
    case 'unavailable':
      return exitCodes.unavailable;
    case 'empty':
    case 'unknown-command':
    case 'bad-argument':
      return exitCodes.usage;
    case 'no-confirmation':
    case 'decided':
      return exitCodes.failed;
  }
}

async function ask(prompt: string, { stdin, stderr }: Io): Promise<boolean | null> {
  if (stdin.isTTY !== true) return null;
  const lines = createInterface({ input: stdin, output: stderr });
  try {
    // Ctrl-C and Ctrl-D close the prompt and leave the question open for ever.
    const closed = once(lines, 'close').then(() => '');
    const answer = await Promise.race([lines.question(`${prompt} [y/N] `), closed]);
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    lines.close();
  }
}
