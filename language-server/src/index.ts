/** The language server of upgrade plans; hosts start it over a connection (`node.ts`, `worker.ts`). */
export type { Host } from './host.ts';
export { nodeHost } from './node-host.ts';
export * from './protocol.ts';
export { createServer } from './server.ts';
