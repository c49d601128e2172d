/** Random edits against a fresh check: `node packages/language/fuzz.ts [edits] [seed]`. Prints the first difference and fails. */
import { fuzzSources } from './src/incremental/fuzz-sources.ts';
import { fuzz, seeded } from './src/incremental/random-edits.ts';

const edits = Number(process.argv[2] ?? 10_000);
const seed = Number(process.argv[3] ?? 1);
const perRound = 100;
const began = performance.now();
for (let done = 0, round = 0; done < edits; done += perRound, round++) {
  const found = fuzz(fuzzSources, Math.min(perRound, edits - done), seeded(seed * 1_000_003 + round));
  if (!found) continue;
  process.stderr.write(`Seed ${seed}, round ${round}, edit ${found.seedEdit}:\n${found.difference}\n`);
  for (const [uri, text] of found.sources) process.stderr.write(`--- ${uri}\n${text}\n`);
  process.exit(1);
}
const seconds = ((performance.now() - began) / 1000).toFixed(0);
process.stdout.write(
  `${edits} random edits over ${fuzzSources.size} files, no difference from a fresh check (${seconds} s, seed ${seed}).\n`,
);
