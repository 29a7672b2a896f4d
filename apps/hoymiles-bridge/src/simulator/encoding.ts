/** Unix seconds. */
export function secondsOf(now: () => number): number {
  return Math.floor(now() / 1000);
}

/** A serial number as it travels. */
export function numberOf(serial: string): number {
  return Number.parseInt(serial, 16);
}
