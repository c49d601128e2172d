import { hasPackageFileEnding, limits, packageFileEndings } from '@otaplan/model';
import { placeOf } from '../../syntax/source.ts';
import { quote } from '../../syntax/values.ts';
import { insertAfter, replace, rule } from '../rule.ts';
import { shown } from '../wording.ts';

export const pkg001 = rule({
  code: 'PKG001',
  severity: 'error',
  title: 'File is another one',
  sentence: 'The SHA-256 of a package file must be the one that is declared.',
  why: 'The file was changed after the package was reviewed, or the wrong one lies there.',
  bad: 'file "firmware/modem.bin" sha256 "…" // of another file',
  good: 'file "firmware/modem.bin" sha256 "…" // of this file',
  on: 'package',
  *check({ files }) {
    for (const { node, path, declared, facts } of files) {
      if (declared === undefined) continue;
      const at = placeOf(node, 'sha256');
      const actual = facts.kind === 'good' ? facts.value.sha256 : undefined;
      const fixes = () =>
        actual === undefined ? [] : [replace('Write the SHA-256 of the file that is there', at, quote(actual), false)];
      if (!/^[0-9a-f]{64}$/.test(declared)) {
        yield { at, message: `${shown(declared)} is not a SHA-256. Write its 64 hex digits.`, fixes };
      } else if (actual !== undefined && actual !== declared) {
        const message = `The file ${shown(path)} has the SHA-256 ${actual.slice(0, 12)}…, not ${declared.slice(0, 12)}…. Put the right file there, or correct the digest.`;
        yield { at, message, fixes };
      } else if (facts.kind === 'notKnown') yield { notKnown: `the content of ${path}` };
    }
  },
});

export const pkg002 = rule({
  code: 'PKG002',
  severity: 'warning',
  title: 'File without digest',
  sentence: 'A package file should be declared with its SHA-256.',
  why: 'Without it a reviewer cannot tell which file will be installed.',
  bad: 'file "firmware/modem-2.4.0.bin"',
  good: 'file "firmware/modem-2.4.0.bin" sha256 "…"',
  on: 'package',
  *check({ files }) {
    for (const { node, path, declared, facts } of files) {
      if (declared !== undefined) continue;
      const at = placeOf(node, 'path');
      yield {
        at,
        message: `Nothing says which content ${shown(path)} must have. Add \`sha256 "…"\`.`,
        fixes: () =>
          facts.kind === 'good'
            ? [insertAfter('Add the SHA-256 of the file that is there', at, ` sha256 ${quote(facts.value.sha256)}`)]
            : [],
      };
    }
  },
});

export const pkg006 = rule({
  code: 'PKG006',
  severity: 'error',
  title: 'File cannot be used',
  sentence: 'A package file must lie in the workspace folder, with an ending and a size that Developer Center takes.',
  why: 'It could not be uploaded.',
  bad: 'file "firmware/modem-2.4.0.exe"',
  good: 'file "firmware/modem-2.4.0.bin"',
  on: 'package',
  *check({ files }) {
    for (const { node, path, name, inside, facts } of files) {
      const at = placeOf(node, 'path');
      if (path.trim() === '' || name === '') {
        yield { at, message: 'The path names no file. Write one relative to this file.' };
        continue;
      }
      if (!hasPackageFileEnding(name)) {
        const message = `${shown(name)} has an ending that Developer Center does not take. Use one of ${packageFileEndings.join(' ')}.`;
        yield { at, message };
      }
      if (!inside) {
        yield { at, message: `${shown(path)} lies outside the workspace folder. Move the file into it.` };
      } else if (facts.kind === 'bad') {
        yield {
          at,
          message: `${shown(path)} cannot be read: ${facts.reason}. Put the file there, or correct the path.`,
        };
      } else if (facts.kind === 'notKnown') yield { notKnown: `whether ${path} is there` };
      else if (facts.value.size === 0) {
        yield { at, message: `${shown(path)} is empty. Put the right file there.` };
      } else if (facts.value.size > limits.fileBytes) {
        const size = Math.ceil(facts.value.size / (1024 * 1024));
        yield { at, message: `${shown(path)} has ${size} MB, over 100. Developer Center takes no larger files.` };
      }
    }
  },
});
