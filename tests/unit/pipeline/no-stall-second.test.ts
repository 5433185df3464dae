// One half of the proof in no-stall.ts.
import { proveNoStall } from './no-stall.ts';

proveNoStall('second');
