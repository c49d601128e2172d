export type { Clock, RandomBytes } from '@otaplan/model';
export * from './profile/index.ts';
export * from './protocol/index.ts';
export { type Device, type Hardware, type Memory, runFirmware } from './reference/firmware.ts';
export type { Registrar } from './simulator/registration.ts';
export {
  type Progress,
  type Simulation,
  type SimulationOptions,
  type Summary,
  simulate,
} from './simulator/simulate.ts';
export { type Activity, activities, type Traffic, type WaitingFor } from './simulator/tally.ts';
