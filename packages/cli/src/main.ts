import { runProcess } from './process.ts';

/** The entry of the command, bundled and as a single executable: both are CommonJS and therefore cannot wait at the top. */
runProcess().catch((error: unknown) => {
  process.stderr.write(`otaplan failed: ${error instanceof Error ? error.stack : error}\n`);
  process.exit(1);
});
