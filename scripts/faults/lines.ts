import type { FrameLength } from './relay.ts';

/** What a simulated meter and its bridge are told, and how the same reading looks on either side of the bridge. */
export interface Line {
  readonly app: string;
  /** Arguments of `simulate` behind the address to listen on. */
  readonly simulate: (address: string, folder: string) => readonly string[];
  readonly meter: (port: number) => object;
  readonly frameLength: FrameLength;
  /** What tells one reading from all others, out of a frame of the meter; null for frames without. */
  readonly identity: (frame: Buffer) => string | null;
  /** The same, out of a message of the bridge. */
  readonly published: (message: Readonly<Record<string, unknown>>) => string;
  /** Topic of its readings. */
  readonly topic: string;
}

const METER_HOST = 'meters';

/** P1: `/` … `!` CRC CR LF. A telegram is known by its time and its noisy powers and voltages. */
const dsmr: Line = {
  app: 'dsmr-bridge',
  simulate: (address) => ['--listen', address, '--interval', '250'],
  meter: (port) => ({ id: 'p1', address: `tcp://${METER_HOST}:${port}` }),
  frameLength: (bytes) => {
    const end = bytes.indexOf('\n', bytes.indexOf('!'));
    return bytes.includes('!') && end >= 0 ? end + 1 : 0;
  },
  identity: (frame) => {
    const text = frame.toString('latin1');
    if (!text.startsWith('/')) return null;
    const value = (code: string): string => text.split(`\n${code}(`)[1]?.split(/[*)]/)[0] ?? '';
    const [time = ''] = value('0-0:1.0.0').split('W');
    const numbers = ['1-0:1.7.0', '1-0:2.7.0', '1-0:32.7.0', '1-0:52.7.0'].map((code) => Number(value(code)));
    return [time, ...numbers].join('/');
  },
  published: (message) => {
    const time = String(message.time).replace(/\D/g, '').slice(2, 14);
    const keys = ['current_electricity_usage', 'current_electricity_delivery', 'voltage_l1', 'voltage_l2'];
    return [time, ...keys.map((key) => message[key])].join('/');
  },
  topic: 'meters/dsmr/p1',
};

/** KMP: 0x40 … 0x0D, with 0x1B before complements. A reading is known by its energy in Wh, which grows all the time. */
const kamstrup: Line = {
  app: 'kamstrup-bridge',
  simulate: (address) => ['--listen', address],
  meter: (port) => ({
    id: 'heat',
    address: `tcp://${METER_HOST}:${port}`,
    model: '403',
    interval: '500ms',
    parameters: ['e1highres'],
  }),
  frameLength: (bytes) => bytes.indexOf(0x0d) + 1,
  identity: (frame) => {
    const plain: number[] = [];
    for (let at = 0; at < frame.length; at++)
      plain.push(frame[at] === 0x1b ? frame[++at]! ^ 0xff : frame[at]!);
    // Start, address, command; register 266, its unit, 4 bytes, exponent 0.
    const bytes = Buffer.from(plain);
    const isEnergy = bytes.length >= 12 && bytes[2] === 0x10 && bytes.readUInt16BE(3) === 266;
    return isEnergy ? String(bytes.readUInt32BE(8)) : null;
  },
  published: ({ e1highres }) => String(e1highres),
  topic: 'meters/multical/heat',
};

/** M-Bus: 68 L L 68 … CS 16, or E5. A reading is known by its temperature, which rises with each. */
const mbus: Line = {
  app: 'mbus-gateway',
  simulate: (address, folder) => [`${folder}/line.yaml`, '--listen', address],
  meter: (port) => ({
    id: 'bus',
    address: `tcp://${METER_HOST}:${port}`,
    meter: 1,
    interval: '500ms',
    answer_timeout: '2s',
  }),
  frameLength: (bytes) => {
    if (bytes.length === 0 || bytes[0] !== 0x68) return bytes.length && 1;
    const length = (bytes[1] ?? Number.POSITIVE_INFINITY) + 6;
    return bytes.length >= length ? length : 0;
  },
  identity: (frame) =>
    frame[19] === 0x02 && frame[20] === 0x59 ? String(frame.readUInt16LE(21) / 100) : null,
  published: ({ flow_temperature }) => String(flow_temperature),
  topic: 'meters/mbus/bus',
};

/** Modbus RTU: address, function, byte count, data, CRC. A reading is known by the noisy values of two ports. */
const hoymiles: Line = {
  app: 'hoymiles-bridge',
  simulate: (address) => ['--modbus', address, '--rtu', '--hour', '12', '--inverters', '1'],
  meter: (port) => ({
    ...{ id: 'roof', host: METER_HOST, port, protocol: 'modbus', interval: '500ms' },
    framing: 'rtu-over-tcp',
  }),
  frameLength: (bytes) => {
    const isRefusal = (bytes[1] ?? 0) >= 0x80;
    const length = isRefusal ? 5 : (bytes[2] ?? Number.POSITIVE_INFINITY) + 5;
    return bytes.length >= length ? length : 0;
  },
  identity: (frame) => {
    // 40 bytes for each port.
    const [first, second] = [frame.subarray(3, 43), frame.subarray(43, 83)];
    if (frame.length < 85 || first[7] !== 1) return null;
    return [first, second]
      .flatMap((port) => [port.readUInt16BE(8), port.readUInt16BE(16)])
      .map((tenths) => tenths / 10)
      .join('/');
  },
  published: (message) =>
    ['port_1_pv_voltage', 'port_1_pv_power', 'port_2_pv_voltage', 'port_2_pv_power']
      .map((key) => message[key])
      .join('/'),
  topic: 'meters/hoymiles/roof_116100000001',
};

export const LINES: readonly Line[] = [dsmr, kamstrup, mbus, hoymiles];

/** A line of one meter whose flow temperature rises by 0.01 °C with each readout. */
export const MBUS_LINE = {
  meters: [
    {
      id: '68541234',
      manufacturer: 'KAM',
      medium: 4,
      address: 1,
      telegrams: [[{ dif: '02', vif: '59', value: 1, step: 1 }]],
    },
  ],
};
