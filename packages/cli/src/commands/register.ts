import { isDeviceKey, isProductKey } from '@otaplan/model';
import type { Command } from 'commander';
import { addConnectionOptions, type ConnectionOptions, connect } from '../connection.ts';
import { readCsv, wrongCell } from '../csv.ts';
import type { Io } from '../io.ts';
import { writeJson } from '../text/shown.ts';

/** The most that one call takes. */
const perCall = { products: 1000, devices: 5000 };

export function define(command: Command, io: Io): void {
  addConnectionOptions(command)
    .argument('<products.csv>', 'columns product_key, name')
    .argument('[devices.csv]', 'columns product_key, device_key and, if wanted, name')
    .option('--json', 'print counts as JSON')
    .addHelpText('after', '\nExample:\n  $ otaplan register products.csv devices.csv')
    .action(
      async (
        productsFile: string,
        devicesFile: string | undefined,
        options: ConnectionOptions & { json?: boolean },
      ) => {
        // Both files are read and checked whole before anything is sent.
        const products = readProducts(io, productsFile);
        const devices = devicesFile === undefined ? [] : readDevices(io, devicesFile);
        const client = await connect(io, options);
        try {
          const { signal } = io;
          const counts = { products: { created: 0, unchanged: 0, renamed: 0 }, devices: { created: 0, unchanged: 0 } };
          for (const some of chunks(products, perCall.products))
            add(counts.products, await client.registerProducts(some, { signal }));
          for (const [productKey, ofProduct] of Map.groupBy(devices, (device) => device.productKey)) {
            const keys = ofProduct.map(({ productKey: _, ...device }) => device);
            for (const some of chunks(keys, perCall.devices))
              add(counts.devices, await client.registerDevices(productKey, some, { signal }));
          }
          if (options.json) return await writeJson(io, counts);
          await io.stdout.write(
            `Products: ${counts.products.created} new, ${counts.products.renamed} renamed, ${counts.products.unchanged} unchanged. Devices: ${counts.devices.created} new, ${counts.devices.unchanged} unchanged.\n`,
          );
        } finally {
          await client.close();
        }
      },
    );
}

function readProducts(io: Io, file: string): { productKey: string; name: string }[] {
  return readCsv(io, file, { needed: ['product_key', 'name'] }).map(({ line, cells }) => {
    const { product_key: productKey = '', name = '' } = cells;
    if (!isProductKey(productKey)) wrongCell(file, line, productKey, 'a product key (1 to 32 letters or digits)');
    return { productKey, name };
  });
}

function readDevices(io: Io, file: string): { productKey: string; deviceKey: string; name?: string }[] {
  return readCsv(io, file, { needed: ['product_key', 'device_key'] }).map(({ line, cells }) => {
    const { product_key: productKey = '', device_key: deviceKey = '', name = '' } = cells;
    if (!isProductKey(productKey)) wrongCell(file, line, productKey, 'a product key (1 to 32 letters or digits)');
    if (!isDeviceKey(deviceKey)) wrongCell(file, line, deviceKey, 'a device key (4 to 32 letters or digits)');
    return { productKey, deviceKey, ...(name === '' ? {} : { name }) };
  });
}

function* chunks<T>(list: readonly T[], size: number): Generator<T[]> {
  for (let first = 0; first < list.length; first += size) yield list.slice(first, first + size);
}

function add<T extends Record<string, number>>(sum: T, part: T): void {
  for (const name of Object.keys(sum) as (keyof T)[]) sum[name] = ((sum[name] ?? 0) + (part[name] ?? 0)) as T[keyof T];
}
