// What a person sees on Discord: answers, confirmations and reports as embeds, always inside Discord's limits.
// Pure; every word that comes from below is escaped here and nowhere else.
import type {
  APIActionRowComponent,
  APIButtonComponent,
  APIEmbed,
  APIModalInteractionResponseCallbackData,
} from 'discord.js';
import { type Danger, rowText } from '../../commands/index.ts';
import type { ActionState, Answer, AnswerRow, Report, Tone } from '../../contracts/chat.ts';
import { oneLine, prose } from './text.ts';

/** Content of one message, as both discord.js and the REST API take it. */
export interface Card {
  readonly embeds: [APIEmbed];
  readonly components: APIActionRowComponent<APIButtonComponent>[];
}

// Discord: title 256, description 4096, all together 6000. The cuts count characters before escaping, which may double them.
const descriptionMax = 4_096;
const cut = { title: 120, label: 80, value: 400, prose: 900, states: 12, about: 64 };
const moreMax = 24;

/** What each tone looks like. */
export const colours: Readonly<Record<Tone, number>> = {
  ok: 0x2ea043,
  info: 0x388bfd,
  warn: 0xd29922,
  bad: 0xda3633,
};
/** The same in a line of text. */
export const dots: Readonly<Record<Tone, string>> = { ok: '🟢', info: '⚪', warn: '🟡', bad: '🔴' };

/** An answer with its rows and their ages; rows that do not fit are counted. */
export function answerCard(answer: Answer): Card {
  const note = answer.note === undefined ? '' : `\n${prose(answer.note, cut.prose)}`;
  const rows = fit(answer.rows, descriptionMax - note.length);
  return card({ title: answer.title, description: `${rows}${note}`, tone: answer.tone });
}

/** A sentence that is not about any row: a refusal, an acknowledgement, a fault. `about` is what the log calls it. */
export function sentenceCard(text: string, tone: Tone, about?: string): Card {
  return card({ description: prose(text, cut.prose), tone, ...(about === undefined ? {} : { about }) });
}

/** The question before an action, with its two buttons; Discord counts the seconds down by itself. */
export function confirmCard(confirm: {
  readonly confirmationId: string;
  readonly prompt: string;
  readonly expiresAt: number;
  readonly level?: Danger;
  readonly typeName?: string;
}): Card {
  const { confirmationId: id, prompt, level, typeName } = confirm;
  const yes =
    typeName === undefined
      ? { label: level === 'two-persons' ? 'Approve' : 'Yes, do it', custom_id: `yes:${id}` }
      : { label: 'Type the name…', custom_id: `type:${id}` };
  return {
    ...card({ description: `${prose(prompt, cut.prose)}\n${expiry(confirm.expiresAt)}`, tone: 'warn' }),
    components: [buttons({ style: 4, ...yes }, { style: 2, label: 'No', custom_id: `no:${id}` })],
  };
}

/** The window in which the name has to be typed. */
export function nameModal(confirmationId: string): APIModalInteractionResponseCallbackData {
  const input = { type: 4, custom_id: 'name', style: 1, required: true, max_length: 200 } as const;
  return {
    custom_id: `typed:${confirmationId}`,
    title: 'Are you sure?',
    components: [{ type: 18, label: 'Its name, exactly as it is written', component: input }],
  };
}

function expiry(expiresAt: number): string {
  return `-# expires <t:${Math.floor(expiresAt / 1000)}:R>`;
}

type Button = { readonly style: 2 | 4; readonly label: string; readonly custom_id: string };

function buttons(...row: readonly Button[]): Card['components'][number] {
  return { type: 1, components: row.map((button) => ({ type: 2, ...button })) };
}

/** The whole story of an action so far; its footer is its correlation id, which finds it in the log. Without buttons, unless it waits for a word: showing it takes away those of the confirmation. */
export function reportCard(report: Report): Card {
  const states = report.steps.map((step) => step.state).filter((state, i, all) => state !== all[i - 1]);
  const chain = states
    .slice(-cut.states)
    .map((state, i, all) => (i === all.length - 1 ? `**${state}**` : state));
  const lines = [...(chain.length > 0 ? [chain.join(' → ')] : []), prose(report.text, cut.prose)];
  const { ask } = report;
  const shown = card({
    title: titles[report.kind](report.subject),
    description: [...lines, ...(ask ? [expiry(ask.expiresAt)] : [])].join('\n'),
    tone: ask ? 'warn' : reportTone(states.at(-1), report.final),
    about: report.about,
  });
  if (!ask) return shown;
  const yes = { style: 4, label: 'Approve', custom_id: `yes:${ask.id}` } as const;
  return { ...shown, components: [buttons(yes, { style: 2, label: 'Deny', custom_id: `no:${ask.id}` })] };
}

const titles: Readonly<Record<Report['kind'], (subject: string) => string>> = {
  restart: (subject) => `Restart of ${subject}`,
  gas: (subject) => `Gas: ${subject}`,
  notice: (subject) => subject,
  approval: (subject) => `Second person for ${subject}`,
  board: (subject) => subject,
};

/** An end that nobody confirmed (`sent`, `unknown`, `expired`) is never green. */
function reportTone(state: ActionState | undefined, final: boolean): Tone {
  if (state === 'failed') return 'bad';
  if (!final || state === undefined) return 'info';
  return state === 'ready' || state === 'accepted' || state === 'working' ? 'ok' : 'warn';
}

function card(parts: { title?: string; description: string; tone: Tone; about?: string }): Card {
  return {
    embeds: [
      {
        ...(parts.title === undefined ? {} : { title: oneLine(parts.title, cut.title) }),
        description: parts.description,
        color: colours[parts.tone],
        ...(parts.about === undefined ? {} : { footer: { text: oneLine(parts.about, cut.about) } }),
      },
    ],
    components: [],
  };
}

function fit(rows: readonly AnswerRow[], maxLength: number): string {
  let text = '';
  for (const [i, row] of rows.entries()) {
    const line = `${text === '' ? '' : '\n'}${rowLine(row)}`;
    if (text.length + line.length + moreMax > maxLength) return `${text}\n… and ${rows.length - i} more`;
    text += line;
  }
  return text;
}

function rowLine(row: AnswerRow): string {
  const value = rowText({ ...row, value: oneLine(row.value, cut.value) });
  return `${dots[row.tone]} **${oneLine(row.label, cut.label)}** ${value}`;
}
