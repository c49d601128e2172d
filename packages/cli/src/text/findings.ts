import type { CheckResult, Finding, Severity } from '@otaplan/language';
import type { Io } from '../io.ts';
import { type Colors, shown, writeJson } from './shown.ts';

export const findingFormats = ['text', 'json', 'sarif', 'github', 'markdown', 'junit'] as const;
export type FindingFormat = (typeof findingFormats)[number];

export interface PrintFindings {
  readonly format: FindingFormat;
  readonly pathOf: (uri: string) => string;
  readonly colors: Colors;
  /** The files that were checked, relative to the working directory. */
  readonly files: readonly string[];
  /** Text of a checked file by its path, for fingerprints; `undefined` where it is not at hand. */
  readonly textOf?: (file: string) => string | undefined;
}

/** Prints what a check found, in one of the formats. */
export async function printFindings(io: Io, result: CheckResult, options: PrintFindings): Promise<void> {
  const findings = result.findings.map((finding) => toJson(finding, options.pathOf));
  switch (options.format) {
    case 'json':
      return await writeJson(io, findings);
    case 'sarif': {
      const { sarif } = await import('./sarif.ts');
      return await writeJson(
        io,
        sarif(findings, {
          suppressed: result.suppressed.map(({ finding, reason }) => ({ ...toJson(finding, options.pathOf), reason })),
          textOf: options.textOf ?? (() => undefined),
        }),
      );
    }
    case 'github':
      for (const finding of findings) await io.stdout.write(`${githubLine(finding)}\n`);
      return;
    case 'markdown': {
      const { findingsMarkdown } = await import('./findings-markdown.ts');
      return await io.stdout.write(findingsMarkdown(findings));
    }
    case 'junit': {
      const { junit } = await import('./junit.ts');
      return await io.stdout.write(junit(findings, options.files));
    }
    case 'text':
      for (const finding of findings) await io.stdout.write(textLine(finding, options.colors));
      await io.stdout.write(`${summary(result, options.files.length)}\n`);
  }
}

/** A finding as `--json` prints it: places zero-based like LSP, the file relative to the working directory. */
export interface JsonFinding {
  readonly file: string;
  readonly code: string;
  readonly severity: Severity;
  readonly message: string;
  readonly range: Finding['range'];
  readonly url: string;
}

function toJson({ uri, code, severity, message, range, url }: Finding, pathOf: (uri: string) => string): JsonFinding {
  return { file: pathOf(uri), code, severity, message, range, url };
}

function textLine({ file, code, severity, message, range }: JsonFinding, colors: Colors): string {
  const paint = { error: colors.red, warning: colors.yellow, information: colors.cyan, hint: colors.dim }[severity];
  const place = `${shown(file)}:${range.start.line + 1}:${range.start.character + 1}`;
  return `${place} ${paint(severity)} ${colors.bold(code)} ${shown(message)}\n`;
}

function summary({ findings, suppressed, notChecked }: CheckResult, files: number): string {
  const count = (severity: Severity, word: string) => {
    const number = findings.filter((finding) => finding.severity === severity).length;
    return number === 0 ? [] : [`${number} ${word}${number === 1 || word === 'information' ? '' : 's'}`];
  };
  const counted = [
    ...count('error', 'error'),
    ...count('warning', 'warning'),
    ...count('information', 'information'),
    ...count('hint', 'hint'),
  ];
  const parts = [
    counted.length > 0 ? counted.join(', ') : 'Nothing found',
    `in ${files} file${files === 1 ? '' : 's'}`,
  ];
  const more = [
    suppressed.length > 0 ? `${suppressed.length} allowed` : '',
    notChecked.length > 0
      ? `not checked: ${[...new Set(notChecked.map(({ code }) => code))].sort().join(', ')} (not known here; --online asks Developer Center)`
      : '',
  ].filter(Boolean);
  return `${parts.join(' ')}${more.length > 0 ? `; ${more.join('; ')}` : ''}.`;
}

/** A workflow command of GitHub Actions, with what would end it escaped. */
function githubLine({ file, code, severity, message, range }: JsonFinding): string {
  const level = severity === 'error' ? 'error' : severity === 'warning' ? 'warning' : 'notice';
  const data = (text: string) => shown(text).replaceAll('%', '%25');
  const property = (text: string) => data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
  const { start, end } = range;
  return `::${level} file=${property(file)},line=${start.line + 1},endLine=${end.line + 1},col=${start.character + 1},endColumn=${end.character + 1},title=${code}::${data(message)}`;
}
