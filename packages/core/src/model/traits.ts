/** Units that Home Assistant takes for the device classes that meters have; other pairs it refuses without a word. */
const UNITS_OF_CLASSES: Readonly<Record<string, readonly string[]>> = {
  energy: ['kWh', 'Wh', 'MWh', 'GWh', 'TWh', 'mWh', 'J', 'kJ', 'MJ', 'GJ', 'cal', 'kcal', 'Mcal', 'Gcal'],
  power: ['W', 'mW', 'kW', 'MW', 'GW', 'TW'],
  apparent_power: ['VA', 'mVA', 'kVA'],
  reactive_power: ['var', 'mvar', 'kvar'],
  reactive_energy: ['varh', 'kvarh'],
  voltage: ['V', 'mV', 'μV', 'kV', 'MV'],
  current: ['A', 'mA', 'μA'],
  frequency: ['Hz', 'mHz', 'kHz', 'MHz', 'GHz'],
  volume: ['m³', 'L', 'mL', 'gal', 'fl. oz.', 'ft³', 'CCF', 'MCF'],
  gas: ['m³', 'L', 'ft³', 'CCF', 'MCF'],
  water: ['m³', 'L', 'gal', 'ft³', 'CCF', 'MCF'],
  volume_flow_rate: [
    'm³/h',
    'L/min',
    'L/h',
    'L/s',
    'mL/s',
    'm³/min',
    'm³/s',
    'ft³/min',
    'gal/min',
    'gal/h',
    'gal/d',
  ],
  temperature: ['°C', '°F', 'K'],
  pressure: ['bar', 'mbar', 'cbar', 'mPa', 'Pa', 'hPa', 'kPa', 'psi', 'inHg', 'mmHg'],
  duration: ['s', 'min', 'h', 'd', 'ms', 'μs'],
  power_factor: ['%'],
};

/** The device class of a measurement that got another unit: its own if that fits, else the one that is usual for it. */
export function deviceClassFor(unit: string, own: string | undefined): string | undefined {
  if (own !== undefined && UNITS_OF_CLASSES[own]?.includes(unit)) return own;
  return Object.keys(UNITS_OF_CLASSES).find((name) => UNITS_OF_CLASSES[name]!.includes(unit));
}
