import { placeOf } from '../../syntax/source.ts';
import { rule } from '../rule.ts';
import { shown } from '../wording.ts';

export const tgt007 = rule({
  code: 'TGT007',
  severity: 'error',
  title: 'List file cannot be read',
  sentence:
    'A list file must lie in the workspace folder and be UTF-8 text with a column `device_key`, or one key a line.',
  why: 'A plan for a list that nobody can read would be a plan for nobody, or for the wrong ones.',
  bad: 'devices berlin of water_meter from "../berlin.csv"',
  good: 'devices berlin of water_meter from "lists/berlin.csv"',
  on: 'devices',
  *check({ node, file, fileUri }, { world }) {
    if (!file || node.list === undefined) return;
    const at = placeOf(node, 'list');
    if (fileUri !== undefined && !world.isInside(fileUri)) {
      yield { at, message: `The list ${shown(node.list)} lies outside the workspace folder. Move it into the folder.` };
    } else if (file.kind === 'notKnown') yield { notKnown: `the content of ${node.list}` };
    else if (file.kind === 'bad') {
      yield {
        at,
        message: `The list ${shown(node.list)} cannot be read: ${file.reason}. Put the file there, or correct the path.`,
      };
    } else if (file.value.problem) {
      const { line, message } = file.value.problem;
      yield {
        at,
        message: `The list ${shown(node.list)} cannot be read: in line ${line}, ${message}. Correct that line.`,
      };
    }
  },
});
