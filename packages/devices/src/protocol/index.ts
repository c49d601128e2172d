export * from './backoff.ts';
export * from './connection.ts';
export * from './digests.ts';
export * from './download.ts';
export * from './failure.ts';
export * from './mqtt-connection.ts';
export * from './outbox.ts';
