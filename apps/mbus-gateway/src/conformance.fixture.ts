// biome-ignore lint/suspicious/noExplicitAny: the schema of the corpus is what is tested here
type Json = any;

/** What the corpus only tells people. */
const INFORMATIVE = new Set(['name', 'source', 'notes', 'key']);

/** The part of a case that a decoder must give. */
export function promised(json: Json): Json {
  return Object.fromEntries(Object.entries(json).filter(([key]) => !INFORMATIVE.has(key)));
}

/** `actual` with each number that is as close as the corpus asks replaced by the wanted one. */
export function alike(actual: Json, wanted: Json, tolerance = 1e-9): Json {
  if (isClose(actual, wanted, tolerance)) return wanted;
  if (actual === null || typeof actual !== 'object' || wanted === null || typeof wanted !== 'object')
    return actual;
  const isReal = wanted.coding === 'real32';
  if (Array.isArray(actual)) return actual.map((item, at) => alike(item, wanted[at]));
  return Object.fromEntries(
    Object.entries(actual).map(([key, value]) => {
      if (key === 'factor' && Number(value) === Number(wanted[key])) return [key, wanted[key]];
      return [key, alike(value, wanted[key], isReal ? 1e-6 : tolerance)];
    }),
  );
}

function isClose(actual: Json, wanted: Json, tolerance: number): boolean {
  if (typeof actual !== 'number' || typeof wanted !== 'number') return false;
  const mayRound = !Number.isInteger(wanted) || Math.abs(wanted) > Number.MAX_SAFE_INTEGER;
  return actual === wanted || (mayRound && Math.abs(actual - wanted) <= tolerance * Math.abs(wanted));
}
