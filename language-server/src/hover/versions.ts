import { ast, type PackageMeaning, placeOf, type UpgradeMeaning, versionOf } from '@otaplan/language';
import type { ComponentType } from '@otaplan/model';
import { bytes, count } from '../describe.ts';
import type { Session } from '../session.ts';

/** A declared package: what it is for, its files with size and digest. */
export function aboutPackage(session: Session, node: ast.Package): string {
  const meaning = session.project.workspace.packages(placeOf(node).source).find((each) => each.node === node);
  return meaning ? describePackage(meaning) : '';
}

function describePackage({ node, type, version, source, files }: PackageMeaning): string {
  const kind = source === null ? 'Full package' : `Delta package from ${source}`;
  const lines = files.map(({ path, facts, declared }) => {
    const size =
      facts.kind === 'good' ? bytes(facts.value.size) : facts.kind === 'bad' ? facts.reason : 'size not known';
    const digest = declared ?? (facts.kind === 'good' ? facts.value.sha256 : undefined);
    const differs =
      declared !== undefined && facts.kind === 'good' && facts.value.sha256 !== declared
        ? ' (**the file differs**)'
        : '';
    return `- \`${path}\`, ${size}${digest === undefined ? '' : `, SHA-256 \`${digest.slice(0, 12)}…\`${differs}`}`;
  });
  const remarks = node.statements.find(ast.isPackageRemarks)?.text;
  return [`**${node.name}**: ${kind} for ${type ?? '?'}, version ${version ?? '?'}`, lines.join('\n'), remarks ?? '']
    .filter(Boolean)
    .join('\n\n');
}

/** A version in an `upgrade`: the package that brings it, and how many devices report it. */
export function aboutVersion(session: Session, upgrade: UpgradeMeaning, version: ast.Version): string | undefined {
  const { node, component, target, sources, delta } = upgrade;
  if (!component) return undefined;
  const said = versionOf(version);
  const isTarget = node.target === version;
  const source = isTarget && delta ? (sources[0] ?? null) : null;
  const declared = isTarget
    ? upgrade.package
    : session.project.workspace.visible(placeOf(node).source).packagesFor(component.type, said)[0];
  const brought = declared ? describePackage(declared) : atDeveloperCenter(session, component, said, source);
  const reported = reportedBy(session, upgrade, said);
  const parts = [brought, reported].filter((part) => part !== undefined);
  if (parts.length > 0) return parts.join('\n\n');
  return `${isTarget ? 'Target' : 'Source'} version ${said} of \`${component.name}\`${said === target ? ': no package of this version is declared here, and none is known at Developer Center.' : '.'}`;
}

function atDeveloperCenter(
  session: Session,
  component: ast.Component,
  version: string,
  source: string | null,
): string | undefined {
  const answer = session.catalogue?.package(component.type as ComponentType, version, source);
  if (answer?.kind !== 'good' || answer.value === null) return undefined;
  const { name, sourceVersion, size, sha256 } = answer.value;
  const kind = sourceVersion === null ? 'Full package' : `Delta package from ${sourceVersion}`;
  const digests = sha256.map((digest) => `SHA-256 \`${digest.slice(0, 12)}…\``);
  const facts = [size === undefined ? 'size not known' : bytes(size), ...digests].join(', ');
  return `**${name}** at Developer Center: ${kind} for ${component.type}, version ${version}\n\n${facts}`;
}

function reportedBy(session: Session, { node, component }: UpgradeMeaning, version: string): string | undefined {
  const plan = session.project.workspace.plans(placeOf(node).source).find((each) => each.node === node.$container);
  const key = plan?.product?.statements.find(ast.isProductKey)?.value;
  const devices = key === undefined ? undefined : session.catalogue?.devices(key);
  if (!component || devices?.kind !== 'good') return undefined;
  const all = [...devices.value.values()];
  const number = all.filter(({ versions }) => versions[component.identifier] === version).length;
  return `${count(number, 'device')} of ${all.length.toLocaleString('en')} ${number === 1 ? 'reports' : 'report'} it.`;
}
