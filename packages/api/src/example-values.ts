/**
 * The things that the examples of the contract name. A reader recognizes them from call to call; a test puts its own in their place.
 * Only ids that the service makes up are long.
 */
export const exampleIds = {
  product: 'p1WM01',
  device: 'WM000001',
  plan: '4f1c0a9be2d34c7785a60fd1c2b39e70',
  package: 'pkg_9f2b6c01d84e7a35f0c1b2d3',
  accessKey: 'AK5d0e8f7a6b9c4d3e2f1a0b9c',
  account: 'acc_3c9d1e7f5a2b4860',
  /** SHA-256 of the five bytes `hello`, which the example file has. */
  sha256: '2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824',
  /** What a log-in or a signature would put there. */
  token: 'QJWT eyJhbGciOi…',
} as const;

/** The plan that the examples save, in canonical form. */
export const examplePlan = {
  name: 'Water meter 2.4',
  digest: '0000000000000000000000000000000000000000000000000000000000000000',
  product: exampleIds.product,
  effective: {
    start: '2027-03-01T00:00',
    end: '2027-03-15T00:00',
    zone: 'Europe/Berlin',
    startUtc: '2027-02-28T23:00:00Z',
    endUtc: '2027-03-14T23:00:00Z',
  },
  targets: { all: false, include: [exampleIds.device as string], exclude: [], count: 1 },
  components: [
    {
      component: 'modem',
      type: 'module' as const,
      identifier: 'FOTA',
      mode: 'full' as const,
      target: '2.4.0',
      sources: ['2.3.1'],
      versions: null,
      package: null,
    },
  ],
  mode: { kind: 'silent' as const, push: { from: '01:00', to: '05:00' }, afterRejectionMinutes: 120 },
  conditions: { batteryPercent: 30, signalDbm: -113 },
  retry: 5,
  waves: {
    steps: [
      { percent: 10, waitMinutes: 1440 },
      { percent: 100, waitMinutes: 0 },
    ],
    halt: { failedPercent: 5, sample: 50 },
  },
  allow: [],
};
