export type { Center } from './center.ts';
export { type CenterOptions, openCenter } from './open-center.ts';
