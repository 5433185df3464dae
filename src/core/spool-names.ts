// Names of a spool's files. They tell when a file was begun, which is its place in the line, and whose it is.
import { processStart } from './servers/process-identity.ts';

/** Who writes, and who of those that wrote still lives. */
export interface SpoolOwner {
  /** Of this process; without a tilde or a slash. */
  readonly name: string;
  /** Whether whoever has that name may still write. @param quietMs since it last wrote into the file in question */
  isAlive(name: string, quietMs: number): Promise<boolean>;
}

/** Nobody writes on into a file that was quiet for half of this: by then a process elsewhere may be about to take it. */
export const abandonedAfterMs = 600_000;

/** This process among those of this host; those of other hosts are taken to be alive while they write: a host may get a new name. */
export async function processOwner(host: string): Promise<SpoolOwner> {
  const at = `@${encodeURIComponent(host)}`;
  return {
    name: `${process.pid}-${await processStart(process.pid)}${at}`,
    isAlive: async (name, quietMs) => {
      if (!name.endsWith(at)) return quietMs < abandonedAfterMs;
      const [pid = '', start] = name.slice(0, -at.length).split('-');
      return (await processStart(Number(pid))) === start;
    },
  };
}

const ending = '.jsonl';
/** Of a file that its owner has given up. */
const nobody = 'nobody';

/** A name that no other file ever has: `serial` is new for each file of one owner. */
export function segmentName(at: number, serial: number, owner: SpoolOwner): string {
  return named(`${digits(at, 15)}-${digits(serial, 8)}-${owner.name}`, owner.name);
}

/** The name of the same file once it belongs to nobody. */
export function releasedName(name: string): string {
  return named(partsOf(name).place, nobody);
}

/** When the file was begun, ms since the epoch. */
export function begunAt(name: string): number {
  return Number.parseInt(name, 10);
}

/** The files among `names` that nobody writes any more, oldest first, each with the name that makes it ours. */
export async function segmentsToAdopt(
  names: readonly string[],
  owner: SpoolOwner,
  quietMs: (name: string) => Promise<number>,
): Promise<{ readonly from: string; readonly to: string }[]> {
  const found: { from: string; to: string }[] = [];
  for (const from of names.filter((name) => name.endsWith(ending)).toSorted()) {
    const { place, holder } = partsOf(from);
    if (holder === owner.name || (holder !== nobody && (await owner.isAlive(holder, await quietMs(from)))))
      continue;
    found.push({ from, to: named(place, owner.name) });
  }
  return found;
}

function named(place: string, holder: string): string {
  return `${place}~${holder}${ending}`;
}

function partsOf(name: string): { readonly place: string; readonly holder: string } {
  const [place = '', holder = ''] = name.slice(0, -ending.length).split('~');
  return { place, holder };
}

function digits(value: number, width: number): string {
  return String(value).padStart(width, '0');
}
