/** The language server of upgrade plans; hosts start it over a connection (`node.ts`, `worker.ts`). */
export * from './protocol.ts';
