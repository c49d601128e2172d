/** What one statement comes to on paper: cells that line up with those of its neighbours. */
export interface Row {
  /** Rows of one table stand below each other with their cells aligned. */
  readonly table: string;
  readonly cells: readonly string[];
}

/** Lays out rows: each cell as wide as the widest of its column and table, counting only cells that something follows. */
export function alignRows(rows: readonly Row[]): string[] {
  const widths = new Map<string, number[]>();
  for (const { table, cells } of rows) {
    const columns = widths.get(table) ?? [];
    widths.set(table, columns);
    for (const [index, cell] of cells.slice(0, -1).entries())
      columns[index] = Math.max(columns[index] ?? 0, width(cell));
  }
  return rows.map(({ table, cells }) => {
    const columns = widths.get(table) ?? [];
    const last = cells.length - 1;
    return cells
      .map((cell, i) => (i === last ? cell : cell + ' '.repeat((columns[i] ?? 0) - width(cell))))
      .join(' ')
      .trimEnd();
  });
}

/** Width in code points: good enough to align, and the same everywhere. */
function width(text: string): number {
  return /^[\x20-\x7e]*$/.test(text) ? text.length : [...text].length;
}
