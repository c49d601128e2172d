import { runProcess } from './process.ts';

/** The entry of the single executable, which is CommonJS and therefore cannot wait at the top. */
runProcess().catch((error: unknown) => {
  process.stderr.write(`otaplan failed: ${error instanceof Error ? error.stack : error}\n`);
  process.exit(1);
});
