// Jobs `pipeline.sweep` and `gas.tick`: the cron ticks of the gas pipeline, run once per fleet.
import type { PipelineWork } from '../../contracts/ports.ts';
import type { Clock } from '../../core/clock.ts';
import type { JobHandler } from '../handler.ts';

// A tick that failed for good is not told to anybody: the next minute's tick does the same work again.
const nobody = () => Promise.resolve();

/** Makes the handler. */
export function makePipelineSweep(work: PipelineWork): JobHandler<'pipeline.sweep'> {
  return { name: 'pipeline.sweep', run: () => work.sweep(), dead: nobody };
}

/** Makes the handler. A tick that waited longer than it was useful is as one that passed while nothing ran. */
export function makeGasTick(work: PipelineWork, clock: Pick<Clock, 'now'>): JobHandler<'gas.tick'> {
  return {
    name: 'gas.tick',
    run: async (tick, { envelope }) => {
      await (clock.now() <= envelope.deadline ? work.scheduled(tick) : work.late(tick));
    },
    dead: nobody,
  };
}
