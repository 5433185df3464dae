// When the word of a process of Swarmline no longer counts as the present, for every answer that is made of such words.

/** A process speaks each second; after this silence what it said is no longer taken for the present, ms. */
export const processSilentAfterMs = 5_000;
