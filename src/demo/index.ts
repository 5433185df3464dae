// The demo world: what stands in for a swarm on a machine that has none.
export { demoLayer } from './config-layer.ts';
export { playService } from './service.ts';
export { playDemoWorld } from './world.ts';
