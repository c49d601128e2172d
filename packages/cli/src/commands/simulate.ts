import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { readMqttAddress } from '@otaplan/api';
import type { Client } from '@otaplan/client';
import {
  type ProfileInput,
  ProfileInvalid,
  type Progress,
  parseProfile,
  type SimulationOptions,
  simulate,
} from '@otaplan/devices';
import { componentTypes, isComponentIdentifier, isDeviceKey, isProductKey, versionProblem } from '@otaplan/model';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { addConnectionOptions, type ConnectionOptions, connect } from '../connection.ts';
import { readCsv, wrongCell } from '../csv.ts';
import { CliError, exits, type Io } from '../io.ts';
import { progressLine } from '../text/progress.ts';
import { writeJsonLine } from '../text/shown.ts';

type Component = SimulationOptions['components'][number];
interface Options extends ConnectionOptions {
  product: string;
  devices?: number;
  list?: string;
  component: Component[];
  seed: string;
  speed: number;
  faults?: string;
  untilIdle?: boolean;
  transport: 'http' | 'mqtt';
  mqtt?: string;
}

export function define(command: Command, io: Io): void {
  addConnectionOptions(command)
    .requiredOption('--product <key>', 'product key; registered if need be')
    .option('--devices <n>', 'how many devices to make up', wholeNumber)
    .option('--list <csv>', 'device keys from a CSV with the column device_key, or one a line')
    .requiredOption(
      '--component <type:identifier=version>',
      'what every device runs at the start; may be repeated',
      component,
      [],
    )
    .option('--seed <text>', 'the same seed makes the same rollout', '1')
    .option('--speed <x>', '60 makes a minute of a device a second', positive, 1)
    .option('--faults <file>', 'JSON profile of what goes wrong')
    .addOption(new Option('--transport <name>', 'how devices speak').choices(['http', 'mqtt']).default('http'))
    .option('--mqtt <url>', 'the MQTT broker; when left out, port 1883 of the server')
    .option('--until-idle', 'end when no device has work left')
    .option('--json', 'JSON is what it always prints')
    .addHelpText(
      'after',
      '\nExample:\n  $ otaplan simulate --product p1WM01 --devices 100 --component module:FOTA=2.3.1 --speed 60 --until-idle',
    )
    .action(async (options: Options) => {
      if (!isProductKey(options.product))
        throw new CliError(exits.usage, `“${options.product}” is not a product key (1 to 32 letters or digits).`);
      if ((options.devices === undefined) === (options.list === undefined)) {
        throw new CliError(exits.usage, 'Say how many devices (--devices N) or which (--list CSV).');
      }
      const devices = options.list === undefined ? (options.devices ?? 0) : readKeys(io, options.list);
      const faults = options.faults === undefined ? {} : readFaults(io, options.faults);
      const client = await connect(io, options);
      try {
        await run(io, client, devices, faults, options);
      } finally {
        await client.close();
      }
    });
}

async function run(
  io: Io,
  client: Client,
  devices: SimulationOptions['devices'],
  faults: ProfileInput,
  options: Options,
): Promise<void> {
  const progress = progressLine(io);
  const simulation = simulate({
    serverUrl: client.server,
    ...(options.transport === 'mqtt' ? { mqttUrl: mqttUrlOf(client.server, options.mqtt) } : {}),
    registrar: {
      registerProducts: async (products) => void (await client.registerProducts(products, { signal: io.signal })),
      registerDevices: async (key, some) => void (await client.registerDevices(key, some, { signal: io.signal })),
    },
    productKey: options.product,
    devices,
    components: options.component,
    seed: options.seed,
    speed: options.speed,
    faults,
    clock: io.ambient,
    random: (count) => randomBytes(count),
    signal: io.signal,
    onProgress: (now) => progress.show(sayProgress(now)),
  });
  try {
    const online = await simulation.ready;
    if (!io.signal.aborted) {
      await writeJsonLine(io, { devices: simulation.deviceKeys.length, online });
      if (options.untilIdle) {
        const { traffic: _, ...summary } = await simulation.idle;
        progress.clear();
        await io.stderr.write(`${JSON.stringify(summary)}\n`);
      } else {
        await new Promise((done) => io.signal.addEventListener('abort', done, { once: true }));
      }
    }
  } finally {
    progress.clear();
    await simulation.stop();
  }
}

function mqttUrlOf(server: string, given: string | undefined): string {
  if (given === undefined) return `mqtt://${new URL(server).hostname}:1883`;
  if (readMqttAddress(given) === null)
    throw new CliError(exits.usage, '--mqtt is not an address such as mqtts://broker.example.com.');
  return given;
}

function sayProgress({ devices, online, activities }: Progress): string {
  const busy = Object.entries(activities).filter(([, count]) => count > 0);
  return `${online} of ${devices} online; ${busy.map(([activity, count]) => `${count} ${activity}`).join(', ')}`;
}

function component(text: string, before: Component[]): Component[] {
  const match = /^([a-z]+):([^=]+)=(.+)$/.exec(text);
  const [, kind, identifier = '', version = ''] = match ?? [];
  const type = componentTypes.find((known) => known === kind);
  if (!type || !isComponentIdentifier(identifier) || versionProblem(version, null) !== null) {
    throw new InvalidArgumentError('Write it as module:FOTA=2.3.1 or mcu:STM32=1.8.3.');
  }
  return [...before, { type, identifier, version }];
}

function wholeNumber(text: string): number {
  if (!/^[1-9]\d{0,6}$/.test(text)) throw new InvalidArgumentError('A whole number from 1 to 9999999.');
  return Number(text);
}
function positive(text: string): number {
  const number = Number(text);
  if (!(number > 0 && number <= 1_000_000)) throw new InvalidArgumentError('A number above 0, at most 1000000.');
  return number;
}

function readKeys(io: Io, file: string): string[] {
  const rows = readCsv(io, file, { needed: ['device_key'], oneALine: 'device_key' });
  const keys = rows.map(({ line, cells: { device_key: key = '' } }) =>
    isDeviceKey(key) ? key : wrongCell(file, line, key, 'a device key (4 to 32 letters or digits)'),
  );
  return [...new Set(keys)];
}

/** @throws CliError with file, line, column and sentence for each problem */
function readFaults(io: Io, file: string): ProfileInput {
  try {
    return parseProfile(read(io, file));
  } catch (error) {
    if (!(error instanceof ProfileInvalid)) throw error;
    throw new CliError(exits.usage, error.problems.map((problem) => `${file}, ${problem}`).join('\n'));
  }
}

function read(io: Io, file: string): string {
  try {
    return readFileSync(resolve(io.cwd, file), 'utf8').replace(/^\ufeff/, '');
  } catch (error) {
    throw new CliError(exits.usage, `${file} cannot be read (${(error as NodeJS.ErrnoException).code}).`);
  }
}
