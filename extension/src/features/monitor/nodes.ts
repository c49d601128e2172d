import type { DeviceComponent, PlanDevice, PlanOverview } from '@otaplan/client';

/** Rows of the Upgrade Monitor. Each is named by a key that stays the same while what it shows changes. */
export interface ConnectionNode {
  readonly kind: 'connection';
  readonly key: string;
  readonly connection: string;
}
export interface PlanNode {
  readonly kind: 'plan';
  readonly key: string;
  readonly connection: string;
  readonly planId: string;
}
export interface GroupNode {
  readonly kind: 'group';
  readonly key: string;
  readonly connection: string;
  readonly planId: string;
  readonly status: string;
}
export interface DeviceNode {
  readonly kind: 'device';
  readonly key: string;
  readonly connection: string;
  readonly planId: string;
  readonly group: string;
  readonly device: PlanDevice;
}
export interface ComponentNode {
  readonly kind: 'component';
  readonly key: string;
  readonly connection: string;
  readonly planId: string;
  readonly deviceKey: string;
  readonly component: DeviceComponent;
}
export interface MoreNode {
  readonly kind: 'more';
  readonly key: string;
  readonly connection: string;
  readonly planId: string;
  readonly status: string;
  readonly shown: number;
}
/** A sentence in the place of rows: why there are none, or what went wrong. */
export interface NoteNode {
  readonly kind: 'note';
  readonly key: string;
  /** Key of the row that it stands below. */
  readonly connection: string;
  readonly note: Note;
}
export type Note =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'noPlans' }
  | { readonly kind: 'filtered'; readonly hidden: number }
  /** None of the devices fits what narrows the list. */
  | { readonly kind: 'nothingFound'; readonly by: 'search' | 'cause' }
  | {
      readonly kind: 'trouble';
      readonly message: string;
      /** When what is shown was last right; milliseconds since the epoch. */
      readonly asOf: number | null;
      /** When it is tried again by itself. */
      readonly retryAt: number | null;
    }
  | { readonly kind: 'signIn' };

export type Node = ConnectionNode | PlanNode | GroupNode | DeviceNode | ComponentNode | MoreNode | NoteNode;

export const planKey = (connection: string, planId: string): string => `${connection}\0${planId}`;
export const groupKey = (connection: string, planId: string, status: string): string =>
  `${connection}\0${planId}\0${status}`;

export const connectionNode = (connection: string): ConnectionNode => ({
  kind: 'connection',
  key: connection,
  connection,
});
export const planNode = (connection: string, planId: string): PlanNode => ({
  kind: 'plan',
  key: planKey(connection, planId),
  connection,
  planId,
});
export const groupNode = (connection: string, planId: string, status: string): GroupNode => ({
  kind: 'group',
  key: groupKey(connection, planId, status),
  connection,
  planId,
  status,
});
export const deviceNode = (group: GroupNode, device: PlanDevice): DeviceNode => ({
  kind: 'device',
  key: `${group.key}\0${device.deviceKey}`,
  connection: group.connection,
  planId: group.planId,
  group: group.status,
  device,
});
export const componentNode = (parent: DeviceNode, component: DeviceComponent): ComponentNode => ({
  kind: 'component',
  key: `${parent.key}\0${component.identifier}`,
  connection: parent.connection,
  planId: parent.planId,
  deviceKey: parent.device.deviceKey,
  component,
});

/** Key of the row above; `undefined` for a connection. Keys are paths, and their segments hold no NUL. */
export function parentKey({ key }: Node): string | undefined {
  const end = key.lastIndexOf('\0');
  return end < 0 ? undefined : key.slice(0, end);
}

/** Order of the groups below a plan: what needs a person first. */
const groupOrder = ['upgradeFailed', 'upgrading', 'notUpgraded', 'upgraded', 'noUpdateRequired'] as const;

/** The groups of a plan that have devices. */
export function groupsOf(connection: string, { plan, devices }: PlanOverview): readonly GroupNode[] {
  return groupOrder.filter((status) => devices[status] > 0).map((status) => groupNode(connection, plan.id, status));
}
