import { type Decoded, decodeAs, type MessageName } from './message.ts';

/** Commands by their purpose: family of the local app protocol, to the DTU (A3) and from it (A2). */
export const REQUEST = {
  appInfo: 0xa301,
  heartbeat: 0xa302,
  realData: 0xa303,
  warnings: 0xa304,
  command: 0xa305,
  commandStatus: 0xa306,
  realDataNew: 0xa311,
  /** On, off and restart: a command of the cloud side that DTUs take locally as well. */
  cloudCommand: 0x2305,
} as const;

/** Which layouts a payload may have, by command. */
const MESSAGES: ReadonlyMap<number, readonly MessageName[]> = new Map<number, readonly MessageName[]>([
  [0xa301, ['AppInfoRequest']],
  [0xa201, ['AppInfo']],
  [0xa302, ['HeartbeatRequest']],
  [0xa202, ['Heartbeat']],
  [0xa303, ['RealDataRequest']],
  [0xa203, ['RealDataNew', 'RealDataOld']],
  [0xa304, ['WarnListRequest']],
  [0xa204, ['WarnList', 'WarnListOld']],
  [0xa305, ['Command']],
  [0xa205, ['CommandReply']],
  [0xa306, ['CommandStatus']],
  [0xa206, ['CommandStatusReply']],
  [0xa307, ['DevConfigRequest']],
  [0xa207, ['DevConfig']],
  [0xa309, ['GetConfigRequest']],
  [0xa209, ['GetConfig']],
  [0xa310, ['SetConfig']],
  [0xa210, ['SetConfigReply']],
  [0xa311, ['RealDataNewRequest']],
  [0xa211, ['RealDataNew']],
  [0xa313, ['AutoSearchRequest']],
  [0xa213, ['AutoSearch']],
  [0xa314, ['NetworkInfoRequest']],
  [0xa214, ['NetworkInfo']],
  [0xa315, ['HistPowerRequest']],
  [0xa215, ['HistPower']],
  [0xa316, ['HistEnergyDaysRequest']],
  [0xa216, ['HistEnergyDays']],
  [0xa323, ['DeviceListRequest']],
  [0xa223, ['DeviceList']],
  [0x2305, ['Command']],
  [0x2205, ['CommandReply']],
  [0x2306, ['CommandStatus']],
  [0x2206, ['CommandStatusReply']],
  [0x220c, ['RealDataNew']],
  [0xdb01, ['GWInfoRequest']],
  [0xc303, ['ESDataRequest']],
  [0xc203, ['ESData']],
]);

/** The command of the answer to a request: A311 is answered with A211. */
export function answerTo(command: number): number {
  return command - 0x0100;
}

/** AppInfo, heartbeats and frames of gateways and storage are never encrypted. */
export function mayBeSealed(command: number): boolean {
  const family = command >>> 8;
  const code = command & 0xff;
  return (
    (family === 0xa2 || family === 0xa3 || family === 0x22 || family === 0x23) &&
    code !== 0x01 &&
    code !== 0x02
  );
}

/** @returns null for a command whose messages are not known; @throws BridgeError frame/malformed */
export function decodePayload(command: number, payload: Uint8Array): Decoded<MessageName> | null {
  const names = MESSAGES.get(command);
  return names ? decodeAs(names, payload) : null;
}
