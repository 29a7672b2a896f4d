const two = (number: number): string => String(number).padStart(2, '0');

/** `V01.01.01` of 4353: three numbers of 4 bits and more, 4 bits, 8 bits. */
export function dtuVersion(number: number, prefix: 'V' | 'H' = 'V'): string {
  return `${prefix}${two(Math.floor(number / 4096))}.${two(Math.floor(number / 256) % 16)}.${two(number % 256)}`;
}

/** `V01.00.08` of 10008: decimal digits. */
export function inverterVersion(number: number): string {
  return `V${two(Math.floor(number / 10_000))}.${two(Math.floor(number / 100) % 100)}.${two(number % 100)}`;
}

/** `H00.04.00` of 256. */
export function inverterHardware(number: number): string {
  return `H${two(Math.floor(number / 2048))}.${two(Math.floor(number / 64) % 32)}.${two(number % 64)}`;
}
