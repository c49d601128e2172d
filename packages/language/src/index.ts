/**
 * The upgrade plan language: reads, checks, lowers, prints and formats `.otaplan` text. Pure: no clock, no file
 * system, no network; what lies outside the text is handed in as a `World`.
 */
export { type CheckOptions, check, checkWorkspace, parseAll, type Sources } from './check.ts';
export { defaultParser } from './default-parser.ts';
export * from './findings.ts';
export { applyEdits, applyFix } from './fixes.ts';
export { canonicalParts, type FormatResult, format, formatFile, formatStretch } from './format/format.ts';
export { type Gathered, type GatherOptions, gather, type Host, namedFiles } from './gather.ts';
export * as ast from './generated/ast.ts';
export type { Change } from './incremental/edit.ts';
export { worldFacts } from './incremental/live-world.ts';
export { Project, type ProjectOptions } from './incremental/project.ts';
export { type Compiled, type CompileOptions, compile, compileWorkspace } from './lower/compile.ts';
export { concerning, visibleFiles } from './lower/concerns.ts';
export { type ReadDeclared, readDeclared } from './lower/declared.ts';
export { type Lowered, lower, lowerPackage } from './lower/lower.ts';
export { type DeviceList, keysOf } from './meaning/devices.ts';
export { readList } from './meaning/lists.ts';
export { dateTimeOf, versionOf, zoneOf } from './meaning/literals.ts';
export type { PackageFileMeaning, PackageMeaning } from './meaning/package.ts';
export { relativePath, resolvePath } from './meaning/paths.ts';
export type { PeriodMeaning, PlanMeaning, TargetMeaning, TargetsMeaning, UpgradeMeaning } from './meaning/plan.ts';
export { type ImportMeaning, type Visible, Workspace } from './meaning/workspace.ts';
export { type PrintOptions, printPlan } from './print/print.ts';
export { renderRulesReference } from './rules/reference.ts';
export { rules } from './rules/registry.ts';
export type { AnyRule, Rule } from './rules/rule.ts';
export { canonicalSteps } from './rules/syntax/canonical.ts';
export { otherNamesOf } from './rules/time/zone-candidates.ts';
export { keptName } from './rules/time/zone-links.ts';
export { createLangiumReader, createOtaplanServices, OtaplanModule } from './services.ts';
export type { Position, Range } from './syntax/lines.ts';
export { nearest } from './syntax/nearest.ts';
export {
  type Block,
  blockOfNode,
  concreteOf,
  fileOf,
  type Place,
  placeOf,
  placeOfKeyword,
  SourceFile,
  SourceParser,
  textAt,
} from './syntax/source.ts';
export { quote } from './syntax/values.ts';
export * from './world.ts';
