import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { isDeviceKey, isProductKey } from '@otaplan/model';
import type { Command } from 'commander';
import { CsvError, parse } from 'csv-parse/sync';
import { addConnectionOptions, type ConnectionOptions, connect } from '../connection.ts';
import { CliError, exits, type Io } from '../io.ts';
import { shown, writeJson } from '../text/shown.ts';

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
        const products = readRows(io, productsFile, ['product_key', 'name']).map((row) => ({
          productKey: row.product_key,
          name: row.name,
        }));
        const devices = devicesFile === undefined ? [] : readRows(io, devicesFile, ['product_key', 'device_key']);
        for (const { productKey } of products)
          check(isProductKey(productKey), productsFile, `“${productKey}” is not a product key`);
        for (const { device_key } of devices)
          check(isDeviceKey(device_key), devicesFile ?? '', `“${device_key}” is not a device key`);
        const client = await connect(io, options);
        try {
          const { signal } = io;
          const counts = { products: { created: 0, unchanged: 0, renamed: 0 }, devices: { created: 0, unchanged: 0 } };
          for (const some of chunks(products, perCall.products))
            add(counts.products, await client.registerProducts(some, { signal }));
          for (const [productKey, ofProduct] of Map.groupBy(devices, (row) => row.product_key)) {
            const keys = ofProduct.map((row) => ({
              deviceKey: row.device_key,
              ...(row['name'] ? { name: row['name'] } : {}),
            }));
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

function check(good: boolean, file: string, what: string): void {
  if (!good) throw new CliError(exits.usage, `${file}: ${shown(what)}. Nothing was registered.`);
}

/** Rows of a CSV file by the names of its header. Throws a CliError that names the file and the line. */
function readRows<K extends string>(
  io: Io,
  file: string,
  needed: readonly K[],
): (Record<K, string> & Record<string, string>)[] {
  let text: string;
  try {
    text = readFileSync(resolve(io.cwd, file), 'utf8');
  } catch (error) {
    throw new CliError(exits.usage, `${file} cannot be read (${(error as NodeJS.ErrnoException).code}).`);
  }
  try {
    let header: readonly string[] = [];
    const rows: unknown = parse(text, {
      bom: true,
      trim: true,
      skip_empty_lines: true,
      columns: (names: string[]) => {
        header = names;
        return names;
      },
    });
    const lacking = needed.filter((name) => !header.includes(name));
    if (lacking.length > 0) throw new CliError(exits.usage, `${file}: the header lacks ${lacking.join(', ')}.`);
    // With `columns`, every row is a record of texts by the header's names.
    return rows as (Record<K, string> & Record<string, string>)[];
  } catch (error) {
    if (error instanceof CsvError) throw new CliError(exits.usage, `${file}: ${error.message}.`);
    throw error;
  }
}

function* chunks<T>(list: readonly T[], size: number): Generator<T[]> {
  for (let first = 0; first < list.length; first += size) yield list.slice(first, first + size);
}

function add<T extends Record<string, number>>(sum: T, part: T): void {
  for (const name of Object.keys(sum) as (keyof T)[]) sum[name] = ((sum[name] ?? 0) + (part[name] ?? 0)) as T[keyof T];
}
