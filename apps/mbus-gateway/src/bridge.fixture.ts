import type { z } from 'zod';
import { lineDescription, slavesOfDescription } from './simulator/description.ts';
import { type ServeSettings, serveLine } from './simulator/serve.ts';

/** Two meters with the same primary address, and one that tells its values in two telegrams. */
export const HOUSE: z.input<typeof lineDescription> = {
  meters: [
    {
      id: '11112222',
      manufacturer: 'KAM',
      medium: 4,
      address: 5,
      telegrams: [
        [
          { dif: '04', vif: '06', value: 1234, step: 1 },
          { dif: '0C', vif: '13', value: 56789 },
        ],
        [
          { dif: '02', vif: '5A', value: 612 },
          { dif: '44', vif: '06', value: 900 },
          { dif: '12', vif: '2B', value: 4711 },
        ],
      ],
    },
    {
      id: '11512223',
      manufacturer: 'KAM',
      medium: 7,
      address: 5,
      telegrams: [[{ dif: '0C', vif: '13', value: 12345678, step: 10 }]],
    },
    {
      id: '00001234',
      manufacturer: 'EMH',
      medium: 2,
      address: 9,
      telegrams: [
        [
          { dif: '0E', vif: '833B', value: 987654 },
          { dif: '02', vif: 'FDC8FC01', value: 2301 },
          { dif: '02', vif: 'FDC8FC02', value: -1 },
        ],
      ],
    },
  ],
};

/** The house on a TCP port. */
export async function simulatedHouse(more: Partial<ServeSettings> = {}) {
  return await simulatedLine(HOUSE.meters, more);
}

/** A line of meters on a TCP port. */
export async function simulatedLine(
  meters: z.input<typeof lineDescription>['meters'],
  more: Partial<ServeSettings> = {},
) {
  const slaves = [...slavesOfDescription(lineDescription.parse({ meters }))];
  const tcp = { host: '127.0.0.1', tcpPort: 0 };
  const line = await serveLine({ slaves, tcp, ...more });
  return {
    ...line,
    slaves,
    address: `tcp://127.0.0.1:${line.tcpPort}`,
    [Symbol.asyncDispose]: line[Symbol.asyncDispose],
  };
}

/** Configuration of a bridge that reads on this line. */
export function bridgeConfig(brokerUrl: string, meters: readonly object[], more: object = {}) {
  return { mqtt: { url: brokerUrl }, http: { enabled: false }, meters, ...more };
}
