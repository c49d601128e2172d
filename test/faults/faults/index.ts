import type { Fault } from '../fault.ts';
import { clockJumps } from './clock.ts';
import { slowLoris, taken } from './connections.ts';
import { killUnderLoad, killUnderMqttLoad } from './kill.ts';
import { acknowledgedIsKept, brokerKilled, killedBehindBroker, mqttSlowLoris, redelivered } from './mqtt.ts';
import { killReplicas, killReplicasOnBroker, stoppedReplica } from './replicas.ts';
import { poison, reconnects, repeated } from './reports.ts';
import { backupWhileWriting, diskFull, flippedBits, newerDatabase, strayFiles } from './storage.ts';
import { stopped } from './time.ts';

/** Every fault, in the order of `faults.md`. */
export const faults: readonly Fault[] = [
  repeated,
  reconnects,
  poison,
  acknowledgedIsKept,
  redelivered,
  brokerKilled,
  killedBehindBroker,
  slowLoris,
  mqttSlowLoris,
  killUnderLoad,
  killUnderMqttLoad,
  killReplicas,
  killReplicasOnBroker,
  newerDatabase,
  flippedBits,
  strayFiles,
  diskFull,
  stopped,
  stoppedReplica,
  taken,
  backupWhileWriting,
  clockJumps,
];
