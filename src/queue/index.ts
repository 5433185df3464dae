// The queue: jobs in, handlers out, each effective once.
export { bindHandler } from './bind-handler.ts';
export { type QueueDepth, queueDepths } from './depths.ts';
export type { BoundHandler } from './handler.ts';
export { makeChatReport } from './handlers/chat-report.ts';
export { makeDeliverGas } from './handlers/deliver-gas.ts';
export { makeGasTick, makePipelineSweep } from './handlers/pipeline-jobs.ts';
export { makeRestartService } from './handlers/restart-service.ts';
export { makeSilenceAlert } from './handlers/silence-alert.ts';
export { Outbox } from './outbox.ts';
export { OutboxCourier } from './outbox-courier.ts';
export { createProducer, type Producer, type ProducerOptions } from './producer.ts';
export { createReportMemory } from './report-memory.ts';
export { WorkerHost } from './worker-host.ts';
