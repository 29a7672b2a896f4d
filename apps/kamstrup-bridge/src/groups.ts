import { MOST_REGISTERS } from './protocol/request.ts';

/** Registers that are asked for together. */
export interface Group {
  readonly ids: readonly number[];
  /** Of a group that came back damaged again and again. */
  readonly isHalf: boolean;
}

export function groupsOf(ids: readonly number[]): Group[] {
  const groups: Group[] = [];
  for (let at = 0; at < ids.length; at += MOST_REGISTERS)
    groups.push({ ids: ids.slice(at, at + MOST_REGISTERS), isHalf: false });
  return groups;
}

export function halves(ids: readonly number[]): readonly Group[] {
  const middle = Math.ceil(ids.length / 2);
  return [ids.slice(0, middle), ids.slice(middle)].map((half) => ({ ids: half, isHalf: true }));
}
