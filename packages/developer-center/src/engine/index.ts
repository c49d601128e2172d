export { awayMs } from './attempts.ts';
export * from './device-state.ts';
export * from './draft.ts';
export * from './end-user.ts';
export * from './matching.ts';
export * from './plan-state.ts';
export * from './reports.ts';
export * from './step.ts';
