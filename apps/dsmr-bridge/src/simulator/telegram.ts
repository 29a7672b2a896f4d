import { encodeP1 } from '@meterbridge/core/frames';
import type { HouseState } from './house.ts';

export type SimulatedVersion = '2.2' | '4.2' | '5.0';

const FIVE_MINUTES_MS = 300_000;
const HOUR_MS = 3_600_000;

/** Gas as it was when the meter behind the port last told it. */
export interface GasReading {
  readonly localMs: number;
  readonly litres: number;
}

/** When the gas meter told its value last: every five minutes since 5.0, every hour before. */
export function gasTime(version: SimulatedVersion, localMs: number): number {
  const period = version === '5.0' ? FIVE_MINUTES_MS : HOUR_MS;
  return localMs - (localMs % period);
}

/** The telegram of an Iskra-like meter of a DSMR version. */
export function simulateTelegram(version: SimulatedVersion, state: HouseState, gas: GasReading): Uint8Array {
  return version === '2.2' ? telegram22(state, gas) : telegram4or5(version, state, gas);
}

function telegram4or5(version: '4.2' | '5.0', state: HouseState, gas: GasReading): Uint8Array {
  const { powerW, voltageV } = state;
  const phase = [31, 51, 71].map(
    (code, at) => `1-0:${code}.7.0(${digits(Math.abs(powerW[at]!) / voltageV[at]!, 3, 0)}*A)`,
  );
  const voltage = [32, 52, 72].map((code, at) => `1-0:${code}.7.0(${digits(voltageV[at]!, 3, 1)}*V)`);
  const power = [21, 41, 61].flatMap((code, at) => [
    `1-0:${code}.7.0(${kilo(Math.max(0, powerW[at]!), 2)}*kW)`,
    `1-0:${code + 1}.7.0(${kilo(Math.max(0, -powerW[at]!), 2)}*kW)`,
  ]);
  return encodeP1(version === '5.0' ? 'ISK5\\2M550T-1012' : 'ISk5\\2MT382-1000', [
    `1-3:0.2.8(${version.replace('.', '')})`,
    `0-0:1.0.0(${time(state.localMs)}W)`,
    '0-0:96.1.1(4530303530303031323334353637383133)',
    ...energyLines(state, 6),
    ...powerLines(state, 2),
    '0-0:96.7.21(00003)',
    '0-0:96.7.9(00001)',
    '1-0:99.97.0(1)(0-0:96.7.19)(200421120530S)(0000000939*s)',
    '1-0:32.32.0(00002)',
    '1-0:52.32.0(00001)',
    '1-0:72.32.0(00000)',
    '1-0:32.36.0(00000)',
    '1-0:52.36.0(00000)',
    '1-0:72.36.0(00000)',
    '0-0:96.13.0()',
    ...(version === '5.0' ? voltage : []),
    ...phase,
    ...power,
    '0-1:24.1.0(003)',
    '0-1:96.1.0(4730303332353631323736393230313739)',
    `0-1:24.2.1(${time(gas.localMs)}W)(${kilo(gas.litres, 5)}*m3)`,
  ]);
}

function telegram22(state: HouseState, gas: GasReading): Uint8Array {
  const whole = encodeP1('ISk5\\2MT382-1004', [
    '0-0:96.1.1(4B414C37303035303738393336333132)',
    ...energyLines(state, 5),
    ...powerLines(state, 4),
    '0-0:17.0.0(0999.00*kW)',
    '0-0:96.3.10(1)',
    '0-0:96.13.1()',
    '0-0:96.13.0()',
    '0-1:24.1.0(3)',
    '0-1:96.1.0(3238313031353431303031333733353132)',
    `0-1:24.3.0(${time(gas.localMs)})(00)(60)(1)(0-1:24.2.1)(m3)`,
    `(${kilo(gas.litres, 5)})`,
    '0-1:24.4.0(1)',
  ]);
  // DSMR 2.2 has no CRC: its four digits are cut out of `!XXXX CR LF`.
  const bare = new Uint8Array(whole.length - 4);
  bare.set(whole.subarray(0, -6));
  bare.set(whole.subarray(-2), bare.length - 2);
  return bare;
}

function energyLines({ importWh, exportWh, tariff }: HouseState, width: number): readonly string[] {
  return [
    `1-0:1.8.1(${kilo(importWh[0], width)}*kWh)`,
    `1-0:1.8.2(${kilo(importWh[1], width)}*kWh)`,
    `1-0:2.8.1(${kilo(exportWh[0], width)}*kWh)`,
    `1-0:2.8.2(${kilo(exportWh[1], width)}*kWh)`,
    `0-0:96.14.0(000${tariff})`,
  ];
}

function powerLines({ powerW }: HouseState, width: number): readonly string[] {
  const total = powerW[0] + powerW[1] + powerW[2];
  return [
    `1-0:1.7.0(${kilo(Math.max(0, total), width)}*kW)`,
    `1-0:2.7.0(${kilo(Math.max(0, -total), width)}*kW)`,
  ];
}

/** Thousandths, with three decimals: W as kW, litres as m³. */
function kilo(value: number, width: number): string {
  return digits(value / 1000, width, 3);
}

/** Fixed number of digits before and behind the point, as meters print them. */
function digits(value: number, width: number, decimals: number): string {
  return value.toFixed(decimals).padStart(width + (decimals > 0 ? decimals + 1 : 0), '0');
}

/** YYMMDDhhmmss. */
function time(localMs: number): string {
  return new Date(localMs).toISOString().replace(/[-T:]/g, '').slice(2, 14);
}
