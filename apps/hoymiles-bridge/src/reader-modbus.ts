import { hexOf } from '@meterbridge/core/codec';
import { type BridgeError, type ErrorCode, toBridgeError } from '@meterbridge/core/errors';
import { MAX_BLOCKS, type PortBlock } from './protocol/block.ts';
import { type BlockMap, decodeBlocks } from './protocol/block-map.ts';
import { DTU_SERIAL } from './protocol/pdu.ts';

/** How often it is looked whether there are more ports than before. */
const LOOK_EVERY_MS = 300_000;
/** What says that reads of several blocks are too much for this DTU. */
const TOO_WIDE: ReadonlySet<ErrorCode> = new Set(['meter/refused', 'meter/no-answer', 'frame/truncated']);

/** Reads registers; resolves with at least 2 bytes for each. @throws BridgeError meter/…, frame/…, link/… */
export type ReadRegisters = (address: number, quantity: number) => Promise<Uint8Array>;

export interface PlantBlocks {
  /** As hexadecimal digits. */
  readonly dtuSerial: string;
  /** In the order of the DTU's list; none twice. */
  readonly ports: readonly PortBlock[];
  /** Places of the ports in that list, from 1, by the serial number of their inverter. */
  readonly entries: ReadonlyMap<string, readonly number[]>;
}

/** What a reader has found out about its DTU; worth keeping over a restart. */
export interface PlantShape {
  /** Blocks in one read: as many as the map allows, or 1 where the DTU refuses more. */
  readonly width: number;
  /** Ports in its list, or null if that is not known. */
  readonly count: number | null;
}

/** Reads all ports of a DTU in as few round trips as it allows. */
export class BlockReader {
  readonly #map: BlockMap;
  #width: number | null;
  #count: number | null;
  #dtuSerial: string | null = null;
  #lookedMs = Number.NEGATIVE_INFINITY;

  constructor(map: BlockMap, shape: PlantShape | null = null) {
    this.#map = map;
    this.#width = shape ? Math.min(shape.width, map.wide) : null;
    this.#count = shape ? shape.count : null;
  }

  get shape(): PlantShape {
    return { width: this.#width ?? this.#map.wide, count: this.#count };
  }

  /** Over a new connection there may be another DTU. */
  connected(): void {
    this.#dtuSerial = null;
    this.#lookedMs = Number.NEGATIVE_INFINITY;
  }

  /** @throws BridgeError meter/not-ready, and what `read` throws */
  async read(read: ReadRegisters, nowMs: number): Promise<PlantBlocks> {
    this.#dtuSerial ??= hexOf((await read(DTU_SERIAL, 3)).subarray(0, 6));
    const isLooking = !this.#count || nowMs - this.#lookedMs >= LOOK_EVERY_MS;
    const most = isLooking ? MAX_BLOCKS : this.#count!;
    const found: PortBlock[] = [];
    for (let at = 0; at < most; ) {
      const blocks = await this.#readBlocks(read, at, most);
      const { ports, isEnd } = decodeBlocks(blocks, this.#map);
      found.push(...ports);
      at += ports.length;
      if (isEnd) break;
    }
    if (isLooking) this.#lookedMs = nowMs;
    this.#count = found.length;
    return { dtuSerial: this.#dtuSerial, ports: withoutTwins(found), entries: entriesOf(found) };
  }

  async #readBlocks(read: ReadRegisters, at: number, most: number): Promise<Uint8Array> {
    const { first, step, bytes: size, wide } = this.#map;
    const ask = async (width: number) => {
      const blocks = Math.min(width, most - at);
      const bytes = await read(first + step * at, (blocks * size) / 2);
      return bytes.subarray(0, blocks * size);
    };
    if (this.#width !== null) return await ask(this.#width);
    // Not documented, but most take it. Whoever has once answered so is not suspected again.
    try {
      const bytes = await ask(wide);
      this.#width = wide;
      return bytes;
    } catch (thrown) {
      if (!isTooWide(toBridgeError(thrown))) throw thrown;
      const bytes = await ask(1);
      this.#width = 1;
      return bytes;
    }
  }
}

function isTooWide({ code }: BridgeError): boolean {
  return TOO_WIDE.has(code);
}

function entriesOf(ports: readonly PortBlock[]): ReadonlyMap<string, readonly number[]> {
  const places = ports.map(({ serial }, at) => ({ serial, entry: at + 1 }));
  const groups = Map.groupBy(places, ({ serial }) => serial);
  return new Map(Array.from(groups, ([serial, group]) => [serial, group.map(({ entry }) => entry)]));
}

/** Some DTUs list a port twice. */
function withoutTwins(ports: readonly PortBlock[]): readonly PortBlock[] {
  const seen = new Set<string>();
  return ports.filter(({ serial, port }) => {
    const key = `${serial}/${port}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}
