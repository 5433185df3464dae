// The bridge's face: what joins Swarmline to RabbitMQ. The only feature that speaks AMQP; importing it loads no AMQP.
export { type BridgeOptions, createBridge } from './bridge.ts';
export { bridgeConfigSchema } from './config.ts';
export { inspectRabbit } from './check.ts';
export { createDroneDirectory } from './drone-directory.ts';
export { createDronePublisher } from './drone-publisher.ts';
export { createSentOrders } from './restart-record.ts';
export { createServiceDirectory } from './service-directory.ts';
export { createSidecar, type SidecarOptions } from './sidecar/sidecar.ts';
