// Answers and reports as plain text, for surfaces that show text. Discord's embeds are made in its own room.
import type { Answer, AnswerRow, Step } from '../contracts/chat.ts';

/** "3 s", "5 min", "2 h", "4 d": whole units, rounded down. */
export function formatAge(ageMs: number): string {
  const seconds = Math.max(0, Math.floor(ageMs / 1000));
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7_200) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 172_800) return `${Math.floor(seconds / 3_600)} h`;
  return `${Math.floor(seconds / 86_400)} d`;
}

/** `1 agent`, `2 agents`, `0 deliveries`. */
export function counted(number: number, noun: string): string {
  if (number === 1) return `1 ${noun}`;
  return `${number} ${noun.endsWith('y') ? `${noun.slice(0, -1)}ies` : `${noun}s`}`;
}

/** The value of a row with its age, as in `ready (4 s ago)`. */
export function rowText(row: AnswerRow): string {
  return row.ageMs === null ? row.value : `${row.value} (${formatAge(row.ageMs)} ago)`;
}

/** Several lines, labels aligned: console and CLI. */
export function answerLines(answer: Answer): string[] {
  const width = Math.max(0, ...answer.rows.map((row) => row.label.length));
  const lines = [answer.title, ...answer.rows.map((row) => `  ${row.label.padEnd(width)}  ${rowText(row)}`)];
  if (answer.note !== undefined) lines.push(answer.note);
  return lines;
}

/** One line: Twitch. */
export function answerLine(answer: Answer): string {
  const rows = answer.rows.map((row) => `${row.label}: ${rowText(row)}`);
  return [answer.title, ...rows, ...(answer.note === undefined ? [] : [answer.note])].join(' | ');
}

/** The states that an action went through and its present truth: `queued > sent > accepted — slam is …`; the truth alone where it went through none. */
export function reportLine(report: { readonly text: string; readonly steps: readonly Step[] }): string {
  if (report.steps.length === 0) return report.text;
  return `${report.steps.map((step) => step.state).join(' > ')} — ${report.text}`;
}
