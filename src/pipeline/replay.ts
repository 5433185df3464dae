// Replays recorded status histories through the live reader and machine: no Redis, no effect, no watcher,
// so that the CLI can load it alone. Says which checkpoints would have fired; it delivers nothing.
import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { createGunzip } from 'node:zlib';
import { z } from 'zod';
import { domainErrors } from '../contracts/errors.ts';
import { errorText, SwarmError } from '../core/errors.ts';
import { readFor, transitionRun } from './machine.ts';
import { newRun, type Run } from './run.ts';

export interface ReplaySummary {
  readonly agents: number;
  /** Texts that were read; a line with `raw: null` says the file was absent and is not a version. */
  readonly versions: number;
  readonly invalid: number;
  /** Epochs of all agents, each counted from 1. */
  readonly epochs: number;
  /** Valid versions whose progress is unknown. */
  readonly unknown: number;
  readonly deliveries: Readonly<Record<'75' | '90' | '100', number>>;
}

/**
 * Reads `.jsonl` or `.jsonl.gz` files in the given order, the agent named by the file (a second file of the same
 * name goes on with the same agent), and emits one object per output line, the summary last.
 * @throws SwarmError HISTORY_INVALID naming file, line and mend
 */
export async function replay(files: readonly string[], emit: (line: object) => void): Promise<ReplaySummary> {
  const runs = new Map<string, Run>();
  const counts = { versions: 0, invalid: 0, unknown: 0, deliveries: { '75': 0, '90': 0, '100': 0 } };
  for (const file of files) {
    const agent = agentOf(file);
    let run = runs.get(agent) ?? newRun(agent);
    for await (const { at, raw, line } of versionsOf(file)) {
      if (raw === null) continue;
      counts.versions += 1;
      const reading = readFor(run, raw);
      const step = transitionRun(run, { reading, at, writtenAt: at });
      run = step.run;
      if (reading.kind === 'invalid') {
        counts.invalid += 1;
        emit({ agent, at, problem: 'invalid', detail: `${file} line ${line}: ${reading.detail}` });
      } else if (reading.percent === null) counts.unknown += 1;
      for (const { checkpoint, percent } of step.effects) {
        counts.deliveries[`${checkpoint}`] += 1;
        emit({ agent, at, epoch: run.mission.epoch, mission: run.mission.name, checkpoint, percent });
      }
    }
    runs.set(agent, run);
  }
  const epochs = [...runs.values()].reduce((sum, run) => sum + run.mission.epoch, 0);
  const { versions, invalid, unknown, deliveries } = counts;
  const summary = { agents: runs.size, versions, invalid, epochs, unknown, deliveries };
  emit({ summary });
  return summary;
}

const versionSchema = z.object({ at: z.number(), raw: z.string().nullable() });

type Version = z.infer<typeof versionSchema> & { readonly line: number };

function agentOf(file: string): string {
  const agent = /^(.+)\.jsonl(?:\.gz)?$/.exec(basename(file))?.[1];
  if (agent === undefined)
    throw invalid(`${file}: the name must be AGENT.jsonl or AGENT.jsonl.gz; rename it`);
  return agent;
}

async function* versionsOf(file: string): AsyncGenerator<Version> {
  let line = 0;
  for await (const text of linesOf(file)) {
    line += 1;
    if (text.trim() === '') continue;
    const parsed = versionSchema.safeParse(parseJson(text));
    if (!parsed.success) {
      throw invalid(
        `${file} line ${line}: expected {"at": unix seconds, "raw": string or null}; mend or remove the line`,
      );
    }
    yield { ...parsed.data, line };
  }
}

async function* linesOf(file: string): AsyncGenerator<string> {
  let rest = '';
  try {
    for await (const chunk of open(file)) {
      const lines = `${rest}${chunk}`.split('\n');
      rest = lines.pop() ?? '';
      yield* lines;
    }
  } catch (thrown) {
    throw invalid(`${file}: cannot be read (${errorText(thrown)}); check the path and the file`, thrown);
  }
  if (rest !== '') yield rest;
}

function open(file: string): NodeJS.ReadableStream {
  const bytes = createReadStream(file);
  if (!file.endsWith('.gz')) return bytes.setEncoding('utf8');
  const text = createGunzip();
  // pipe() does not carry errors over; without this a missing file would crash the process
  bytes.on('error', (error) => text.destroy(error));
  return bytes.pipe(text).setEncoding('utf8');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function invalid(message: string, cause?: unknown): SwarmError {
  return new SwarmError(domainErrors.historyInvalid, message, { cause });
}
