// How long a test waits for a state that has to come: it bounds a failure and nothing else, so it is generous. A test that
// is about a time says its own. Each project's timeout (vitest.config.ts) is longer, so that the wait says what was missing.

/** ms */
export const patienceMs = 60_000;
