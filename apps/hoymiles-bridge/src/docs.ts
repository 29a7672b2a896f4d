import {
  DTU_MEASUREMENTS,
  INVERTER_MEASUREMENTS,
  METER_MEASUREMENTS,
  PORT_MEASUREMENTS,
} from './meters/measurements.ts';

/** Tables of the README that are made from the code, by marker. */
export const tables = { measurements: measurementsTable() };

function measurementsTable(): string {
  const parts = [
    ['DTU', DTU_MEASUREMENTS],
    ['inverter', INVERTER_MEASUREMENTS],
    ['port, behind `port_1_` and so on', PORT_MEASUREMENTS],
    ['meter behind the DTU', METER_MEASUREMENTS],
  ] as const;
  const rows = parts.flatMap(([of, measurements]) =>
    measurements.map(({ key, unit, name }) => `| ${of} | \`${key}\` | ${unit ?? ''} | ${name} |`),
  );
  return ['| Of | Parameter | Unit | Meaning |', '|---|---|---|---|', ...rows].join('\n');
}
