import { runMocha } from '../host/run-mocha.ts';

/** The entry for a workspace that is not trusted. */
export const run = (): Promise<void> =>
  runMocha(async () => {
    await import('./restricted.test.ts');
  });
