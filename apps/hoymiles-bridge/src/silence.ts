import { BridgeError } from '@meterbridge/core/errors';

const HINT =
  'Check its power, that no other program or app talks to it, and for Modbus the function of its RS485 port.';

/** The DTU is connected but says nothing. */
export function silence(timeoutMs: number): BridgeError {
  const detail = `the DTU did not answer within ${timeoutMs / 1000} s`;
  return new BridgeError('meter/no-answer', detail, { hint: HINT });
}
