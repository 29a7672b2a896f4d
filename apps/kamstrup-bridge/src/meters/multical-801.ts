import type { MeterProfile } from './profile.ts';

export const multical801 = {
  model: 'MULTICAL 801',
  parameters: ['energy', 'volume', 'power', 'flow', 'temp1', 'temp2', 'tempdiff', 'info'],
} as const satisfies MeterProfile;
