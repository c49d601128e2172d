/**
 * The upgrade plan language: reads, checks, lowers, prints and formats `.otaplan` text. Pure: no clock, no file
 * system, no network; what lies outside the text is handed in as a `World`.
 */
export { type CheckOptions, check, checkWorkspace, parseAll, type Sources } from './check.ts';
export * from './findings.ts';
export * as ast from './generated/ast.ts';
export type { DeviceList } from './meaning/devices.ts';
export type { PackageFileMeaning, PackageMeaning } from './meaning/package.ts';
export { relativePath, resolvePath } from './meaning/paths.ts';
export type { PeriodMeaning, PlanMeaning, TargetMeaning, TargetsMeaning, UpgradeMeaning } from './meaning/plan.ts';
export { type ImportMeaning, type Visible, Workspace } from './meaning/workspace.ts';
export { rules } from './rules/registry.ts';
export type { AnyRule, Rule } from './rules/rule.ts';
export { createOtaplanServices, OtaplanModule } from './services.ts';
export type { Position, Range } from './syntax/lines.ts';
export { type Block, fileOf, type Place, placeOf, SourceFile, SourceParser } from './syntax/source.ts';
export * from './world.ts';
