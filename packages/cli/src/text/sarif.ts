import { createHash } from 'node:crypto';
import { rules as allRules, type Severity } from '@otaplan/language';
import { cutText } from '@otaplan/model';
import { version } from '../version.ts';
import type { JsonFinding } from './findings.ts';
import { shown } from './shown.ts';

/**
 * SARIF 2.1.0 for code scanning. GitHub's limits (docs.github.com, “SARIF support for code scanning”): at most 25,000 results a run,
 * of which the 5,000 most severe are kept; texts of rules at most 1,024 characters; a path must be relative.
 */
const mostResults = 5000;
const longestText = 1024;

const levels = { error: 'error', warning: 'warning', information: 'note', hint: 'note' } as const;
const ranks: readonly Severity[] = ['error', 'warning', 'information', 'hint'];

export interface SarifOptions {
  /** Findings that a plan allows, with its reason: told as suppressed, not left out. */
  readonly suppressed: readonly (JsonFinding & { readonly reason: string })[];
  readonly textOf: (file: string) => string | undefined;
}

/** Findings as one SARIF log. */
export function sarif(findings: readonly JsonFinding[], { suppressed, textOf }: SarifOptions): object {
  const bySeverity = (a: JsonFinding, b: JsonFinding) => ranks.indexOf(a.severity) - ranks.indexOf(b.severity);
  const told = [...findings.map((finding) => ({ ...finding, reason: null })), ...suppressed].sort(bySeverity);
  const kept = told.slice(0, mostResults);
  const codes = [...new Set(kept.map(({ code }) => code))].sort();
  const fingerprint = fingerprints(textOf);
  const left = told.length - kept.length;
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'otaplan',
            informationUri: 'https://github.com/otaplan/otaplan',
            semanticVersion: version,
            rules: codes.map((code) => ruleOf(code, kept.find((finding) => finding.code === code)?.url ?? '')),
          },
        },
        automationDetails: { id: 'otaplan/check/' },
        columnKind: 'utf16CodeUnits',
        invocations: [
          {
            executionSuccessful: true,
            ...(left > 0
              ? {
                  toolExecutionNotifications: [
                    { level: 'warning', message: { text: `${left} less severe findings are left out here.` } },
                  ],
                }
              : {}),
          },
        ],
        results: kept.map((finding) => ({
          ruleId: finding.code,
          ruleIndex: codes.indexOf(finding.code),
          level: levels[finding.severity],
          message: { text: finding.message },
          locations: [location(finding)],
          partialFingerprints: { 'otaplanFinding/v1': fingerprint(finding) },
          ...(finding.reason === null
            ? {}
            : { suppressions: [{ kind: 'inSource', justification: shown(finding.reason) }] }),
        })),
      },
    ],
  };
}

function ruleOf(code: string, url: string): object {
  // The rules' page has an address of its own only where it is published; the help below says the same.
  const link = /^https?:/.test(url) ? { helpUri: url } : {};
  const rule = allRules.find((each) => each.code === code);
  if (!rule) return { id: code, ...link };
  const description = { text: cutText(rule.sentence, longestText) };
  const markdown = `${rule.sentence}\n\n${rule.why}\n\nBreaks it:\n\n\`\`\`\n${rule.bad}\n\`\`\`\n\nKeeps it:\n\n\`\`\`\n${rule.good}\n\`\`\`\n`;
  return {
    id: code,
    shortDescription: { text: cutText(rule.title, longestText) },
    fullDescription: description,
    help: { text: `${rule.sentence} ${rule.why}`, markdown },
    ...link,
    defaultConfiguration: { level: levels[rule.severity] },
    properties: {
      'problem.severity':
        rule.severity === 'error' ? 'error' : rule.severity === 'warning' ? 'warning' : 'recommendation',
      precision: 'very-high',
      tags: ['firmware', 'upgrade-plan'],
    },
  };
}

function location({ file, range: { start, end } }: JsonFinding): object {
  // A URI reference: each step is encoded, so that “#” and “?” in a name do not end the path.
  const uri = file.split('/').map(encodeURIComponent).join('/');
  return {
    physicalLocation: {
      artifactLocation: { uri, uriBaseId: '%SRCROOT%' },
      region: {
        startLine: start.line + 1,
        startColumn: start.character + 1,
        endLine: end.line + 1,
        endColumn: end.character + 1,
      },
    },
  };
}

/**
 * What a finding is recognised by after lines above it came or went: its rule, its file, and the words of its line; the second
 * of two that are alike gets a number.
 */
function fingerprints(textOf: SarifOptions['textOf']): (finding: JsonFinding) => string {
  const lines = new Map<string, readonly string[]>();
  const seen = new Map<string, number>();
  return ({ file, code, message, range }) => {
    const known = lines.get(file) ?? textOf(file)?.split('\n') ?? [];
    lines.set(file, known);
    const words = (known[range.start.line] ?? message).replaceAll(/\s+/g, ' ').trim();
    const hash = createHash('sha256').update([code, file, words].join('\0')).digest('hex').slice(0, 32);
    const number = (seen.get(hash) ?? 0) + 1;
    seen.set(hash, number);
    return `${hash}:${number}`;
  };
}
