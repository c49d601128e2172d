import type { PlanMessage } from '@otaplan/api';
import type { Download } from '../protocol/download.ts';
import type { Outbox } from '../protocol/outbox.ts';

export type Plan = NonNullable<PlanMessage['plan']>;
export type PlanComponent = Plan['components'][number];

/** One firmware of a device: what it runs now. */
export interface Installed {
  readonly type: 'module' | 'mcu';
  readonly identifier: string;
  version: string;
}

/** How far a device is with one attempt at one component. */
export type Stage = 'new' | 'received' | 'rejected' | 'confirmed' | 'downloaded' | 'flashed' | 'over';

export interface Work {
  readonly planId: string;
  readonly identifier: string;
  readonly attempt: number;
  stage: Stage;
  /** How often it rejected this component of this plan, over all attempts. */
  rejections: number;
  /** How often the network was lost during this attempt. */
  breaks: number;
  /** Addresses in a row that were refused. */
  refusedAddresses: number;
  /** One for each file of the address; ranges that came survive a reboot. */
  downloads: Download[];
  /** Why the attempt failed. */
  failure: string | null;
}

/** What a device keeps over a reboot: its flash. Everything else is gone when it restarts. */
export interface Memory {
  readonly installed: Installed[];
  readonly outbox: Outbox;
  work: Work | null;
}
