import type { MeterProfile } from './profile.ts';

export const multical21 = {
  model: 'MULTICAL 21',
  parameters: ['volume', 'flow', 'info', 'reverse_volume', 'water_temp', 'meter_temp', 'hourcounter'],
  isWaterMeter: true,
} as const satisfies MeterProfile;
