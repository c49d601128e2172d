import { randomBytes } from 'node:crypto';
import { systemClock } from '../clock.ts';
import { startServer } from '../server.ts';

/** A server in a process of its own, to be killed by a test: prints one JSON line when it is ready. */
const [, , dataDir = ''] = process.argv;
const { url, accessKey } = await startServer({
  dataDir,
  port: 0,
  clock: systemClock,
  random: (count) => randomBytes(count),
});
process.stdout.write(`${JSON.stringify({ url, accessKey })}\n`);
