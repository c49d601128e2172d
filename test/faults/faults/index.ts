import type { Fault } from '../fault.ts';
import { killedBetween, pagedWhileChanged, stale, together, tooMany } from './clients.ts';
import { clockChanges, clockJumps, otherZoneData } from './clock.ts';
import { cutBodies, slowLoris, slowReader, taken } from './connections.ts';
import { killUnderLoad, killUnderMqttLoad } from './kill.ts';
import { acknowledgedIsKept, brokerKilled, killedBehindBroker, mqttSlowLoris, redelivered } from './mqtt.ts';
import { poison, poisonOverMqtt } from './poison.ts';
import { connectionsCut, databaseFull, databaseKilled, flippedBitsInPages } from './postgres.ts';
import { mqttReconnects, reconnects } from './reconnects.ts';
import { killBehindNginx, killReplicas, killReplicasOnBroker, stoppedReplica } from './replicas.ts';
import { clockOfDevice, late, repeated, silent } from './reports.ts';
import { canary, otherAccounts, otherHosts, swappedFile } from './security.ts';
import { backupWhileWriting, diskFull, filesFull, flippedBits, readOnlyDisk, strayFiles } from './storage.ts';
import { neverReads } from './streams.ts';
import { stopped } from './time.ts';
import { newerDatabase, olderDatabases } from './versions.ts';
import { restartInWave } from './waves.ts';

/** Every fault that concerns the server, devices and time, under its heading. */
export const faults: readonly Fault[] = [
  together,
  cutBodies,
  slowReader,
  stale,
  killedBetween,
  pagedWhileChanged,
  tooMany,

  repeated,
  late,
  silent,
  reconnects,
  mqttReconnects,
  poison,
  poisonOverMqtt,
  acknowledgedIsKept,
  redelivered,
  brokerKilled,
  killedBehindBroker,
  slowLoris,
  mqttSlowLoris,
  clockOfDevice,

  killUnderLoad,
  killUnderMqttLoad,
  killReplicas,
  killBehindNginx,
  killReplicasOnBroker,
  restartInWave,
  diskFull,
  databaseFull,
  filesFull,
  readOnlyDisk,
  flippedBits,
  flippedBitsInPages,
  strayFiles,
  stopped,
  stoppedReplica,
  databaseKilled,
  connectionsCut,
  taken,
  newerDatabase,
  olderDatabases,
  backupWhileWriting,
  neverReads,

  clockJumps,
  clockChanges,
  otherZoneData,

  otherAccounts,
  otherHosts,
  swappedFile,
  canary,
];
