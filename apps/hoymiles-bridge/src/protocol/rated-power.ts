/** Rated power of inverters by the first three bytes of their hardware part number, as far as it is known. */
const PARTS: Readonly<Record<number, string>> = {
  300: '101010 102011',
  350: '101020 102021',
  400: '101030 101040 102041',
  450: '101051 102051',
  500: '101071 102071',
  600: '101110 102111 f10110',
  700: '101120 102121',
  800: '101130 101140 101141 102141 f10114',
  900: '101151 102151',
  1000: '101171 102171',
  1200: '101210',
  1500: '100230 101230',
  1600: '102241 103241 f10124',
  1800: '101251 102251 103251 103311 f10122',
  2000: '101271 102271 103271',
  2250: '103331',
};

/** HM-300 that were held to 70 % in the factory. */
const HELD_HM300 = 0x10101015;
const HELD_HM300_WATTS = 210;

const WATTS: ReadonlyMap<number, number> = new Map(
  Object.entries(PARTS).flatMap(([watts, parts]) =>
    parts.split(' ').map((part) => [Number.parseInt(part, 16), Number(watts)] as const),
  ),
);

/** W, or null for a part that is not known: new ones appear each year. */
export function ratedPower(hardwarePart: number): number | null {
  const part = hardwarePart >>> 0;
  return part === HELD_HM300 ? HELD_HM300_WATTS : (WATTS.get(part >>> 8) ?? null);
}
