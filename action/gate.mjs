// Decides, last: errors block, and so does a change that nobody who may has approved, where that is asked for.
import { annotate, counts, pullRequest } from './files.mjs';
import { every } from './github.mjs';

const mayApprove = new Set(['OWNER', 'MEMBER', 'COLLABORATOR']);
const { OTAPLAN_APPROVAL: when, OTAPLAN_ERRORS: errors } = process.env;

if (!['never', 'risks', 'changes'].includes(when)) fail(`“approval” is never, risks or changes, not “${when}”.`);
if (errors === 'true') fail('The plans have findings that block. They are listed under “Check”, and in the files.');
const { changed, risks } = counts();
const pull = pullRequest();
if (pull && (when === 'risks' ? risks > 0 : when === 'changes' && changed) && !(await isApproved(pull))) {
  const why =
    when === 'risks' ? `${risks} ${risks === 1 ? 'thing' : 'things'} worth a second look` : 'a change in meaning';
  fail(`This brings ${why}, and needs an approving review of its newest commit. Approve it, then run this job again.`);
}

/** Whether somebody else who belongs to the repository approves of the newest commit, and nobody of them asks for changes. */
async function isApproved({ number, author, head }) {
  const last = new Map();
  for await (const review of every(`pulls/${number}/reviews`)) {
    const { user, state, author_association: association } = review;
    if (!user || user.login === author || user.type === 'Bot' || !mayApprove.has(association)) continue;
    // A comment takes nothing back.
    if (state !== 'COMMENTED' && state !== 'PENDING') last.set(user.login, review);
  }
  const reviews = [...last.values()];
  return (
    reviews.some(({ state, commit_id: commit }) => state === 'APPROVED' && commit === head) &&
    !reviews.some(({ state }) => state === 'CHANGES_REQUESTED')
  );
}

function fail(text) {
  annotate('error', text);
  process.exit(1);
}
