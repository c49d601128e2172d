import { placeOf } from '../../syntax/source.ts';
import { remove, rule } from '../rule.ts';

/** Errors in some cases, warnings in others: those can be allowed. */
const mixed = new Set(['TIME014', 'TGT004', 'TGT005', 'PKG014']);

export const sem019 = rule({
  code: 'SEM019',
  severity: 'warning',
  title: 'Allows nothing',
  sentence: 'An `allow` should accept a warning that there is, and say why.',
  why: 'One that is left over would hide the next warning of its kind. Errors cannot be accepted.',
  bad: 'allow SAFE002 because "Ten devices" // and `targets` names a list',
  good: 'targets all\nallow SAFE002 because "Ten devices"',
  on: 'allow',
  *check({ node, plan, accepted, severity, undecided }) {
    const at = placeOf(node, 'code');
    const fixes = () => [remove(`Remove \`allow ${node.code}\``, placeOf(node))];
    if (severity === 'error' && !mixed.has(node.code)) {
      const message = `${node.code} is an error, and errors cannot be allowed. Put right what it reports, and remove this.`;
      yield { at, severity: 'error', message, fixes };
    } else if (severity === undefined) {
      yield { at, message: `There is no rule ${node.code}. Correct the code, or remove this.`, fixes };
    } else if ((node.reason ?? '').trim() === '') {
      const message = `\`allow ${node.code}\` gives no reason. Add \`because "…"\` for the reviewers.`;
      yield { at: node.reason === undefined ? at : placeOf(node, 'reason'), message };
    } else if (accepted === 0 && !undecided && !plan.broken) {
      const message = `\`allow ${node.code}\` allows nothing here: the rule reports no warning. Remove it.`;
      yield { at, message, tags: ['unnecessary'], fixes };
    }
  },
});
