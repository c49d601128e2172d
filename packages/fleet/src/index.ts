export * from './deploy.ts';
export * from './deployment.ts';
export * from './deployment-state.ts';
export * from './deployment-words.ts';
export * from './device-pages.ts';
export * from './live-store.ts';
export * from './log-tail.ts';
export * from './plan-table.ts';
