import { runProcess } from './process.ts';

/** The entry of the bundle. */
await runProcess();
