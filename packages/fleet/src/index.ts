export * from './deploy.ts';
export * from './deployment.ts';
export * from './deployment-state.ts';
export * from './deployment-words.ts';
