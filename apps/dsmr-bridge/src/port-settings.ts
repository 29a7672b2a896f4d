import { Decimal } from '@meterbridge/core/codec';
import type { Port } from './config.ts';
import { keysOf } from './encryption.ts';
import { meterClock } from './protocol/timestamp.ts';
import type { PortSettings } from './reader.ts';
import type { TelegramOptions } from './telegrams.ts';
import type { ThinningSettings } from './thinning.ts';

// What the configuration of a port says, in the words of those who do it.

export function telegramOptions({ crc, tag, key, auth_key, max_telegram_bytes }: Port): TelegramOptions {
  const keys = key === undefined ? null : keysOf(key, auth_key);
  return { crc, tag, keys, maxTelegramBytes: max_telegram_bytes };
}

export function portSettings(port: Port): PortSettings {
  const { id, name, timezone, time, computed, extra } = port;
  return {
    id,
    name,
    clock: meterClock(timezone),
    time,
    computed: { totals: computed.totals, netPower: computed.net_power },
    extra: extra.includes('all') ? 'all' : new Set(extra),
    intervalMs: thinningSettings(port).intervalMs ?? undefined,
  };
}

/** Without any reading for long, a meter would seem to be gone. */
const LONGEST_WITH_DEADBANDS_MS = 60_000;

/** The unit of each quantity that can have a deadband. */
const UNITS = [
  ['power', 'kW'],
  ['reactive_power', 'kvar'],
  ['apparent_power', 'kVA'],
  ['energy', 'kWh'],
  ['reactive_energy', 'kvarh'],
  ['voltage', 'V'],
  ['current', 'A'],
  ['frequency', 'Hz'],
] as const;

export function thinningSettings({ interval, deadband }: Port): ThinningSettings {
  const bands = new Map<string, Decimal>();
  for (const [quantity, unit] of UNITS) {
    const band = deadband?.[quantity];
    if (band !== undefined) bands.set(unit, Decimal.parse(String(band))!);
  }
  return { intervalMs: interval ?? (bands.size > 0 ? LONGEST_WITH_DEADBANDS_MS : null), deadband: bands };
}
