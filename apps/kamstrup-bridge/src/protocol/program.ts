/** How a meter writes flow and power: unit and decimals. */
export interface ProgramFormat {
  readonly flow: readonly [unit: string, decimals: number];
  readonly power: readonly [unit: string, decimals: number];
}

const LITRES: ProgramFormat = { flow: ['L/h', 0], power: ['kW', 1] };
const cubic = (flow: number, unit: 'kW' | 'MW', power: number): ProgramFormat => ({
  flow: ['m³/h', flow],
  power: [unit, power],
});

/** By CCC, the part of the program number that tells the size of the flow sensor (MULTICAL 66-CDE 5511-634). */
const FORMATS: readonly (readonly [codes: readonly number[], format: ProgramFormat])[] = [
  [[102, 103, 108, 109, 110, 111, 116, 119, 136, 138, 183, 185, 197, 198], LITRES],
  [[104, 105, 106, 120, 137, 151, 178, 179], LITRES],
  [[107, 184, 199], LITRES],
  [[158, 186], cubic(2, 'kW', 0)],
  [[187, 188, 189, 147, 148, 170, 175, 176, 177, 180, 181], cubic(2, 'MW', 3)],
  [[166, 167, 171, 172, 182, 191, 192, 193], cubic(1, 'MW', 2)],
  [[0, 1, 9], cubic(2, 'MW', 3)],
  [[2, 3, 4, 5], cubic(1, 'MW', 2)],
  [[6, 7, 8], cubic(0, 'MW', 1)],
];

const byCode = new Map(FORMATS.flatMap(([codes, format]) => codes.map((code) => [code, format] as const)));

/** @param program field ABCCC of the answer to `/#2`; null for a program that nobody knows */
export function programFormat(program: string): ProgramFormat | null {
  return byCode.get(Number(program.slice(-3))) ?? null;
}
