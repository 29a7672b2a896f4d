/** Messages that come in several pages. */

/** What tells which page of how many it is. */
export interface Page {
  readonly pages: number;
  /** From 0. */
  readonly page: number;
}

/**
 * Puts the pages of one answer together, the first in front: lists go on, and of everything else the first value that is told
 * counts, as some DTUs have their sums on a later page.
 */
export function joinPages<One extends Page>(first: One, others: readonly One[]): One {
  const joined = Object.entries(first).map(([key, value]) => {
    const told = [value, ...others.map((page) => Reflect.get(page, key))];
    return [key, Array.isArray(value) ? told.flat() : (told.find(Boolean) ?? value)];
  });
  return Object.assign({}, first, Object.fromEntries(joined), { page: first.page });
}
