// Redis and RabbitMQ as child processes of ours, for machines that have the programs but no running servers.
export {
  EmbeddedServer,
  endServer,
  runningPort,
  runningServer,
  type ServerRecipe,
} from './embedded-server.ts';
export { findProgram } from './find-program.ts';
export { freePort } from './ports.ts';
export { processStart, signalProcess } from './process-identity.ts';
export { rabbitmqRecipe } from './rabbitmq-server.ts';
export { redisRecipe } from './redis-server.ts';
