import { randomBytes } from 'node:crypto';
import { resolve } from 'node:path';
import { openApiDocument, readMqttAddress } from '@otaplan/api';
import {
  jsonLog,
  type RunningServer,
  type ServerOptions,
  StartError,
  silentLog,
  startServer,
  systemClock,
} from '@otaplan/developer-center';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { CliError, exits, type Io } from '../io.ts';
import { writeJson, writeJsonLine } from '../text/shown.ts';
import { version } from '../version.ts';
import { checkDatabase, checkFiles } from './server-addresses.ts';
import { defineFolderCommands } from './server-folder.ts';

interface Options {
  data: string;
  database?: string;
  files?: string;
  host: string;
  port: number;
  publicUrl?: string;
  mqttPort?: number;
  mqtt?: string;
  log: string;
}

export function define(command: Command, io: Io, exit: (code: number) => void): void {
  command
    .option('--data <dir>', 'folder where everything is kept', 'otaplan-data')
    .addOption(
      new Option(
        '--database <url>',
        'PostgreSQL database (postgres://…) that keeps everything but the files of packages; several servers may share it',
      ).env('OTAPLAN_DATABASE'),
    )
    .addOption(
      new Option(
        '--files <url>',
        'S3-compatible store that keeps the files of packages (s3+https://host/bucket/prefix, or the bucket in the host’s name); credentials by AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN and AWS_REGION',
      ).env('OTAPLAN_FILES'),
    )
    .option(
      '--host <address>',
      'address to listen on; others than this machine reach it only when this says so',
      '127.0.0.1',
    )
    .option('--port <port>', 'port to listen on; 0: any', port, 8181)
    .option('--public-url <url>', 'address under which devices reach it, when it is another')
    .option('--mqtt-port <port>', 'let devices speak MQTT, too, at this port; 0: any', port)
    .addOption(
      new Option(
        '--mqtt <url>',
        'let devices speak MQTT, too, at this MQTT 5 broker (mqtt:// or mqtts://); user and password by OTAPLAN_MQTT_USERNAME and OTAPLAN_MQTT_PASSWORD',
      ).env('OTAPLAN_MQTT'),
    )
    .addOption(
      new Option('--log <level>', 'what is logged to stderr, as JSON lines')
        .choices(['none', 'warn', 'info'])
        .default('warn'),
    )
    .option('--json', 'JSON is what it always prints')
    .addHelpText(
      'after',
      '\nExample:\n  $ otaplan server --data ./data --port 8181\n  $ otaplan server backup ./backup --data ./data',
    )
    .action(async (options: Options) => {
      const running = await start(io, options);
      const { url, port, mqttPort, accessKey, accessSecretFile } = running;
      await writeJsonLine(io, { url, port, ...(mqttPort === null ? {} : { mqttPort }), accessKey, accessSecretFile });
      await io.stderr.write(`Developer Center answers at ${url}. Ctrl-C ends it.\n`);
      if (!io.signal.aborted)
        await new Promise((resolve) => io.signal.addEventListener('abort', resolve, { once: true }));
      await running.close();
    });
  defineFolderCommands(command, io, exit);
  const summary = 'print the OpenAPI document of the API, without a server';
  command
    .command('openapi')
    .summary(summary)
    .description(summary)
    .addHelpText('after', '\nExample:\n  $ otaplan server openapi > openapi.json')
    .action(() => writeJson(io, openApiDocument(version)));
}

function port(text: string): number {
  const number = Number(text);
  if (!/^\d+$/.test(text) || number > 65_535) throw new InvalidArgumentError('A port is a number from 0 to 65535.');
  return number;
}

async function start(io: Io, options: Options): Promise<RunningServer> {
  if (options.publicUrl !== undefined && !URL.canParse(options.publicUrl)) {
    throw new CliError(exits.usage, '--public-url is not an address such as https://ota.example.com.');
  }
  if (options.database !== undefined) checkDatabase(options.database);
  if (options.files !== undefined) checkFiles(options.files);
  const mqtt = mqttOf(io, options);
  try {
    return await startServer({
      dataDir: resolve(io.cwd, options.data),
      host: options.host,
      port: options.port,
      clock: systemClock,
      random: (count) => randomBytes(count),
      environment: io.env,
      log: options.log === 'none' ? silentLog : jsonLog({ write: (line) => void io.stderr.write(line) }, options.log),
      ...(options.publicUrl === undefined ? {} : { publicUrl: options.publicUrl }),
      ...(options.database === undefined ? {} : { database: options.database }),
      ...(options.files === undefined ? {} : { files: options.files }),
      ...(mqtt === null ? {} : { mqtt }),
    });
  } catch (error) {
    if (error instanceof StartError) throw new CliError(exits.no, error.message);
    throw error;
  }
}

function mqttOf({ env }: Io, { mqtt, mqttPort }: Options): NonNullable<ServerOptions['mqtt']> | null {
  if (mqtt === undefined) return mqttPort === undefined ? null : { port: mqttPort };
  if (mqttPort !== undefined)
    throw new CliError(exits.usage, 'Say one of --mqtt-port (a broker of our own) and --mqtt (another one).');
  if (readMqttAddress(mqtt) === null)
    throw new CliError(exits.usage, '--mqtt is not an address such as mqtts://broker.example.com.');
  const { OTAPLAN_MQTT_USERNAME: username, OTAPLAN_MQTT_PASSWORD: password } = env;
  return {
    broker: mqtt,
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
  };
}
