import { runMocha } from './run-mocha.ts';

async function load(): Promise<void> {
  await import('./manifest.test.ts');
  await import('./language.test.ts');
  await import('./review.test.ts');
  await import('./accounts.test.ts');
  await import('./network.test.ts');
  await import('./faults.test.ts');
  // These share one local Developer Center and one rollout, in this order.
  await import('./deploy.test.ts');
  await import('./monitor.test.ts');
  await import('./logs.test.ts');
  await import('./retry.test.ts');
  await import('./lifecycle.test.ts');
  await import('./local.test.ts');
  await import('./resilience.test.ts');
  await import('./scale.test.ts');
}

/** The entry that VS Code's extension host runs. */
export const run = (): Promise<void> => runMocha(load);
