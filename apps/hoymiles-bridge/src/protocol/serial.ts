/** Serial numbers of Hoymiles devices: 48 bits whose hexadecimal digits are printed on the label. */

/** Characters of the newer, shorter labels: no I, O, Q, Z. */
const ALPHABET = '0123456789ABCDEFGHJKLMNPRSTUVWXY';
const FIRST_SHORT = 0x240000000000;
const LAST_SHORT = 0x37ffffffffff;

/** Engines take long to write a large number in hexadecimal; a plant has few, and tells them all the time. */
const known = new Map<number, string>();
const MOST_KNOWN = 4096;

/** 12 lower-case hexadecimal digits; more, or a sign, only for what is no serial number. */
export function serialText(serial: number): string {
  const text = known.get(serial);
  if (text !== undefined) return text;
  if (known.size === MOST_KNOWN) known.clear();
  const digits = serial.toString(16).padStart(12, '0');
  known.set(serial, digits);
  return digits;
}

/** The nine characters that newer labels show, or null for a serial number that has none. */
export function shortSerial(serial: number): string | null {
  if (serial < FIRST_SHORT || serial > LAST_SHORT) return null;
  const bits = BigInt(serial);
  return Array.from({ length: 9 }, (_, at) => {
    const shift = 42 - 5 * at - (at > 2 ? 2 : 0);
    return ALPHABET[Number((bits >> BigInt(shift)) & 31n)];
  }).join('');
}

/** Sold as MI, whatever is inside. */
export function isMi(serial: string): boolean {
  return serial.startsWith('10');
}

/** Gen 2 (MI): their PV current has one decimal on Modbus. 1022, 1042 and 1062 are MI by name with Gen 3 inside. */
export function isGen2(serial: string): boolean {
  return isMi(serial) && (Number.parseInt(serial.slice(2, 4), 16) & 3) !== 2;
}

/** Three-phase inverters have texts of their own for some alarms. */
export function isThreePhase(serial: string): boolean {
  return serial.startsWith('13');
}

/** By the first four digits; the list is never complete, so that null says nothing about a device. */
export function inverterModel(serial: string): string | null {
  return INVERTERS.get(serial.slice(0, 4).toUpperCase()) ?? null;
}

export function dtuModel(serial: string): string | null {
  return DTUS.get(serial.slice(0, 4).toUpperCase()) ?? null;
}

/** DTUs that are part of a Wi-Fi inverter: without sun they are off. */
export function isInsideInverter(dtuSerial: string): boolean {
  return dtuModel(dtuSerial) === BUILT_IN;
}

const INVERTERS = byPrefix({
  'MI-100': '1011',
  'MI-250/300/350/400': '1020 1021 1022',
  'MI-500/600/700/800': '1040 1041 1042',
  'MI-1000/1200/1500': '1060 1061 1062',
  'HM-300/350/400': '1121 1122',
  'HM-600/700/800': '1141 1142',
  'HM-1000/1200/1500': '1161 1162 1165',
  'HMS-300/350/400/450/500-1T': '1124 1125',
  'HMS-600/700/800/900/1000-2T': '1143 1144 114A',
  'HMS-1600/1800/2000-4T': '1164 1166 1420',
  'HMS-2000DW-4T': '1222 1422 1423',
  'HMT-1600/1800/2000-4T': '1361',
  'HMT-1800/2250-6T': '1382',
  'HMS-450W/500W': '1400 1403',
  'HMS-600W/700W/800W/900W/1000W': '1410 1412',
  'HERF-1600/1800': '2801',
  'HERF-600/800': '2821',
  'HERF-300': '2841',
});

const BUILT_IN = 'DTUBI';

const DTUS = byPrefix({
  'DTU-Pro': '10F7 10FB 4101 10FC 4120 10F8 4100 10FD 4121',
  'DTU-WLite-S': '10D3 4110 10D8 4130 4132 4133 10D9 4111',
  'DTU-G100': '10D2',
  'DTU-Lite': '10D6 10D7 4131',
  [BUILT_IN]:
    '1124 1125 1403 1144 1143 1145 1412 1164 1165 1166 1167 1222 1422 1423 1361 1362 1381 1382 4141 4143 4144',
  'DTU-SLS': 'D030',
  'DTS-WIFI-G1': '4301',
});

function byPrefix(table: Readonly<Record<string, string>>): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(table).flatMap(([model, prefixes]) =>
      prefixes.split(' ').map((prefix) => [prefix, model]),
    ),
  );
}
