import type { Severity } from '../findings.ts';
import { rules as allRules } from './registry.ts';
import type { AnyRule } from './rule.ts';

const groups: readonly { readonly prefixes: readonly string[]; readonly title: string }[] = [
  { prefixes: ['SYN'], title: 'Syntax' },
  { prefixes: ['SEM'], title: 'Names and structure' },
  { prefixes: ['TIME'], title: 'Time' },
  { prefixes: ['VER'], title: 'Versions' },
  { prefixes: ['TGT', 'SAFE'], title: 'Targets' },
  { prefixes: ['PKG'], title: 'Packages' },
  { prefixes: ['XPL'], title: 'Plans against each other' },
  { prefixes: ['ONL'], title: 'With the catalogue' },
];

const meaning: Readonly<Record<Severity, string>> = {
  error: 'Error: blocks compile and deploy.',
  warning: 'Warning: blocks a strict deploy, unless the plan says `allow CODE because "…"`.',
  information: 'Information.',
  hint: 'Hint.',
};

/** The rules reference (docs/rules.md), made of the rules themselves. */
export function renderRulesReference(rules: readonly AnyRule[] = allRules): string {
  const sections = groups.flatMap(({ prefixes, title }) => {
    const own = rules.filter(({ code }) => prefixes.includes(code.replace(/\d+$/, '')));
    if (own.length === 0) return [];
    const sorted = [...own].sort((a, b) => (a.code < b.code ? -1 : 1));
    return [`## ${title}\n\n${sorted.map(renderRule).join('\n')}`];
  });
  const intro = `# Rules of the upgrade plan language

Generated from the rules themselves (\`packages/language/src/rules\`); edits here are lost. “… must …” is an error and blocks
compile and deploy. “… should …” is a warning, which a plan can accept with \`allow CODE because "…"\`, or a remark.
Rules marked ° need Developer Center to be decided; without it they are listed as not checked.
`;
  return [intro, ...sections].join('\n');
}

function renderRule(rule: AnyRule): string {
  const mark = rule.needsCatalogue ? ' °' : '';
  return `### ${rule.code}

**${rule.title}.**${mark} ${rule.sentence}

${rule.why}

${meaning[rule.severity].replace('CODE', rule.code)}

Breaks it:

\`\`\`otaplan
${rule.bad}
\`\`\`

Keeps it:

\`\`\`otaplan
${rule.good}
\`\`\`
`;
}
