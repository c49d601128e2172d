export type {
  AccessKeyInfo,
  AccountInfo,
  DeviceComponent,
  LogLine,
  NewAccessKey,
  PlanDetail,
  PlanDevice,
  PlanInfo,
  PlanOverview,
  PlanPreview,
  PlanStatistics,
  ProblemDocument,
  ProblemName,
  RetryReply,
  VersionPackage,
} from '@otaplan/api';
export * from './ambient.ts';
export * from './client.ts';
export * from './events.ts';
export * from './exchange.ts';
export * from './failures.ts';
export * from './paging.ts';
export * from './retrying.ts';
export * from './signing.ts';
export * from './system-ambient.ts';
export * from './upload.ts';
export * from './wire.ts';
