const deep = (levels: number): unknown => (levels === 0 ? [] : [deep(levels - 1)]);
const status = { kind: 'status', planId: 'no-such-plan', identifier: 'FOTA', attempt: 1, status: 'downloading' };

/** Reports that no firmware should send, and that some one day will. None of them may do anything but be ignored. */
export const poison: readonly unknown[] = [
  null,
  42,
  'report',
  {},
  { id: 'poison-kind', kind: 'selfDestruct' },
  { ...status, id: 'poison-unknown-plan' },
  { ...status, id: 'poison-below', progress: -1 },
  { ...status, id: 'poison-above', progress: 101 },
  { ...status, id: 'poison-attempt', attempt: 1e300 },
  { ...status, id: 'poison-status', status: 'upgradeSucceeded' },
  { ...status, id: 'poison-nul', cause: 'nul \u0000 bell \u0007' },
  { ...status, id: 'poison-ansi', cause: '\u001b[31mred\u001b[0m' },
  { ...status, id: 'poison-html', cause: '<img src=x onerror=alert(1)>' },
  { ...status, id: 'poison-sql', cause: "'; DROP TABLE devices; --" },
  { ...status, id: 'poison-formula', cause: '=HYPERLINK("http://example.invalid")' },
  { ...status, id: 'poison-surrogate', cause: 'lone \ud800 surrogate' },
  { ...status, id: 'poison-identifier', identifier: '../../etc/passwd' },
  { ...status, id: 'poison-long', cause: 'x'.repeat(100_000) },
  { id: 'poison-deep', kind: 'versions', components: deep(500) },
  {
    id: 'poison-many',
    kind: 'versions',
    components: new Array(1000).fill({ identifier: 'A', type: 'mcu', version: '1' }),
  },
];
