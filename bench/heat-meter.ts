import { lineDescription } from '../apps/mbus-gateway/src/simulator/description.ts';

/** A line with one meter: energy, volume, power, three temperatures, operating time, and the energy of last month. */
export const HEAT_METER = lineDescription.parse({
  meters: [
    {
      id: '68541234',
      manufacturer: 'KAM',
      medium: 4,
      address: 1,
      telegrams: [
        [
          { dif: '04', vif: '06', value: 23_456, step: 1 },
          { dif: '04', vif: '14', value: 98_765, step: 2 },
          { dif: '02', vif: '2B', value: 912, step: 3 },
          { dif: '02', vif: '59', value: 7_125 },
          { dif: '02', vif: '5D', value: 4_310 },
          { dif: '02', vif: '61', value: 2_815 },
          { dif: '0C', vif: '22', value: 20_117, step: 1 },
          { dif: '44', vif: '06', value: 23_001 },
        ],
      ],
    },
  ],
});
