// Merge driver of Git for device lists (one key a line, or CSV with a header): lists are sets of rows, so that two people who add
// devices at the same place are in no conflict. A row that one side removed and the other changed is one.
// Called with: %O (ancestor) %A (ours, is written over) %B (theirs).
import { readFileSync, writeFileSync } from 'node:fs';

const [ancestor, ours, theirs] = process.argv.slice(2).map((file) => {
  const lines = readFileSync(file, 'utf8')
    .split(/\r?\n/)
    .filter((line) => line.trim() !== '');
  return { file, lines, rows: new Map(lines.map((line) => [line.split(',')[0].trim(), line])) };
});

const conflicts = [];
const merged = [];
for (const key of new Set([...ours.rows.keys(), ...theirs.rows.keys()])) {
  const [was, mine, yours] = [ancestor, ours, theirs].map(({ rows }) => rows.get(key));
  if (mine === yours || yours === was) {
    if (mine !== undefined) merged.push(mine);
  } else if (mine === was) {
    if (yours !== undefined) merged.push(yours);
  } else {
    conflicts.push(key);
    merged.push(
      '<<<<<<< ours',
      ...(mine === undefined ? [] : [mine]),
      '=======',
      ...(yours === undefined ? [] : [yours]),
      '>>>>>>> theirs',
    );
  }
}
writeFileSync(ours.file, merged.length > 0 ? `${merged.join('\n')}\n` : '');
if (conflicts.length > 0) {
  process.stderr.write(`Both sides changed ${conflicts.slice(0, 5).join(', ')}${conflicts.length > 5 ? ', …' : ''}.\n`);
  process.exit(1);
}
