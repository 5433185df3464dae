// The queue: jobs in, handlers out, each effective once.
export { createActionDirectory, rememberReports } from './action-memory.ts';
export { bindHandler } from './bind-handler.ts';
export { openBoard } from './board.ts';
export { createCanceller } from './cancel.ts';
export { createQueueDesk, type QueueDesk } from './desk.ts';
export { type QueueDepth, queueDepths } from './depths.ts';
export type { BoundHandler } from './handler.ts';
export { makeChatReport } from './handlers/chat-report.ts';
export { makeDeliverGas } from './handlers/deliver-gas.ts';
export { makeHoldQueue } from './handlers/hold-queue.ts';
export { makeGasTick, makePipelineSweep } from './handlers/pipeline-jobs.ts';
export { makeRestartService } from './handlers/restart-service.ts';
export { makeSettleLetters } from './handlers/settle-letters.ts';
export { makeSilenceAlert } from './handlers/silence-alert.ts';
export { makeSwarmOrders } from './handlers/swarm-orders.ts';
export { createProducer, type Producer } from './producer.ts';
export { createReportMemory } from './report-memory.ts';
export { WorkerHost } from './worker-host.ts';
