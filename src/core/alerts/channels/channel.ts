// Where alerts go out. Each channel stands for itself: what one of them meets is no reason for another to be silent.
import type { Notice } from '../alert.ts';

export interface AlertChannel {
  readonly name: string;
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
