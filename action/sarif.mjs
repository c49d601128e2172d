// Uploads the findings to code scanning.
import { gzipSync } from 'node:zlib';
import { annotate, pullRequest, read } from './files.mjs';
import { call, Refused } from './github.mjs';

if (process.env.OTAPLAN_SARIF === 'true') {
  const pull = pullRequest();
  try {
    await call('POST', 'code-scanning/sarifs', {
      commit_sha: pull?.head ?? process.env.GITHUB_SHA,
      ref: pull ? `refs/pull/${pull.number}/head` : process.env.GITHUB_REF,
      sarif: gzipSync(read('otaplan.sarif')).toString('base64'),
      tool_name: 'otaplan',
    });
  } catch (error) {
    // Not every repository has code scanning, and a fork's token may not write.
    if (!(error instanceof Refused) || (error.status !== 403 && error.status !== 404)) throw error;
    annotate(
      'warning',
      `${error.message} Code scanning needs “security-events: write”; without it, set “sarif: false”.`,
    );
  }
}
