import type { PlanPreview } from '@otaplan/client';
import { emptyWorld, parseAll, readDeclared, Workspace } from '@otaplan/language';
import { describe, expect, it } from 'vitest';
import { previewText } from './preview.ts';

function planOf(push: string) {
  const text = `product meter {
  key "p1WM01"
  component modem: module "FOTA"
}
plan "Autumn" {
  product meter
  effective 2027-10-30 00:00 to 2027-11-01 00:00 in "Europe/Berlin"
  targets all
  upgrade modem to "2.0" from "1.0"
  mode silent {
    ${push}
  }
}
`;
  const sources = parseAll({ files: new Map([['file:///a.otaplan', text]]) });
  const [plan] = readDeclared(new Workspace(sources, emptyWorld(0)), ['file:///a.otaplan']).plans;
  if (!plan) throw new Error('no plan');
  return plan;
}

const preview: PlanPreview = {
  digest: '',
  deployed: null,
  devices: { matched: 12_000, unknown: 0, unknownFirst: [], excluded: 3, online: 11_000 },
  components: [
    {
      identifier: 'FOTA',
      target: '2.0',
      versions: [
        { version: '0.9', devices: 1000, way: 'noWay' },
        { version: null, devices: 1, way: 'notReported' },
      ],
    },
  ],
  conflicts: [{ planId: 'x', planName: 'Summer', identifier: 'FOTA', devices: 40 }],
  packages: [],
  windows: [],
  zoneData: '2026c',
  waves: [],
  refusals: [],
} as unknown as PlanPreview;

describe('a preview in words', () => {
  it('says which devices, from which versions, what conflicts, and how it is pushed without windows', () => {
    const text = previewText(planOf('push any time'), preview);
    expect(text).toContain(
      'Effective 2027-10-30 00:00 to 2027-11-01 00:00 Europe/Berlin (UTC 2027-10-29 22:00 to 2027-10-31 23:00;',
    );
    expect(text).toContain('Devices: 12,000 matched, 11,000 of them online, 3 excluded.');
    expect(text).toMatch(/0\.9 +1,000 +no way to the target\n/);
    expect(text).toContain('Conflict: plan “Summer” wants FOTA of 40 of these devices.');
    expect(text).toContain('Push period: any time.');
  });
  it('says each window on the plan’s clock and in UTC, also where the clock changes, and waves as dates', () => {
    const windows = [
      {
        date: '2027-10-30',
        local: '',
        fromUtc: '2027-10-29T23:00:00Z',
        toUtc: '2027-10-30T02:00:00Z',
        minutes: 180,
        clockChange: false,
      },
      {
        date: '2027-10-31',
        local: '',
        fromUtc: '2027-10-30T23:00:00Z',
        toUtc: '2027-10-31T03:00:00Z',
        minutes: 240,
        clockChange: true,
      },
    ];
    const waves = [
      { percent: 10, devices: 1200, opensUtc: '2027-10-29T22:00:00Z' },
      { percent: 100, devices: 10_800, opensUtc: '2027-10-30T22:00:00Z' },
    ];
    const text = previewText(planOf('push 01:00 to 04:00'), { ...preview, windows, waves } as unknown as PlanPreview);
    expect(text).toContain(
      'Push windows (Europe/Berlin, zone data 2026c):\n    2027-10-30 01:00 to 04:00  UTC 2027-10-29 23:00 to 2027-10-30 02:00  3 h\n',
    );
    expect(text).toContain('2027-10-31 01:00 to 04:00  UTC 2027-10-30 23:00 to 2027-10-31 03:00  4 h, clock change\n');
    expect(text).toContain('Wave 2: up to 100 %, 10,800 devices, from 2027-10-31 00:00 (UTC 2027-10-30 22:00).');
  });
});
