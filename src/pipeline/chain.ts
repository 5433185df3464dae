// chain.yaml: who hands over to whom, and which gas comes by the clock. Read once and checked whole;
// a line of agents or a circle, nothing richer.
import { readFile } from 'node:fs/promises';
import { parseDocument } from 'yaml';
import { z } from 'zod';
import { agentIdSchema } from '../contracts/agents.ts';
import { coreErrors, errorText, SwarmError } from '../core/errors.ts';
import type { CatchUp } from './catch-up.ts';
import { makeChainSchema } from './config.ts';

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

/** Who hands over to whom. */
export interface Chain {
  /** Each hands over to the one behind it. */
  readonly chain: readonly string[];
  /** What is behind the last: the first again, or nobody. */
  readonly end: 'loop' | 'stop';
  readonly schedules: readonly Schedule[];
}

/** Who gets the gas of `agent`; null at the end of the chain and outside of it. */
export function successor({ chain, end }: Chain, agent: string): string | null {
  const at = chain.indexOf(agent);
  if (at === -1) return null;
  return chain[at + 1] ?? (end === 'loop' ? (chain[0] ?? null) : null);
}

/**
 * Reads and checks `path` against the configured agents.
 * @throws SwarmError CONFIG_INVALID with every problem, each with its place and how to mend it
 */
export async function loadChain(path: string, agents: readonly string[]): Promise<Chain> {
  const { validate } = await import('node-cron');
  const document = parseDocument(await readText(path));
  const syntax = document.errors.map((error) => error.message.split('\n')[0] ?? '');
  if (syntax.length > 0) throw problems(path, syntax);

  const content: unknown = document.toJS() ?? {};
  const parsed = schemaFor(agents, validate).safeParse(content);
  if (parsed.success) return parsed.data;
  throw problems(
    path,
    parsed.error.issues.map((issue) => `${toPlace(issue.path)}${issue.message}`),
  );
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
    throw problems(path, [`cannot be read (${errorText(thrown)}); create it, \`chain: []\` will do`], thrown);
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
