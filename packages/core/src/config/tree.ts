import type { Path } from './yaml-text.ts';

/** Plain values as YAML gives them. Copies keep keys such as `__proto__` what they are: keys. */
export type Branch = Readonly<Record<string, unknown>>;

export function isBranch(value: unknown): value is Branch {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * A copy of the tree with one value set; sections and lists on the way are made where there are none.
 * What is there but is neither stays as it is, so that it is reported.
 */
export function withValue(tree: unknown, [step, ...rest]: Path, value: unknown): unknown {
  if (step === undefined) return value;
  if (typeof step === 'number') {
    const list = tree ?? [];
    if (!Array.isArray(list)) return tree;
    return Array.from({ length: Math.max(list.length, step + 1) }, (_, index) =>
      index === step ? withValue(list[index], rest, value) : list[index],
    );
  }
  const branch = tree ?? {};
  if (!isBranch(branch)) return tree;
  return { ...branch, [step]: withValue(branchValue(branch, step), rest, value) };
}

export function valueAt(tree: unknown, path: Path): unknown {
  let value = tree;
  for (const step of path) {
    value = Array.isArray(value) && typeof step === 'number' ? value[step] : branchValue(value, step);
  }
  return value;
}

function branchValue(value: unknown, step: PropertyKey): unknown {
  return isBranch(value) && typeof step === 'string' && Object.hasOwn(value, step) ? value[step] : undefined;
}

/** A copy of the tree without a key, or the tree itself if the key is not there. */
export function withoutKey(tree: unknown, path: Path): unknown {
  const parent = path.slice(0, -1);
  const branch = valueAt(tree, parent);
  const key = path.at(-1);
  if (!isBranch(branch) || typeof key !== 'string' || !Object.hasOwn(branch, key)) return tree;
  return withValue(tree, parent, Object.fromEntries(Object.entries(branch).filter(([name]) => name !== key)));
}
