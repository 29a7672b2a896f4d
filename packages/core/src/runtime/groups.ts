/** Values by a key that several may share. */
export class Groups<Value> {
  readonly #groups = new Map<string, Set<Value>>();

  of(key: string): Iterable<Value> {
    return this.#groups.get(key) ?? [];
  }

  add(key: string, value: Value): void {
    const group = this.#groups.get(key) ?? new Set();
    this.#groups.set(key, group.add(value));
  }

  delete(key: string, value: Value): void {
    const group = this.#groups.get(key);
    group?.delete(value);
    if (group?.size === 0) this.#groups.delete(key);
  }
}
