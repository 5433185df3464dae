// chain.yaml: who hands over to whom, and which gas comes by the clock. Read and checked whole; graph.ts says what it
// means.
import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { parseDocument } from 'yaml';
import { z } from 'zod';
import { agentIdSchema } from '../contracts/agents.ts';
import { coreErrors, errorText, SwarmError } from '../core/errors.ts';
import type { CatchUp } from './catch-up.ts';
import { makeChainSchema, missionLimit } from './config.ts';
import { endOf, type Graph, netOf, receiversOf } from './graph.ts';
import { type GraphCheckOptions, graphProblems } from './graph-check.ts';

/** Gas that comes by the clock. `cron` has five fields and is read in `timezone`. */
export interface Schedule {
  readonly name: string;
  readonly cron: string;
  /** A name such as `Europe/Vienna`; default UTC, which no clock change touches. */
  readonly timezone?: string | undefined;
  /** What is done about ticks that passed while nobody ran; default `skip`. */
  readonly catchUp?: CatchUp | undefined;
  readonly to: string;
  readonly text: string;
}

/** Who hands over to whom, and what comes by the clock. */
export interface Chain extends Graph {
  /** What comes behind an end that is `next-mission`, one after the other; behind the last there is nothing. */
  readonly missions?: readonly string[] | undefined;
  readonly schedules: readonly Schedule[];
}

/** The first that gets the gas of `agent`; null at the end of the chain and outside of it. */
export function successor(chain: Chain, agent: string): string | null {
  return receiversOf(chain, agent)[0] ?? null;
}

/**
 * Reads and checks `path` against the configured agents.
 * @throws SwarmError CONFIG_INVALID with every problem, each with its place and how to mend it
 */
export async function loadChain(
  path: string,
  agents: readonly string[],
  options: GraphCheckOptions = {},
): Promise<Chain> {
  const { validate } = await import('node-cron');
  const document = parseDocument(await readText(path));
  const syntax = document.errors.map((error) => error.message.split('\n')[0] ?? '');
  if (syntax.length > 0) throw problems(path, syntax);

  const content: unknown = document.toJS() ?? {};
  const parsed = schemaFor(agents, validate).safeParse(content);
  if (!parsed.success) {
    throw problems(
      path,
      parsed.error.issues.map((issue) => `${toPlace(issue.path)}${issue.message}`),
    );
  }
  const chain = { ...parsed.data, missions: await missionTexts(path, parsed.data.missions) };
  const found = [
    ...graphProblems(chain, options),
    ...missionProblems(chain),
    ...scheduleProblems(chain, options),
  ];
  if (found.length > 0) throw problems(path, found);
  return chain;
}

/** Where the files of its missions lie; none where the chain cannot be understood. Never throws. */
export async function missionFiles(path: string): Promise<readonly string[]> {
  const text = await readFile(path, 'utf8').catch(() => '');
  const document = parseDocument(text);
  if (document.errors.length > 0) return [];
  const parsed = z.object({ missions: z.array(z.unknown()) }).safeParse(document.toJS());
  return (parsed.data?.missions ?? []).flatMap((mission) => {
    const { data } = z.object({ file: z.string().min(1) }).safeParse(mission);
    return data === undefined ? [] : [missionPath(path, data.file)];
  });
}

function missionPath(chainFile: string, file: string): string {
  return resolve(dirname(chainFile), file);
}

/** A file of a mission lies beside the chain unless its path is absolute. */
async function missionTexts(path: string, missions: readonly MissionSource[]): Promise<readonly string[]> {
  const texts: string[] = [];
  for (const [at, mission] of missions.entries()) {
    if (typeof mission === 'string') texts.push(mission);
    else texts.push(await missionFile(missionPath(path, mission.file), `${path}: missions[${at}]`));
  }
  return texts;
}

type MissionSource = string | { readonly file: string };

async function missionFile(path: string, place: string): Promise<string> {
  const text = await readFile(path, 'utf8').catch((thrown: unknown) => {
    throw new SwarmError(
      coreErrors.configInvalid,
      `${place}: ${path} cannot be read (${errorText(thrown)}); write the mission there`,
      { cause: thrown },
    );
  });
  const trimmed = text.trim();
  if (trimmed !== '' && trimmed.length <= missionLimit) return trimmed;
  throw new SwarmError(
    coreErrors.configInvalid,
    `${place}: ${path} has ${trimmed.length} characters; a mission has 1 to ${missionLimit}`,
  );
}

function missionProblems(chain: Chain): string[] {
  const { members } = netOf(chain);
  const ending = members.find((agent) => endOf(chain, agent) === 'next-mission');
  const has = (chain.missions ?? []).length > 0;
  if (ending !== undefined && !has) {
    return [`missions: ${ending} ends in \`next-mission\`, and there is none; write one, or \`end: stop\``];
  }
  return ending === undefined && has
    ? ['missions: nothing ends in `next-mission`, so nobody gets them; write `end: next-mission`']
    : [];
}

function scheduleProblems({ schedules }: Chain, { inboxless = [] }: GraphCheckOptions): string[] {
  return schedules.flatMap(({ name, to }, at) =>
    inboxless.includes(to)
      ? [
          `schedules[${at}]: ${name} → ${to}: ${to} has no inbox; give it one under pipeline.agents, or write another \`to\``,
        ]
      : [],
  );
}

/** Those of the configured agents that can be given no gas. */
export function inboxlessOf(
  agents: readonly { readonly id: string; readonly inbox?: unknown }[],
): readonly string[] {
  return agents.flatMap(({ id, inbox }) => (inbox === undefined ? [id] : []));
}

function schemaFor(agents: readonly string[], isCron: (expression: string) => boolean) {
  const agent = agentIdSchema.refine((id) => agents.includes(id), {
    error: (issue) => `no agent "${issue.input}"; configured: ${agents.join(', ') || 'none'}`,
  });
  const cron = z.string().superRefine((text, context) => {
    const message = cronProblem(text, isCron);
    if (message !== null) context.addIssue({ code: 'custom', message });
  });
  return makeChainSchema({ agent, cron });
}

function cronProblem(cron: string, isCron: (expression: string) => boolean): string | null {
  const fields = cron.trim().split(/\s+/);
  if (fields.length !== 5 || !isCron(cron)) {
    return `"${cron}" is no cron expression of five fields; write one such as "0 9 * * 1-5"`;
  }
  // node-cron joins the two with AND, cron(8) with OR: whichever was meant, half of the readers would be wrong
  const bothDays = fields[2] !== '*' && fields[4] !== '*';
  return bothDays ? 'day of month and day of week are both set; set one of them to *' : null;
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (thrown) {
    throw problems(
      path,
      [
        `cannot be read (${errorText(thrown)}); create it, \`chain: []\` will do, or mend pipeline.chainFile, which counts from Swarmline's own folder`,
      ],
      thrown,
    );
  }
}

function problems(path: string, list: readonly string[], cause?: unknown): SwarmError {
  return new SwarmError(coreErrors.configInvalid, list.map((problem) => `${path}: ${problem}`).join('\n'), {
    cause,
  });
}

function toPlace(path: readonly PropertyKey[]): string {
  const place = path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`)).join('');
  return place === '' ? '' : `${place.replace(/^\./, '')}: `;
}
