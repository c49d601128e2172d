// Posts the comment, or writes over the one that an earlier run posted: a pull request has one, however often it is pushed to.
import { annotate, counts, pullRequest, read } from './files.mjs';
import { call, every, Refused } from './github.mjs';

const marker = '<!-- otaplan review -->';

const pull = pullRequest();
if (process.env.OTAPLAN_COMMENT === 'true' && pull) {
  try {
    await post(pull.number, `${marker}\n${read('otaplan.md')}`);
  } catch (error) {
    // A pull request from a fork comes with a token that may only read. The job's summary has the same text.
    if (!(error instanceof Refused) || (error.status !== 403 && error.status !== 404)) throw error;
    annotate(
      'warning',
      `${error.message} The comment needs “pull-requests: write”. See the summary of this job instead.`,
    );
  }
}

async function post(number, body) {
  const earlier = await ours(number);
  if (earlier) {
    if (earlier.body !== body) await call('PATCH', `issues/comments/${earlier.id}`, { body });
  } else if (counts().changed) await call('POST', `issues/${number}/comments`, { body });
}

/** The comment of an earlier run. What a person wrote is never written over, also with the marker in it. */
async function ours(number) {
  for await (const comment of every(`issues/${number}/comments`)) {
    if (comment.user?.type === 'Bot' && comment.body?.startsWith(marker)) return comment;
  }
  return null;
}
