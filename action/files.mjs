// What the steps hand to each other lies in the runner's temporary folder.
import { readFileSync } from 'node:fs';
import path from 'node:path';

/** Text of a file that an earlier step wrote. */
export function read(name) {
  return readFileSync(path.join(process.env.RUNNER_TEMP, name), 'utf8');
}

/** What changes, as `otaplan diff --format json` says: how many entries, and how many new risks. */
export function counts() {
  const entries = JSON.parse(read('otaplan.json')).filter(({ difference }) => difference !== 'unchanged');
  const risks = entries.flatMap((entry) => entry.risks ?? []).filter(({ isNew }) => isNew);
  return { changed: entries.length > 0, risks: risks.length };
}

/** The pull request of the event that started this: number, author and newest commit; `null` for other events. */
export function pullRequest() {
  const event = JSON.parse(readFileSync(process.env.GITHUB_EVENT_PATH, 'utf8'));
  const pull = event.pull_request;
  return pull ? { number: pull.number, author: pull.user?.login ?? '', head: pull.head.sha } : null;
}

/** A line for the log that GitHub shows as an annotation. */
export function annotate(level, text) {
  const data = text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
  process.stdout.write(`::${level} title=otaplan::${data}\n`);
}
