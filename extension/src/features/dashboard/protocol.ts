import type { DeviceCounts, DeviceStatus } from '@otaplan/model';

/** What the dashboard's page shows: everything is text and numbers, worded by the extension. Both sides import this; it holds no logic. */
export interface DashboardState {
  readonly planName: string;
  readonly planStatus: string;
  /** Why it is suspended, terminated or halted. */
  readonly reason: string | null;
  readonly server: string;
  /** In the plan's zone. */
  readonly period: string;
  readonly successRate: string;
  readonly counts: DeviceCounts;
  readonly statusLabels: Readonly<Record<DeviceStatus, string>>;
  readonly timeline: readonly TimelinePoint[];
  readonly failures: readonly Failure[];
  readonly waves: readonly Wave[];
  /** Push windows of the period; empty: pushed at any time, or not known. */
  readonly windows: readonly PushStretch[];
  readonly windowsNote: string;
  /** Milliseconds since the epoch: start, end of the period, and when this was read. */
  readonly start: number;
  readonly end: number;
  readonly now: number;
  readonly zone: string;
  readonly components: readonly ComponentRow[];
}
export interface TimelinePoint {
  readonly at: number;
  readonly upgraded: number;
  readonly failed: number;
}
export interface Failure {
  readonly cause: string;
  readonly components: number;
  readonly devices: readonly string[];
}
export interface Wave {
  readonly percent: number;
  readonly devices: number;
  /** In words: opened when, or what it waits for. */
  readonly gate: string;
  readonly open: boolean;
}
export interface PushStretch {
  readonly from: number;
  readonly to: number;
  readonly words: string;
}
export interface ComponentRow {
  readonly identifier: string;
  readonly statuses: readonly { readonly label: string; readonly count: number }[];
}

/** Words of the page, in the language of VS Code. */
export interface DashboardWords {
  readonly devices: string;
  readonly rollout: string;
  readonly failures: string;
  readonly waves: string;
  readonly windows: string;
  readonly components: string;
  readonly successRate: string;
  readonly period: string;
  readonly noneYet: string;
  readonly noFailures: string;
  readonly showDevices: string;
  readonly noCause: string;
  readonly openLog: string;
  readonly cause: string;
  readonly count: string;
  readonly share: string;
  readonly time: string;
  readonly upgraded: string;
  readonly failed: string;
  readonly asTable: string;
  readonly component: string;
  readonly status: string;
  readonly wave: string;
  readonly gate: string;
  readonly now: string;
  readonly live: string;
  readonly stale: string;
}

/** From the extension to the page. */
export type ToPage =
  | { readonly kind: 'state'; readonly state: DashboardState; readonly words: DashboardWords }
  | { readonly kind: 'trouble'; readonly message: string };

/** From the page to the extension. */
export type FromPage =
  | { readonly kind: 'ready' }
  | { readonly kind: 'showDevices'; readonly status: DeviceStatus; readonly cause?: string }
  | { readonly kind: 'openLog'; readonly deviceKey: string };
