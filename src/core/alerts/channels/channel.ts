// Where alerts go out. Each channel stands for itself: what one of them meets is no reason for another to be silent.
import type { Notice, WayOut } from '../alert.ts';

export interface AlertChannel {
  /** As the configuration calls it: `webhook`. */
  readonly name: string;
  /** Where it leads: two of one name that lead elsewhere are two ways out. Absent: all of that name are one. */
  readonly to?: {
    /** For people. Without a secret, as all of this. */
    readonly word: string;
    /** Tells it from others of that name; the same in every process, for it stands in keys in Redis. */
    readonly id: string;
  };
  /** How long it is told late what it missed, where that may pass, ms; default not at all: it misses nothing, or does so itself. */
  readonly lateForMs?: number;
  /** Resolves when the far side has it. Bounded in time and in what it holds back. @throws SwarmError */
  send(notice: Notice, signal: AbortSignal): Promise<void>;
  /**
   * What became of a notice that was taken, where the far side only hands it on; `lost` says why people will not see it.
   * Absent: whoever takes it is who it is for. @throws SwarmError when that cannot be said now
   */
  fate?(notice: Notice): Promise<'under-way' | 'shown' | { readonly lost: string }>;
}

/** What a channel is called as a way out. */
export function wayNameOf({ name, to }: Pick<AlertChannel, 'name' | 'to'>): Pick<WayOut, 'name' | 'id'> {
  return to ? { name: `${name} ${to.word}`, id: to.id } : { name };
}

/** What tells a way out from all others of the fleet. */
export function wayKeyOf({ name, to }: Pick<AlertChannel, 'name' | 'to'>): string {
  return to ? `${name}:${to.id}` : name;
}
