// Written from the grammar by scripts/write-reader.ts. Do not edit.
import type { NodeInMaking, Reading } from '../syntax/reading.ts';
import type * as ast from './ast.ts';

/** The kinds of token by number: signs, terminals, and from `NAME` on whatever may be a name. 0 is the end. */
export const tokenKinds: readonly string[] = ["","%",",",":",">",">=","{","}","KEYS","STRING","ISO","DATE","OFFSET","TIME","BARE","NUMBER","NAME","after","all","allow","any","at","battery","because","component","conditions","d","dBm","day","days","delta","devices","dotted","effective","exclude","failed","file","for","from","h","halt","hour","hours","import","in","include","key","least","m","manual","mcu","min","minute","minutes","mode","module","name","of","on","only","package","plan","product","push","rejection","remarks","request","retry","s","sec","seconds","semver","sha256","signal","silent","targets","text","then","time","times","to","upgrade","using","version","versions","wait","waves","when"];
/** The first kind that may be a name: every keyword that is a word is one. */
export const nameKind = 16;

export function readSource(r: Reading): ast.Source {
  const from = r.at;
  const node: NodeInMaking = r.node({ $type: 'Source', $container: undefined, $containerProperty: undefined, $containerIndex: undefined, $at: 0, declarations: [], });
  while (r.is(43) || r.is(62) || r.is(60) || r.is(31) || r.is(61)) {
    {
      const start = r.at;
      r.add(node, 'declarations', node['declarations'], readDeclaration(r));
      r.property(node, 'declarations', start);
    }
  }
  r.end(node, from);
  return node as unknown as ast.Source;
}

export function readDeclaration(r: Reading): ast.Import | ast.Product | ast.Package | ast.Devices | ast.Plan {
  if (r.is(43)) return readImport(r);
  if (r.is(62)) return readProduct(r);
  if (r.is(60)) return readPackage(r);
  if (r.is(31)) return readDevices(r);
  if (r.is(61)) return readPlan(r);
  return r.fail();
}

export function readImport(r: Reading): ast.Import {
  const from = r.at;
  const node: NodeInMaking = r.node({ $type: 'Import', $container: undefined, $containerProperty: undefined, $containerIndex: undefined, $at: 0, path: undefined, });
  r.word(node, 43, 'import');
  {
    const start = r.at;
    node['path'] = r.string();
    r.property(node, 'path', start);
  }
  r.end(node, from);
  return node as unknown as ast.Import;
}

export function readProduct(r: Reading): ast.Product {
  const from = r.at;
  const node: NodeInMaking = r.node({ $type: 'Product', $container: undefined, $containerProperty: undefined, $containerIndex: undefined, $at: 0, name: undefined, statements: [], });
  r.word(node, 62, 'product');
  {
    const start = r.at;
    node['name'] = r.name();
    r.property(node, 'name', start);
  }
  r.word(node, 6, '{');
  while (r.is(46) || r.is(56) || r.is(24)) {
    {
      const start = r.at;
      r.add(node, 'statements', node['statements'], readProductStatement(r));
      r.property(node, 'statements', start);
    }
  }
  r.word(node, 7, '}');
  r.end(node, from);
  return node as unknown as ast.Product;
}

export function readProductStatement(r: Reading): ast.ProductKey | ast.ProductTitle | ast.Component {
  if (r.is(46)) return readProductKey(r);
  if (r.is(56)) return readProductTitle(r);
  if (r.is(24)) return readComponent(r);
  return r.fail();
}

export function readProductKey(r: Reading): ast.ProductKey {
  const from = r.at;
  const node: NodeInMaking = r.node({ $type: 'ProductKey', $container: undefined, $containerProperty: undefined, $containerIndex: undefined, $at: 0, value: undefined, });
  r.word(node, 46, 'key');
  {
    const start = r.at;
    node['value'] = r.string();
    r.property(node, 'value', start);
  }
  r.end(node, from);
  return node as unknown as ast.ProductKey;
}

export function readProductTitle(r: Reading): ast.ProductTitle {
  const from = r.at;
  const node: NodeInMaking = r.node({ $type: 'ProductTitle', $container: undefined, $containerProperty: undefined, $containerIndex: undefined, $at: 0, value: undefined, });
  r.word(node, 56, 'name');
  {
    const start = r.at;
    node['value'] = r.string();
    r.property(node, 'value', start);
  }
  r.end(node, from);
  return node as unknown as ast.ProductTitle;
}

export function readComponent(r: Reading): ast.Component {
  const from = r.at;
  const node: NodeInMaking = r.node({ $type: 'Component', $container: undefined, $containerProperty: undefined, $containerIndex: undefined, $at: 0, name: undefined, type: undefined, identifier: undefined, scheme: undefined, });
  r.word(node, 24, 'component');
  {
    const start = r.at;
    node['name'] = r.name();
    r.property(node, 'name', start);
  }
  r.word(node, 3, ':');
  {
    const start = r.at;
    node['type'] = r.anyWord(node, [55, 50]);
    r.property(node, 'type', start);
  }
  {
    const start = r.at;
    node['identifier'] = r.string();
    r.property(node, 'identifier', start);
  }
  if (r.is(84)) {
    r.word(node, 84, 'versions');
    {
      const start = r.at;
      node['scheme'] = r.anyWord(node, [71, 32, 76]);
      r.property(node, 'scheme', start);
    }
  }
  r.end(node, from);
  return node as unknown as ast.Component;
}

export function readPackage(r: Reading): ast.Package {
  const from = r.at;
  const node: NodeInMaking = r.node({ $type: 'Package', $container: undefined, $containerProperty: undefined, $containerIndex: undefined, $at: 0, name: undefined, statements: [], });
  r.word(node, 60, 'package');
  {
    const start = r.at;
    node['name'] = r.string();
    r.property(node, 'name', start);
  }
  r.word(node, 6, '{');
  while (r.is(37) || r.is(83) || r.is(38) || r.is(36) || r.is(65)) {
    {
      const start = r.at;
      r.add(node, 'statements', node['statements'], readPackageStatement(r));
      r.property(node, 'statements', start);
    }
  }
  r.word(node, 7, '}');
  r.end(node, from);
  return node as unknown as ast.Package;
}

export function readPackageStatement(r: Reading): ast.PackageType | ast.PackageVersion | ast.PackageSource | ast.PackageFile | ast.PackageRemarks {
  if (r.is(37)) return readPackageType(r);
  if (r.is(83)) return readPackageVersion(r);
  if (r.is(38)) return readPackageSource(r);
  if (r.is(36)) return readPackageFile(r);
  if (r.is(65)) return readPackageRemarks(r);
  return r.fail();
}

export function readPackageType(r: Reading): ast.PackageType {
  const from = r.at;
  const node: NodeInMaking = r.node({ $type: 'PackageType', $container: undefined, $containerProperty: undefined, $containerIndex: undefined, $at: 0, type: undefined, });
  r.word(node, 37, 'for');
  {
    const start = r.at;
    node['type'] = r.anyWord(node, [55, 50]);
    r.property(node, 'type', start);
  }
  r.end(node, from);
  return node as unknown as ast.PackageType;
}

export function readPackageVersion(r: Reading): ast.PackageVersion {
  const from = r.at;
  const node: NodeInMaking = r.node({ $type: 'PackageVersion', $container: undefined, $containerProperty: undefined, $containerIndex: undefined, $at: 0, version: undefined, });
  r.word(node, 83, 'version');
  {
    const start = r.at;
    node['version'] = readVersion(r);
    r.own(node, 'version', node['version']);
    r.property(node, 'version', start);
  }
  r.end(node, from);
  return node as unknown as ast.PackageVersion;
}

export function readPackageSource(r: Reading): ast.PackageSource {
  const from = r.at;
  const node: NodeInMaking = r.node({ $type: 'PackageSource', $container: undefined, $containerProperty: undefined, $containerIndex: undefined, $at: 0, version: undefined, });
  r.word(node, 38, 'from');
  {
    const start = r.at;
    node['version'] = readVersion(r);
    r.own(node, 'version', node['version']);
    r.property(node, 'version', start);
  }
  r.end(node, from);
  return node as unknown as ast.PackageSource;
}

export function readPackageFile(r: Reading): ast.PackageFile {
  const from = r.at;
  const node: NodeInMaking = r.node({ $type: 'PackageFile', $container: undefined, $containerProperty: undefined, $containerIndex: undefined, $at: 0, path: undefined, sha256: undefined, });
  r.word(node, 36, 'file');
  {
    const start = r.at;
    node['path'] = r.string();
    r.property(node, 'path', start);
  }
  if (r.is(72)) {
    r.word(node, 72, 'sha256');
    {
      const start = r.at;
      node['sha256'] = r.string();
      r.property(node, 'sha256', start);
    }
  }
  r.end(node, from);
  return node as unknown as ast.PackageFile;
}

export function readPackageRemarks(r: Reading): ast.PackageRemarks {
  const from = r.at;
  const node: NodeInMaking = r.node({ $type: 'PackageRemarks', $container: undefined, $containerProperty: undefined, $containerIndex: undefined, $at: 0, text: undefined, });
  r.word(node, 65, 'remarks');
  {
    const start = r.at;
    node['text'] = r.string();
    r.property(node, 'text', start);
  }
  r.end(node, from);
  return node as unknown as ast.PackageRemarks;
}

export function readDevices(r: Reading): ast.Devices {
  const from = r.at;
  const node: NodeInMaking = r.node({ $type: 'Devices', $container: undefined, $containerProperty: undefined, $containerIndex: undefined, $at: 0, name: undefined, product: undefined, keys: undefined, list: undefined, });
  r.word(node, 31, 'devices');
  {
    const start = r.at;
    node['name'] = r.name();
    r.property(node, 'name', start);
  }
  r.word(node, 57, 'of');
  {
    const start = r.at;
    node['product'] = r.name();
    r.property(node, 'product', start);
  }
  if (r.is(6)) {
    r.word(node, 6, '{');
    if (r.is(8)) {
      {
        const start = r.at;
        node['keys'] = r.token(8);
        r.property(node, 'keys', start);
      }
    }
    r.word(node, 7, '}');
  } else {
    r.word(node, 38, 'from');
    {
      const start = r.at;
      node['list'] = r.string();
      r.property(node, 'list', start);
    }
  }
  r.end(node, from);
  return node as unknown as ast.Devices;
}

export function readPlan(r: Reading): ast.Plan {
  const from = r.at;
  const node: NodeInMaking = r.node({ $type: 'Plan', $container: undefined, $containerProperty: undefined, $containerIndex: undefined, $at: 0, name: undefined, statements: [], });
  r.word(node, 61, 'plan');
  {
    const start = r.at;
    node['name'] = r.string();
    r.property(node, 'name', start);
  }
  r.word(node, 6, '{');
  while (r.is(62) || r.is(33) || r.is(75) || r.is(81) || r.is(54) || r.is(25) || r.is(67) || r.is(86) || r.is(19)) {
    {
      const start = r.at;
      r.add(node, 'statements', node['statements'], readPlanStatement(r));
      r.property(node, 'statements', start);
    }
  }
  r.word(node, 7, '}');
  r.end(node, from);
  return node as unknown as ast.Plan;
}

export function readPlanStatement(r: Reading): ast.PlanProduct | ast.Effective | ast.Targets | ast.Upgrade | ast.Mode | ast.Conditions | ast.Retry | ast.Waves | ast.Allow {
  if (r.is(62)) return readPlanProduct(r);
  if (r.is(33)) return readEffective(r);
  if (r.is(75)) return readTargets(r);
  if (r.is(81)) return readUpgrade(r);
  if (r.is(54)) return readMode(r);
  if (r.is(25)) return readConditions(r);
  if (r.is(67)) return readRetry(r);
  if (r.is(86)) return readWaves(r);
  if (r.is(19)) return readAllow(r);
  return r.fail();
}

export function readPlanProduct(r: Reading): ast.PlanProduct {
  const from = r.at;
  const node: NodeInMaking = r.node({ $type: 'PlanProduct', $container: undefined, $containerProperty: undefined, $containerIndex: undefined, $at: 0, product: undefined, });
  r.word(node, 62, 'product');
  {
    const start = r.at;
    node['product'] = r.name();
    r.property(node, 'product', start);
  }
  r.end(node, from);
  return node as unknown as ast.PlanProduct;
}

export function readEffective(r: Reading): ast.Effective {
  const from = r.at;
  const node: NodeInMaking = r.node({ $type: 'Effective', $container: undefined, $containerProperty: undefined, $containerIndex: undefined, $at: 0, start: undefined, end: undefined, zone: undefined, });
  r.word(node, 33, 'effective');
  {
    const start = r.at;
    node['start'] = readDateTime(r);
    r.own(node, 'start', node['start']);
    r.property(node, 'start', start);
  }
  r.word(node, 80, 'to');
  {
    const start = r.at;
    node['end'] = readDateTime(r);
    r.own(node, 'end', node['end']);
    r.property(node, 'end', start);
  }
  if (r.is(44)) {
    r.word(node, 44, 'in');
    {
      const start = r.at;
      node['zone'] = readZone(r);
      r.own(node, 'zone', node['zone']);
      r.property(node, 'zone', start);
    }
  }
  r.end(node, from);
  return node as unknown as ast.Effective;
}

export function readDateTime(r: Reading): ast.DateTime {
  const from = r.at;
  const node: NodeInMaking = r.node({ $type: 'DateTime', $container: undefined, $containerProperty: undefined, $containerIndex: undefined, $at: 0, date: undefined, time: undefined, offset: undefined, iso: undefined, });
  if (r.is(11)) {
    {
      const start = r.at;
      node['date'] = r.token(11);
      r.property(node, 'date', start);
    }
    if (r.is(13)) {
      {
        const start = r.at;
        node['time'] = r.token(13);
        r.property(node, 'time', start);
      }
    }
    if (r.is(12)) {
      {
        const start = r.at;
        node['offset'] = r.token(12);
        r.property(node, 'offset', start);
      }
    }
  } else {
    {
      const start = r.at;
      node['iso'] = r.token(10);
      r.property(node, 'iso', start);
    }
  }
  r.end(node, from);
  return node as unknown as ast.DateTime;
}

export function readZone(r: Reading): ast.Zone {
  const from = r.at;
  const node: NodeInMaking = r.node({ $type: 'Zone', $container: undefined, $containerProperty: undefined, $containerIndex: undefined, $at: 0, name: undefined, bare: undefined, });
  if (r.is(9)) {
    {
      const start = r.at;
      node['name'] = r.string();
      r.property(node, 'name', start);
    }
  } else {
    {
      const start = r.at;
      node['bare'] = r.is(14) ? r.token(14) : r.isName() ? r.name() : r.token(12);
      r.property(node, 'bare', start);
    }
  }
  r.end(node, from);
  return node as unknown as ast.Zone;
}

export function readTargets(r: Reading): ast.Targets {
  const from = r.at;
  const node: NodeInMaking = r.node({ $type: 'Targets', $container: undefined, $containerProperty: undefined, $containerIndex: undefined, $at: 0, all: false, statements: [], });
  r.word(node, 75, 'targets');
  if (r.is(18)) {
    {
      const start = r.at;
      r.word(node, 18, 'all'); node['all'] = true;
      r.property(node, 'all', start);
    }
    if (r.is(6)) {
      r.word(node, 6, '{');
      while (r.is(45) || r.is(34)) {
        {
          const start = r.at;
          r.add(node, 'statements', node['statements'], readTargetStatement(r));
          r.property(node, 'statements', start);
        }
      }
      r.word(node, 7, '}');
    }
  } else {
    r.word(node, 6, '{');
    while (r.is(45) || r.is(34)) {
      {
        const start = r.at;
        r.add(node, 'statements', node['statements'], readTargetStatement(r));
        r.property(node, 'statements', start);
      }
    }
    r.word(node, 7, '}');
  }
  r.end(node, from);
  return node as unknown as ast.Targets;
}

export function readTargetStatement(r: Reading): ast.Include | ast.Exclude {
  if (r.is(45)) return readInclude(r);
  if (r.is(34)) return readExclude(r);
  return r.fail();
}

export function readInclude(r: Reading): ast.Include {
  const from = r.at;
  const node: NodeInMaking = r.node({ $type: 'Include', $container: undefined, $containerProperty: undefined, $containerIndex: undefined, $at: 0, entries: [], });
  r.word(node, 45, 'include');
  {
    const start = r.at;
    r.add(node, 'entries', node['entries'], readTargetEntry(r));
    r.property(node, 'entries', start);
  }
  while (r.is(2)) {
    r.word(node, 2, ',');
    {
      const start = r.at;
      r.add(node, 'entries', node['entries'], readTargetEntry(r));
      r.property(node, 'entries', start);
    }
  }
  r.end(node, from);
  return node as unknown as ast.Include;
}

export function readExclude(r: Reading): ast.Exclude {
  const from = r.at;
  const node: NodeInMaking = r.node({ $type: 'Exclude', $container: undefined, $containerProperty: undefined, $containerIndex: undefined, $at: 0, entries: [], });
  r.word(node, 34, 'exclude');
  {
    const start = r.at;
    r.add(node, 'entries', node['entries'], readTargetEntry(r));
    r.property(node, 'entries', start);
  }
  while (r.is(2)) {
    r.word(node, 2, ',');
    {
      const start = r.at;
      r.add(node, 'entries', node['entries'], readTargetEntry(r));
      r.property(node, 'entries', start);
    }
  }
  r.end(node, from);
  return node as unknown as ast.Exclude;
}

export function readTargetEntry(r: Reading): ast.TargetEntry {
  const from = r.at;
  const node: NodeInMaking = r.node({ $type: 'TargetEntry', $container: undefined, $containerProperty: undefined, $containerIndex: undefined, $at: 0, name: undefined, key: undefined, bare: undefined, });
  if (r.isName()) {
    {
      const start = r.at;
      node['name'] = r.name();
      r.property(node, 'name', start);
    }
  } else if (r.is(9)) {
    {
      const start = r.at;
      node['key'] = r.string();
      r.property(node, 'key', start);
    }
  } else {
    {
      const start = r.at;
      node['bare'] = r.is(15) ? r.token(15) : r.token(14);
      r.property(node, 'bare', start);
    }
  }
  r.end(node, from);
  return node as unknown as ast.TargetEntry;
}

export function readUpgrade(r: Reading): ast.Upgrade {
  const from = r.at;
  const node: NodeInMaking = r.node({ $type: 'Upgrade', $container: undefined, $containerProperty: undefined, $containerIndex: undefined, $at: 0, component: undefined, target: undefined, sources: [], delta: false, });
  r.word(node, 81, 'upgrade');
  {
    const start = r.at;
    node['component'] = r.name();
    r.property(node, 'component', start);
  }
  r.word(node, 80, 'to');
  {
    const start = r.at;
    node['target'] = readVersion(r);
    r.own(node, 'target', node['target']);
    r.property(node, 'target', start);
  }
  if (r.is(38)) {
    r.word(node, 38, 'from');
    {
      const start = r.at;
      r.add(node, 'sources', node['sources'], readVersion(r));
      r.property(node, 'sources', start);
    }
    while (r.is(2)) {
      r.word(node, 2, ',');
      {
        const start = r.at;
        r.add(node, 'sources', node['sources'], readVersion(r));
        r.property(node, 'sources', start);
      }
    }
  }
  if (r.is(82)) {
    {
      const start = r.at;
      r.word(node, 82, 'using'); node['delta'] = true;
      r.property(node, 'delta', start);
    }
    r.word(node, 30, 'delta');
  }
  r.end(node, from);
  return node as unknown as ast.Upgrade;
}

export function readVersion(r: Reading): ast.Version {
  const from = r.at;
  const node: NodeInMaking = r.node({ $type: 'Version', $container: undefined, $containerProperty: undefined, $containerIndex: undefined, $at: 0, value: undefined, bare: undefined, });
  if (r.is(9)) {
    {
      const start = r.at;
      node['value'] = r.string();
      r.property(node, 'value', start);
    }
  } else {
    {
      const start = r.at;
      node['bare'] = r.is(15) ? r.token(15) : r.is(14) ? r.token(14) : r.token(11);
      r.property(node, 'bare', start);
    }
  }
  r.end(node, from);
  return node as unknown as ast.Version;
}

export function readMode(r: Reading): ast.Mode {
  const from = r.at;
  const node: NodeInMaking = r.node({ $type: 'Mode', $container: undefined, $containerProperty: undefined, $containerIndex: undefined, $at: 0, kind: undefined, statements: [], });
  r.word(node, 54, 'mode');
  if (r.is(74)) {
    {
      const start = r.at;
      node['kind'] = r.word(node, 74, 'silent');
      r.property(node, 'kind', start);
    }
    if (r.is(6)) {
      r.word(node, 6, '{');
      while (r.is(63) || r.is(58) || r.is(17)) {
        {
          const start = r.at;
          r.add(node, 'statements', node['statements'], readSilentStatement(r));
          r.property(node, 'statements', start);
        }
      }
      r.word(node, 7, '}');
    }
  } else {
    {
      const start = r.at;
      node['kind'] = r.word(node, 49, 'manual');
      r.property(node, 'kind', start);
    }
    if (r.is(6)) {
      r.word(node, 6, '{');
      while (r.is(63) || r.is(76)) {
        {
          const start = r.at;
          r.add(node, 'statements', node['statements'], readManualStatement(r));
          r.property(node, 'statements', start);
        }
      }
      r.word(node, 7, '}');
    }
  }
  r.end(node, from);
  return node as unknown as ast.Mode;
}

export function readSilentStatement(r: Reading): ast.Push | ast.PushOnRequest | ast.AfterRejection {
  if (r.is(63)) return readPush(r);
  if (r.is(58)) return readPushOnRequest(r);
  if (r.is(17)) return readAfterRejection(r);
  return r.fail();
}

export function readManualStatement(r: Reading): ast.Push | ast.UpgradeText {
  if (r.is(63)) return readPush(r);
  if (r.is(76)) return readUpgradeText(r);
  return r.fail();
}

export function readPush(r: Reading): ast.Push {
  const from = r.at;
  const node: NodeInMaking = r.node({ $type: 'Push', $container: undefined, $containerProperty: undefined, $containerIndex: undefined, $at: 0, any: false, from: undefined, to: undefined, });
  r.word(node, 63, 'push');
  if (r.is(20)) {
    {
      const start = r.at;
      r.word(node, 20, 'any'); node['any'] = true;
      r.property(node, 'any', start);
    }
    r.word(node, 78, 'time');
  } else {
    {
      const start = r.at;
      node['from'] = r.token(13);
      r.property(node, 'from', start);
    }
    r.word(node, 80, 'to');
    {
      const start = r.at;
      node['to'] = r.token(13);
      r.property(node, 'to', start);
    }
  }
  r.end(node, from);
  return node as unknown as ast.Push;
}

export function readPushOnRequest(r: Reading): ast.PushOnRequest {
  const from = r.at;
  const node: NodeInMaking = r.node({ $type: 'PushOnRequest', $container: undefined, $containerProperty: undefined, $containerIndex: undefined, $at: 0, only: false, });
  {
    const start = r.at;
    r.word(node, 58, 'on'); node['only'] = true;
    r.property(node, 'only', start);
  }
  r.word(node, 66, 'request');
  r.word(node, 59, 'only');
  r.end(node, from);
  return node as unknown as ast.PushOnRequest;
}

export function readAfterRejection(r: Reading): ast.AfterRejection {
  const from = r.at;
  const node: NodeInMaking = r.node({ $type: 'AfterRejection', $container: undefined, $containerProperty: undefined, $containerIndex: undefined, $at: 0, duration: undefined, });
  r.word(node, 17, 'after');
  r.word(node, 64, 'rejection');
  {
    const start = r.at;
    node['duration'] = readDuration(r);
    r.own(node, 'duration', node['duration']);
    r.property(node, 'duration', start);
  }
  r.end(node, from);
  return node as unknown as ast.AfterRejection;
}

export function readUpgradeText(r: Reading): ast.UpgradeText {
  const from = r.at;
  const node: NodeInMaking = r.node({ $type: 'UpgradeText', $container: undefined, $containerProperty: undefined, $containerIndex: undefined, $at: 0, language: undefined, text: undefined, });
  r.word(node, 76, 'text');
  {
    const start = r.at;
    node['language'] = r.name();
    r.property(node, 'language', start);
  }
  {
    const start = r.at;
    node['text'] = r.string();
    r.property(node, 'text', start);
  }
  r.end(node, from);
  return node as unknown as ast.UpgradeText;
}

export function readConditions(r: Reading): ast.Conditions {
  const from = r.at;
  const node: NodeInMaking = r.node({ $type: 'Conditions', $container: undefined, $containerProperty: undefined, $containerIndex: undefined, $at: 0, statements: [], });
  r.word(node, 25, 'conditions');
  r.word(node, 6, '{');
  while (r.is(22) || r.is(73)) {
    {
      const start = r.at;
      r.add(node, 'statements', node['statements'], readCondition(r));
      r.property(node, 'statements', start);
    }
  }
  r.word(node, 7, '}');
  r.end(node, from);
  return node as unknown as ast.Conditions;
}

export function readCondition(r: Reading): ast.Battery | ast.Signal {
  if (r.is(22)) return readBattery(r);
  if (r.is(73)) return readSignal(r);
  return r.fail();
}

export function readBattery(r: Reading): ast.Battery {
  const from = r.at;
  const node: NodeInMaking = r.node({ $type: 'Battery', $container: undefined, $containerProperty: undefined, $containerIndex: undefined, $at: 0, percent: undefined, });
  r.word(node, 22, 'battery');
  r.word(node, 5, '>=');
  {
    const start = r.at;
    node['percent'] = readPercent(r);
    r.own(node, 'percent', node['percent']);
    r.property(node, 'percent', start);
  }
  r.end(node, from);
  return node as unknown as ast.Battery;
}

export function readSignal(r: Reading): ast.Signal {
  const from = r.at;
  const node: NodeInMaking = r.node({ $type: 'Signal', $container: undefined, $containerProperty: undefined, $containerIndex: undefined, $at: 0, value: undefined, unit: undefined, });
  r.word(node, 73, 'signal');
  r.word(node, 5, '>=');
  {
    const start = r.at;
    node['value'] = r.token(15);
    r.property(node, 'value', start);
  }
  if (r.is(27)) {
    {
      const start = r.at;
      node['unit'] = r.word(node, 27, 'dBm');
      r.property(node, 'unit', start);
    }
  }
  r.end(node, from);
  return node as unknown as ast.Signal;
}

export function readRetry(r: Reading): ast.Retry {
  const from = r.at;
  const node: NodeInMaking = r.node({ $type: 'Retry', $container: undefined, $containerProperty: undefined, $containerIndex: undefined, $at: 0, times: undefined, });
  r.word(node, 67, 'retry');
  {
    const start = r.at;
    node['times'] = r.token(15);
    r.property(node, 'times', start);
  }
  if (r.is(79)) {
    r.word(node, 79, 'times');
  } else {
    r.word(node, 78, 'time');
  }
  r.end(node, from);
  return node as unknown as ast.Retry;
}

export function readWaves(r: Reading): ast.Waves {
  const from = r.at;
  const node: NodeInMaking = r.node({ $type: 'Waves', $container: undefined, $containerProperty: undefined, $containerIndex: undefined, $at: 0, statements: [], });
  r.word(node, 86, 'waves');
  r.word(node, 6, '{');
  while (r.is(15) || r.is(40)) {
    {
      const start = r.at;
      r.add(node, 'statements', node['statements'], readWavesStatement(r));
      r.property(node, 'statements', start);
    }
  }
  r.word(node, 7, '}');
  r.end(node, from);
  return node as unknown as ast.Waves;
}

export function readWavesStatement(r: Reading): ast.Wave | ast.Halt {
  if (r.is(15)) return readWave(r);
  if (r.is(40)) return readHalt(r);
  return r.fail();
}

export function readWave(r: Reading): ast.Wave {
  const from = r.at;
  const node: NodeInMaking = r.node({ $type: 'Wave', $container: undefined, $containerProperty: undefined, $containerIndex: undefined, $at: 0, percent: undefined, wait: undefined, });
  {
    const start = r.at;
    node['percent'] = readPercent(r);
    r.own(node, 'percent', node['percent']);
    r.property(node, 'percent', start);
  }
  if (r.is(77)) {
    r.word(node, 77, 'then');
    r.word(node, 85, 'wait');
    {
      const start = r.at;
      node['wait'] = readDuration(r);
      r.own(node, 'wait', node['wait']);
      r.property(node, 'wait', start);
    }
  }
  r.end(node, from);
  return node as unknown as ast.Wave;
}

export function readHalt(r: Reading): ast.Halt {
  const from = r.at;
  const node: NodeInMaking = r.node({ $type: 'Halt', $container: undefined, $containerProperty: undefined, $containerIndex: undefined, $at: 0, percent: undefined, sample: undefined, });
  r.word(node, 40, 'halt');
  r.word(node, 87, 'when');
  r.word(node, 35, 'failed');
  r.word(node, 4, '>');
  {
    const start = r.at;
    node['percent'] = readPercent(r);
    r.own(node, 'percent', node['percent']);
    r.property(node, 'percent', start);
  }
  r.word(node, 57, 'of');
  r.word(node, 21, 'at');
  r.word(node, 47, 'least');
  {
    const start = r.at;
    node['sample'] = r.token(15);
    r.property(node, 'sample', start);
  }
  r.end(node, from);
  return node as unknown as ast.Halt;
}

export function readAllow(r: Reading): ast.Allow {
  const from = r.at;
  const node: NodeInMaking = r.node({ $type: 'Allow', $container: undefined, $containerProperty: undefined, $containerIndex: undefined, $at: 0, code: undefined, reason: undefined, });
  r.word(node, 19, 'allow');
  {
    const start = r.at;
    node['code'] = r.name();
    r.property(node, 'code', start);
  }
  if (r.is(23)) {
    r.word(node, 23, 'because');
    {
      const start = r.at;
      node['reason'] = r.string();
      r.property(node, 'reason', start);
    }
  }
  r.end(node, from);
  return node as unknown as ast.Allow;
}

export function readPercent(r: Reading): ast.Percent {
  const from = r.at;
  const node: NodeInMaking = r.node({ $type: 'Percent', $container: undefined, $containerProperty: undefined, $containerIndex: undefined, $at: 0, value: undefined, sign: undefined, });
  {
    const start = r.at;
    node['value'] = r.token(15);
    r.property(node, 'value', start);
  }
  if (r.is(1)) {
    {
      const start = r.at;
      node['sign'] = r.word(node, 1, '%');
      r.property(node, 'sign', start);
    }
  }
  r.end(node, from);
  return node as unknown as ast.Percent;
}

export function readDuration(r: Reading): ast.Duration {
  const from = r.at;
  const node: NodeInMaking = r.node({ $type: 'Duration', $container: undefined, $containerProperty: undefined, $containerIndex: undefined, $at: 0, value: undefined, unit: undefined, });
  {
    const start = r.at;
    node['value'] = r.token(15);
    r.property(node, 'value', start);
  }
  if (r.is(51) || r.is(39) || r.is(26) || r.is(48) || r.is(52) || r.is(53) || r.is(41) || r.is(42) || r.is(28) || r.is(29) || r.is(68) || r.is(69) || r.is(70)) {
    {
      const start = r.at;
      node['unit'] = r.anyWord(node, [51, 39, 26, 48, 52, 53, 41, 42, 28, 29, 68, 69, 70]);
      r.property(node, 'unit', start);
    }
  }
  r.end(node, from);
  return node as unknown as ast.Duration;
}
