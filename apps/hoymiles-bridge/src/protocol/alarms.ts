import { isMi, isThreePhase } from './serial.ts';

/** What alarm codes mean; the same list for Modbus and protobuf. */
const TEXTS: ReadonlyMap<number, string> = new Map([
  [0, 'none'],
  [1, 'inverter started'],
  [2, 'clock set'],
  [3, 'EEPROM read or write error while running'],
  [4, 'offline'],
  [11, 'grid voltage surge'],
  [12, 'grid voltage sag'],
  [13, 'grid frequency jump'],
  [14, 'grid phase jump'],
  [15, 'grid transient'],
  [36, 'output stage overvoltage or overcurrent'],
  [38, 'input power too low, shutting down'],
  [46, 'flyback stage overvoltage'],
  [47, 'flyback stage overcurrent'],
  [48, 'flyback clamp overvoltage'],
  [49, 'flyback clamp overvoltage'],
  [50, 'flyback overcurrent, early warning'],
  [52, 'DC bus voltage too low'],
  [61, 'calibration data error'],
  [62, 'configuration data error'],
  [63, 'energy data implausible'],
  [71, 'power reduced: grid overvoltage'],
  [72, 'power reduced: grid overfrequency'],
  [73, 'power reduced: overtemperature'],
  ...each(95, 98, (n) => `PV ${n} probably shaded`),
  [121, 'overtemperature'],
  [122, 'theft suspected'],
  [123, 'locked by remote command'],
  [124, 'switched off by remote command'],
  [125, 'grid profile error'],
  [126, 'EEPROM or software error'],
  [127, 'firmware error'],
  [128, 'hardware configuration error'],
  [129, 'bias voltage wrong'],
  [130, 'offline, no radio contact'],
  [141, 'grid overvoltage'],
  [142, 'grid overvoltage, 10-minute mean'],
  [143, 'grid undervoltage'],
  [144, 'grid overfrequency'],
  [145, 'grid underfrequency'],
  [146, 'grid frequency changes too fast'],
  [147, 'grid outage'],
  [148, 'grid disconnected'],
  [149, 'grid: islanding detected'],
  [150, 'DC component in AC current too high'],
  [152, 'grid: repeated phase angle jumps'],
  [171, 'angle between phases wrong'],
  [181, 'insulation resistance too low'],
  [182, 'grounding fault'],
  [205, 'MPPT A input overvoltage'],
  [206, 'MPPT B input overvoltage'],
  [207, 'MPPT A input undervoltage'],
  [208, 'MPPT B input undervoltage'],
  ...each(209, 212, (n) => `PV ${n} no input`),
  [213, 'PV 1 and 2 wired wrong'],
  [214, 'PV 3 and 4 wired wrong'],
  [215, 'PV 1 input overvoltage'],
  [216, 'PV 1 input undervoltage'],
  [217, 'PV 2 input overvoltage'],
  [218, 'PV 2 input undervoltage'],
  [219, 'PV 3 input overvoltage'],
  [220, 'PV 3 input undervoltage'],
  [221, 'PV 4 input overvoltage'],
  [222, 'PV 4 input undervoltage'],
  [301, 'flyback A short circuit'],
  [302, 'flyback B short circuit'],
  [303, 'flyback A overcurrent protection failed'],
  [304, 'flyback B overcurrent protection failed'],
  [305, 'flyback A clamp failed'],
  [306, 'flyback B clamp failed'],
  [307, 'output power device failed'],
  [308, 'output overcurrent or overvoltage protection failed'],
  ...each(309, 314, () => 'hardware failure'),
  [1111, 'repeater'],
  ...each(2000, 2004, () => 'standby'),
  ...each(3001, 3004, () => 'reset'),
  ...each(5011, 5014, (n) => `PV ${n} MOSFET overcurrent`),
  [5020, 'H-bridge overcurrent or overvoltage'],
  ...each(5041, 5044, (n) => `PV ${n} input overcurrent`),
  ...each(5051, 5054, (n) => `PV ${n} overvoltage or undervoltage`),
  [5060, 'bias voltage wrong'],
  [5070, 'overtemperature'],
  [5080, 'grid overvoltage or undervoltage'],
  [5090, 'grid overfrequency or underfrequency'],
  [5100, 'islanding detected'],
  [5110, 'ground fault detector'],
  [5120, 'EEPROM error'],
  ...each(5141, 5144, (n) => `flyback ${n} clamp overvoltage`),
  [5150, 'grid overvoltage, 10-minute mean'],
  [5160, 'grid transient'],
  [5200, 'firmware error'],
  ...each(5511, 5514, (n) => `PV ${n} overcurrent, H side`),
  [5520, 'H-bridge overcurrent, H side'],
  [8310, 'switched off by remote command'],
  [8320, 'locked by remote command'],
  [9000, 'theft suspected'],
]);

/** Where three-phase inverters mean something else. */
const THREE_PHASE_TEXTS: ReadonlyMap<number, string> = new Map([
  [215, 'MPPT C input overvoltage'],
  [216, 'MPPT C input undervoltage'],
  [217, 'PV 5 no input'],
  [218, 'PV 6 no input'],
  [219, 'PV 5 and 6 wired wrong'],
  [221, 'neutral wired wrong'],
]);

/** Codes that only MI inverters have stand above those with status bits. */
const FIRST_PLAIN = 0x1000;

export function alarmText(code: number, serial: string): string {
  const own = isThreePhase(serial) ? THREE_PHASE_TEXTS.get(code) : undefined;
  return own ?? TEXTS.get(code) ?? `unknown alarm ${code}`;
}

/** The code of a warning, taken out of its status bits. */
export interface AlarmCode {
  readonly code: number;
  /** 0 active fault, 1 over, 2 event. */
  readonly status: number;
  readonly isStartPm: boolean;
  readonly isEndPm: boolean;
}

/**
 * Bits 0–11 code, 12 end is PM, 13 start is PM, 14–15 status; but the codes of MI inverters are as they are.
 * @param serial of the inverter: what both could be is a code of MI inverters for those only
 */
export function alarmCodeOf(raw: number, serial: string): AlarmCode {
  const isOfMi = raw >= FIRST_PLAIN && TEXTS.has(raw) && (isMi(serial) || !TEXTS.has(raw & 0x0fff));
  if (isOfMi) return { code: raw, status: 0, isStartPm: false, isEndPm: false };
  return {
    code: raw & 0x0fff,
    status: (raw >>> 14) & 3,
    isStartPm: (raw & 0x2000) !== 0,
    isEndPm: (raw & 0x1000) !== 0,
  };
}

function each(from: number, to: number, text: (number: number) => string): readonly [number, string][] {
  return Array.from({ length: to - from + 1 }, (_, at) => [from + at, text(at + 1)]);
}
