/** How a statement stands among those of its block. */
export interface Standing {
  /** Statements are sorted by rank; those of one rank keep their order. */
  readonly rank: number;
  /** A blank line stands between groups. */
  readonly group: number;
  /** Rows of one table are aligned with each other. */
  readonly table: string;
}

const standing = (rank: number, group: number, table: string): Standing => ({ rank, group, table });

/** The canonical order, by grammar rule: that of the example in docs/language.md. */
const standings: Readonly<Record<string, Standing>> = {
  ProductKey: standing(0, 0, 'words'),
  ProductTitle: standing(1, 0, 'words'),
  Component: standing(2, 0, 'components'),
  PackageType: standing(0, 0, 'words'),
  PackageVersion: standing(1, 0, 'words'),
  PackageSource: standing(2, 0, 'words'),
  PackageFile: standing(3, 0, 'words'),
  PackageRemarks: standing(4, 0, 'words'),
  PlanProduct: standing(0, 0, 'words'),
  Effective: standing(1, 0, 'words'),
  Targets: standing(2, 1, 'targets'),
  Upgrade: standing(3, 2, 'upgrades'),
  Mode: standing(4, 3, 'mode'),
  Conditions: standing(5, 4, 'conditions'),
  Retry: standing(6, 5, 'retry'),
  Waves: standing(7, 6, 'waves'),
  Allow: standing(8, 7, 'allow'),
  Include: standing(0, 0, 'entries'),
  Exclude: standing(1, 0, 'entries'),
  Push: standing(0, 0, 'words'),
  PushOnRequest: standing(1, 0, 'words'),
  AfterRejection: standing(2, 0, 'words'),
  UpgradeText: standing(3, 0, 'words'),
  Battery: standing(0, 0, 'words'),
  Signal: standing(1, 0, 'words'),
  Wave: standing(0, 0, 'waves'),
  Halt: standing(1, 0, 'halt'),
};

export function standingOf(type: string): Standing {
  return standings[type] ?? standing(99, 99, type);
}

/** How many tokens make up each aligned cell of a statement; the last cell takes what is left. */
const cellLengths: Readonly<Record<string, readonly number[]>> = {
  ProductKey: [1],
  ProductTitle: [1],
  Component: [3, 1, 1],
  PackageType: [1],
  PackageVersion: [1],
  PackageSource: [1],
  PackageFile: [1, 1],
  PackageRemarks: [1],
  PlanProduct: [1],
  Effective: [1],
  Upgrade: [2, 2],
  Allow: [2],
  Include: [1],
  Exclude: [1],
  Push: [1],
  AfterRejection: [2],
  UpgradeText: [1, 1],
  Battery: [1],
  Signal: [1],
  Wave: [2],
};

export function cellLengthsOf(type: string): readonly number[] {
  return cellLengths[type] ?? [];
}
