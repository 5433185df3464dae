// Times as people read them, in UTC; ms since the epoch come in.

/** How much of the ISO form is shown. */
const lengths = { min: 16, s: 19, ms: 23 } as const;
type To = keyof typeof lengths;

/** `2026-11-26 14:05 UTC`. */
export function utc(at: number, to: To = 'min'): string {
  return `${new Date(at).toISOString().slice(0, lengths[to]).replace('T', ' ')} UTC`;
}

/** `14:05 UTC`, and as `utc` has it where the day is another than that of `now`. */
export function utcTime(at: number, now: number, to: To = 'min'): string {
  const dated = utc(at, to);
  return dated.startsWith(utc(now).slice(0, 10)) ? dated.slice(11) : dated;
}
