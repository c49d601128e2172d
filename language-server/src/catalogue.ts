import type {
  Answer,
  Catalogue,
  CatalogueDevice,
  CataloguePackage,
  CataloguePlan,
  CatalogueProduct,
} from '@otaplan/language';
import type { CatalogueDeviceWire, CataloguePackageWire, CatalogueParams } from './protocol.ts';

const notKnown = { kind: 'notKnown' } as const;

/** What the client last said about Developer Center, part by part, in the form that rules ask. */
export class ClientCatalogue implements Catalogue {
  readonly center: string;
  private productsSaid: Answer<readonly CatalogueProduct[]> = notKnown;
  private packagesSaid: Answer<readonly CataloguePackageWire[]> = notKnown;
  private plansSaid: Answer<readonly CataloguePlan[]> = notKnown;
  private readonly devicesSaid = new Map<string, Answer<ReadonlyMap<string, CatalogueDevice & CatalogueDeviceWire>>>();

  constructor(center: string) {
    this.center = center;
  }

  /** Takes in what is new; parts that are left out stay. */
  take({ products, packages, plans, devices }: CatalogueParams): void {
    if (products) this.productsSaid = products;
    if (packages) this.packagesSaid = packages;
    if (plans) this.plansSaid = plans;
    for (const [productKey, answer] of Object.entries(devices ?? {})) {
      this.devicesSaid.set(
        productKey,
        answer.kind === 'good'
          ? { kind: 'good', value: new Map(answer.value.map((device) => [device.deviceKey, device])) }
          : answer,
      );
    }
  }

  product(productKey: string): Answer<CatalogueProduct> {
    if (this.productsSaid.kind !== 'good') return this.productsSaid;
    const value = this.productsSaid.value.find((product) => product.productKey === productKey);
    return value ? { kind: 'good', value } : { kind: 'bad', reason: 'it is not among the products of this account' };
  }
  products(): Answer<readonly CatalogueProduct[]> {
    return this.productsSaid;
  }
  package(
    type: CataloguePackage['type'],
    version: string,
    sourceVersion: string | null,
  ): Answer<CataloguePackageWire | null> {
    if (this.packagesSaid.kind !== 'good') return this.packagesSaid;
    const found = this.packagesSaid.value.find(
      (each) => each.type === type && each.version === version && each.sourceVersion === sourceVersion,
    );
    return { kind: 'good', value: found ?? null };
  }
  packages(type: CataloguePackage['type']): Answer<readonly CataloguePackageWire[]> {
    if (this.packagesSaid.kind !== 'good') return this.packagesSaid;
    return { kind: 'good', value: this.packagesSaid.value.filter((each) => each.type === type) };
  }
  devices(productKey: string): Answer<ReadonlyMap<string, CatalogueDevice & CatalogueDeviceWire>> {
    return this.devicesSaid.get(productKey) ?? notKnown;
  }
  plans(): Answer<readonly CataloguePlan[]> {
    return this.plansSaid;
  }
}
