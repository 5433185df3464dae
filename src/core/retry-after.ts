// The header `Retry-After` of an answer: seconds, or a date of HTTP. What is neither says nothing.

/** A far side that is wrong about its clock, or its zeros, must not silence us for a day, ms. */
export const longestRetryAfterMs = 600_000;

/** How long the far side wants to be left alone, ms, at most `longestRetryAfterMs`; undefined when it does not say. @param now ms */
export function retryAfterOf(header: string | null, now: number): number | undefined {
  if (header === null) return undefined;
  const text = header.trim();
  // Every form of a date of HTTP begins with the name of a day; `Date` alone would take `-5` or `1.5` for one.
  const asked = /^\d+$/.test(text)
    ? 1_000 * Number(text)
    : /^[A-Z][a-z]{2,8},? /.test(text)
      ? Date.parse(text) - now
      : Number.NaN;
  return Number.isNaN(asked) ? undefined : Math.min(Math.max(0, asked), longestRetryAfterMs);
}
