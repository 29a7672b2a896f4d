import { BridgeError, toBridgeError } from '@meterbridge/core/errors';
import type { MeterCommand } from '@meterbridge/core/runtime';
import { sleep } from '@meterbridge/core/time';
import { localTime } from '../clock.ts';
import { ACTION, DTU_KIND, sendCommand } from '../command.ts';
import type { DtuSession } from '../dtu-session.ts';
import type { ModbusClient } from '../modbus-client.ts';
import { REQUEST } from '../protocol/commands.ts';
import { decodeMessage, encodeMessage } from '../protocol/message.ts';
import { valuesOf } from '../protocol/pdu.ts';
import {
  limitReadRequest,
  limitRequest,
  powerRequest,
  temporaryLimitRequest,
  type WriteTarget,
} from '../protocol/write.ts';
import type { Order, Target } from './rules.ts';

const STATUS_EVERY_MS = 3_000;
const STATUS_FOR_MS = 60_000;
const READ_BACK_TURNS = 5;

/** Waits for what becomes of an order that was taken, over the connection that there is then. @throws BridgeError control/…, link/… */
export type Confirm<Over> = (over: Over) => Promise<void>;

const confirmed = async (): Promise<void> => undefined;

/**
 * The echo of a DTU says that it has taken an order; a limit of an inverter is read back as well.
 * @param entries places of the ports in the list of the DTU, by serial number: all ports of an inverter are told the same
 * @throws BridgeError meter/…, frame/…, control/…
 */
export async function orderOverModbus(
  client: ModbusClient,
  order: Order,
  target: Target,
  entries: ReadonlyMap<string, readonly number[]>,
  { signal, tell }: Progress,
): Promise<Confirm<ModbusClient>> {
  const places = target.isAll ? (['all'] as const) : target.serials.flatMap((one) => entries.get(one) ?? []);
  if (places.length === 0) throw new BridgeError('control/refused', 'the DTU does not list this inverter');
  for (const place of places) await client.ask(modbusRequest(order, target, place));
  tell('running', 'the DTU has taken it');
  const [first] = places;
  if (order.kind !== 'limit' || typeof first !== 'number') return confirmed;
  return (later) => holds(later, first, order.percent, signal);
}

/** @throws BridgeError control/… */
function modbusRequest(order: Order, { isTemporary }: Target, place: WriteTarget): Uint8Array {
  if (order.kind === 'power') return powerRequest(place, order.isOn);
  if (order.kind === 'limit')
    return isTemporary ? temporaryLimitRequest(order.percent) : limitRequest(place, order.percent);
  throw new BridgeError('control/refused', 'nothing can be restarted over Modbus');
}

/** Waits until a DTU that tells limits tells the one that was set. @throws BridgeError control/refused, link/… */
async function holds(
  client: ModbusClient,
  place: number,
  percent: number,
  signal: AbortSignal,
): Promise<void> {
  for (let turn = 1; ; turn++) {
    const told = await toldLimit(client, place);
    if (told === null || told === percent) return;
    if (turn === READ_BACK_TURNS)
      throw new BridgeError('control/refused', `the DTU still tells a limit of ${told} %`);
    await sleep(STATUS_EVERY_MS, signal);
  }
}

/** %; null from firmware that does not tell it. */
async function toldLimit(client: ModbusClient, place: number): Promise<number | null> {
  try {
    const [percent = 0] = valuesOf(await client.ask(limitReadRequest(place)));
    return percent > 0 && percent <= 100 ? percent : null;
  } catch (thrown) {
    if (toBridgeError(thrown).code.startsWith('link/')) throw thrown;
    return null;
  }
}

export interface Progress {
  readonly timezone: string;
  readonly signal: AbortSignal;
  readonly tell: MeterCommand['tell'];
}

/** The DTU says when all inverters have a new limit. @throws BridgeError meter/…, frame/…, control/… */
export async function orderOverProtobuf(
  session: DtuSession,
  order: Order,
  { serials }: Target,
  { timezone, signal, tell }: Progress,
): Promise<Confirm<DtuSession>> {
  const { time } = localTime(Date.now(), timezone);
  const action = actionOf(order);
  if (order.kind !== 'limit') {
    const named = order.kind === 'restart-dtu' ? [] : serials;
    const numbers = named.map((serial) => Number.parseInt(serial, 16));
    const fields = { action, kind: DTU_KIND, serials: numbers };
    await sendCommand(session, time, fields, REQUEST.cloudCommand);
    tell('running', 'the DTU has taken it');
    return confirmed;
  }
  const text = `A:${Math.round(order.percent * 10)},B:0,C:0\r`;
  await sendCommand(session, time, { action, text });
  tell('running');
  const deadline = performance.now() + STATUS_FOR_MS;
  return async (later) => {
    while (!(await isDone(later, action, time))) {
      if (performance.now() > deadline)
        throw new BridgeError('control/refused', 'the inverters did not confirm it within a minute');
      await sleep(STATUS_EVERY_MS, signal);
    }
  };
}

function actionOf(order: Order): number {
  if (order.kind === 'limit') return ACTION.limit;
  if (order.kind === 'restart') return ACTION.restartInverter;
  if (order.kind === 'restart-dtu') return ACTION.restartDtu;
  return order.isOn ? ACTION.inverterOn : ACTION.inverterOff;
}

/** @throws BridgeError control/refused if an inverter has failed */
async function isDone(session: DtuSession, action: number, transaction: number): Promise<boolean> {
  const request = encodeMessage('CommandStatus', { time: transaction + 1, action, transaction });
  const { fields } = decodeMessage('CommandStatusReply', await session.ask(REQUEST.commandStatus, request));
  const [error] = fields.errors;
  if (error) throw new BridgeError('control/refused', `an inverter refused it with error ${error.code}`);
  if (fields.failed.length > 0) throw new BridgeError('control/refused', 'an inverter did not do it');
  return fields.transaction === transaction && fields.running.length === 0 && fields.done.length > 0;
}
