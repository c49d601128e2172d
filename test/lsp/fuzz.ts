/**
 * Random typing and random requests over a real connection, against a fresh check: `node test/lsp/fuzz.ts [edits] [seed]`.
 * The server has little memory, so that growth ends it. Prints what went wrong and fails.
 */
import { LspClient } from './client.ts';
import { fuzzOver, seeded } from './fuzzing.ts';

const edits = Number(process.argv[2] ?? 10_000);
const seed = Number(process.argv[3] ?? 1);
const perDocument = 100;
const began = performance.now();
const client = await LspClient.start({ flags: ['--max-old-space-size=96'] });
for (let done = 0, round = 0; done < edits; done += perDocument, round++) {
  await fuzzOver(client, Math.min(perDocument, edits - done), seeded(seed * 1_000_003 + round)).catch(
    (error: unknown) => {
      process.stderr.write(
        `Seed ${seed}, document ${round}: ${error instanceof Error ? error.message : String(error)}\n`,
      );
      process.exit(1);
    },
  );
  if (client.problems.length > 0) {
    process.stderr.write(`Seed ${seed}, document ${round}: ${client.problems.join('\n')}\n`);
    process.exit(1);
  }
}
await client.stop();
const seconds = ((performance.now() - began) / 1000).toFixed(0);
process.stdout.write(
  `${edits} random edits with random requests between, every message as the protocol has it, no difference from a fresh check (${seconds} s, seed ${seed}).\n`,
);
