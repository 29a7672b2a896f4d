import { address } from '@meterbridge/core/config';
import { formatLine, parseLine } from '@meterbridge/core/model';
import type { Migrated } from './index.ts';
import type { OldDevice } from './old.ts';

type Meter = NonNullable<Migrated['config']['meters']>[number];

const VERSIONS: ReadonlyMap<string, NonNullable<Meter['version']>> = new Map([
  ['40', '4.0'],
  ['42', '4.2'],
  ['50', '5.0'],
  ['53', '5.0'],
]);

/** The names of Meter2MQTT; those that are aliases here, with the parameter that is announced to Home Assistant. */
const PARAMETERS: ReadonlyMap<string, string | null> = new Map([
  ['current_electricity_usage', null],
  ['current_electricity_delivery', null],
  ['electricity_used_tariff_1', null],
  ['electricity_used_tariff_2', null],
  ['electricity_delivered_tariff_1', null],
  ['electricity_delivered_tariff_2', null],
  ['electricity_active_import_total', 'electricity_imported_total'],
  ['electricity_active_export_total', 'electricity_exported_total'],
  // The gas meter is a meter of its own, which is announced in any case.
  ['gas_provided', null],
  ...[1, 2, 3].flatMap((phase) => [
    [`voltage_l${phase}`, `instantaneous_voltage_l${phase}`] as const,
    [`current_l${phase}`, `instantaneous_current_l${phase}`] as const,
    [`power_generated_l${phase}`, `instantaneous_active_power_l${phase}_negative`] as const,
  ]),
]);

/** Port of `socket://` addresses that name none. */
const TELNET = 23;

export function meterOf(id: string, device: OldDevice): Meter {
  const { version, poll_interval = Number.NaN } = device;
  const known = version === undefined ? undefined : VERSIONS.get(version);
  const line = lineOf(device);
  const include = device.parameters.flatMap((name) => {
    const announced = PARAMETERS.get(name);
    return announced === undefined ? [] : announced === null ? [name] : [name, announced];
  });
  return {
    id,
    address: addressOf(device) ?? '/dev/ttyUSB0',
    ...(known && { version: known }),
    ...(line !== undefined && { line }),
    ...(poll_interval >= 1 && { interval: `${Math.round(poll_interval)}s` }),
    // All of them are the default there; here it is everything that the meter tells.
    ...(include.length > 0 && include.length < PARAMETERS.size && { include }),
  };
}

function addressOf({ connection, port, url, host }: OldDevice): string | undefined {
  const isSerial = connection === undefined || connection === 'serial_port';
  if (isSerial) return port;
  if (host !== undefined) return `tcp://${host.includes(':') ? `[${host}]` : host}:${port ?? TELNET}`;
  return url === undefined || /:\d+\/?$/.test(url) ? url : `${url.replace(/\/$/, '')}:${TELNET}`;
}

/** Settings of the serial line, if they are not those that Meter2MQTT takes by itself. */
function lineOf({ serial_options }: OldDevice): string | undefined {
  const { baudrate = '115200', bytesize = '8', parity = 'N', stopbits = '1' } = serial_options;
  const line = `${baudrate} ${bytesize}${parity}${stopbits}`;
  const settings = parseLine(line);
  return settings && line !== '115200 8N1' ? formatLine(settings) : undefined;
}

const KEYS = /^(?:type|connection|port|url|host|version|parameters|poll_interval|serial_options)$/;
const LINE_KEYS = /^(?:baudrate|bytesize|parity|stopbits)$/;

/** What becomes of keys that could not be taken over as they are. */
export function deviceNotes(id: string, device: OldDevice): readonly string[] {
  const { version, parameters, serial_options } = device;
  const notes = parameters
    .filter((name) => !PARAMETERS.has(name))
    .map((name) => `${id}.parameters: ${name} is no parameter`);
  const place = addressOf(device);
  if (place === undefined) notes.push(`${id}: names no port; set the address of the meter`);
  else if (!address.safeParse(place).success)
    notes.push(`${id}: ${place} is no address here; set the address of the meter`);
  if (version !== undefined && !VERSIONS.has(version))
    notes.push(`${id}.version: ${version} is not known; the version is found out`);
  for (const key of Object.keys(device)) if (!KEYS.test(key)) notes.push(`${id}.${key}: has no counterpart`);
  for (const key of Object.keys(serial_options))
    if (!LINE_KEYS.test(key)) notes.push(`${id}.serial_options.${key}: has no counterpart`);
  return notes;
}
