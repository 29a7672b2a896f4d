import { parseAesKey } from '@meterbridge/core/config';
import { BridgeError } from '@meterbridge/core/errors';
import type { SourceContext } from '@meterbridge/core/runtime';
import type { Link } from '@meterbridge/core/transport';
import { decryptWith } from './aes.ts';
import type { MbusLine, MbusMeter } from './config.ts';
import type { Answer } from './exchange.ts';
import { LineSigns } from './line-signs.ts';
import { Master } from './master.ts';
import { lineSettings } from './open-line.ts';
import { decodeTelegram } from './protocol/telegram.ts';
import { type Readout, readOut } from './readout.ts';

/** What decides how a line is spoken on. */
export type LineKeys = Pick<MbusMeter, 'address' | 'baud' | 'dtr' | 'rts' | 'tcp_latency' | 'answer_timeout'>;

type Context = Pick<SourceContext<MbusLine>, 'signal' | 'open' | 'frame' | 'report'>;

/** What a USB adapter holds bytes back for. */
const SERIAL_LATENCY_MS = 16;

/** A line while it is open. Whoever wants to ask waits for its turn: there is one exchange at a time. */
export class LineSession implements AsyncDisposable {
  readonly #context: Context;
  #link: { readonly link: Link; readonly baud: number } | null = null;
  #turn: Promise<unknown> = Promise.resolve();
  readonly #signs = new LineSigns();
  /** Nobody on the line has answered so far. */
  isMute = true;

  constructor(context: Context) {
    this.#context = context;
  }

  /**
   * Reads one meter.
   * @throws BridgeError as readOut; link/…
   */
  async read(meter: MbusMeter): Promise<Readout> {
    const { key, max_telegrams: maxTelegrams } = meter;
    const aesKey = key === undefined ? null : parseAesKey(key);
    const readout = await this.inTurn(meter, (master) =>
      readOut(master, meter.meter, { maxTelegrams, decrypt: aesKey ? decryptWith(aesKey) : undefined }),
    );
    if (readout.problem) this.report(readout.problem);
    return readout;
  }

  /** Tells what is wrong on the line without ending anything. */
  report(problem: BridgeError): void {
    this.#context.report(problem);
  }

  /** Has the line for itself while `work` goes on. */
  async inTurn<T>(keys: LineKeys, work: (master: Master) => Promise<T>): Promise<T> {
    const turn = this.#turn.then(async () => work(await this.#master(keys)));
    this.#turn = turn.catch(() => undefined);
    return await turn;
  }

  async #master(keys: LineKeys): Promise<Master> {
    const { signal, frame } = this.#context;
    return new Master(await this.#open(keys), {
      baudRate: keys.baud,
      latencyMs: keys.address.kind === 'tcp' ? keys.tcp_latency : SERIAL_LATENCY_MS,
      answerMs: keys.answer_timeout,
      signal,
      signs: this.#signs,
      onAnswer: (answer) => {
        if (answer.bytes.length === 0) return;
        this.isMute = false;
        tell(answer, frame);
      },
    });
  }

  /** Meters of another speed need the port anew. */
  async #open(keys: LineKeys): Promise<Link> {
    if (this.#link && this.#link.baud !== keys.baud && keys.address.kind === 'serial') await this.#close();
    if (!this.#link) {
      const link = await this.#context.open(keys.address, lineSettings(keys));
      this.#link = { link, baud: keys.baud };
    }
    return this.#link.link;
  }

  async #close(): Promise<void> {
    await this.#link?.link.close();
    this.#link = null;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#close();
  }
}

function tell({ frame, bytes, noise }: Answer, show: Context['frame']): void {
  if (!frame) show({ bytes, error: new BridgeError('frame/malformed', `${noise} bytes that are no frame`) });
  else if (frame.type === 'long' || frame.type === 'control') {
    const telegram = decodeTelegram(frame);
    const count = 'records' in telegram ? (telegram.records?.length ?? 0) : 0;
    show({ bytes, decoded: `from address ${frame.a}: ${count} ${count === 1 ? 'record' : 'records'}` });
  }
}
