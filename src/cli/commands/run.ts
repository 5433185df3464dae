// `swarmline run "COMMAND LINE"`: any chat command from a shell; follows an action to its end.
import { createInterface } from 'node:readline/promises';
import { answerLines, type Reply, reportLine } from '../../commands/index.ts';
import type { Report } from '../../contracts/chat.ts';
import { randomId } from '../../contracts/ids.ts';
import { type Client, connectClient } from '../client.ts';
import { type ExitCode, exitCodes, type Io } from '../io.ts';

export interface RunOptions {
  /** Confirms without asking. */
  readonly yes: boolean;
  readonly json: boolean;
}

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
  for (let seq = -1; ; ) {
    const report = await client.nextReport(reply.correlationId, seq);
    if (!report) continue;
    seq = report.seq;
    if (!report.final) {
      if (!options.json) io.stderr.write(`${reportLine(report)}\n`);
      continue;
    }
    io.stdout.write(
      `${options.json ? JSON.stringify({ kind: 'result', correlationId: reply.correlationId, ...resultOf(report) }) : reportLine(report)}\n`,
    );
    const state = report.steps.at(-1)?.state;
    return state === 'ready' || state === 'sent' ? exitCodes.ok : exitCodes.failed;
  }
}

function resultOf({ subject, text, steps }: Report) {
  return { state: steps.at(-1)?.state ?? 'unknown', subject, text, steps };
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
      return exitCodes.failed;
  }
}

async function ask(prompt: string, { stdin, stderr }: Io): Promise<boolean | null> {
  if (stdin.isTTY !== true) return null;
  const lines = createInterface({ input: stdin, output: stderr });
  try {
    return /^y(es)?$/i.test((await lines.question(`${prompt} [y/N] `)).trim());
  } finally {
    lines.close();
  }
}
