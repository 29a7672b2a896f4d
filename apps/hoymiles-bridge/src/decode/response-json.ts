import { hexOf } from '@meterbridge/core/codec';
import { BLOCK_BYTES, decodeBlock, FIRST_BLOCK, type PortBlock } from '../protocol/block.ts';
import { decodeBlocks, decodeChannel, mapAt } from '../protocol/block-map.ts';
import { addressOf, answerData, DTU_SERIAL, quantityOf, readRequest, valuesOf } from '../protocol/pdu.ts';
import { attempt, type Json } from './json.ts';

/** In an answer that is there as a whole, missing bytes were not lost on the way but never sent. */
export const PDU_WORDS = { 'frame/truncated': 'short_response' } as const;

export function blockJson(bytes: Uint8Array): Json {
  return attempt(() => {
    const port = decodeBlock(bytes);
    return port
      ? { end_of_list: false, data_type: port.dataType, port: portJson(port) }
      : { end_of_list: true };
  }, PDU_WORDS);
}

export function wideBlockJson(bytes: Uint8Array): Json {
  return attempt(() => {
    const port = decodeChannel(bytes);
    return port ? portJson(port) : { end_of_list: true };
  }, PDU_WORDS);
}

/** @param request null if it is not known: then the answer itself tells what was probably asked for */
export function responseJson(request: Uint8Array | null, answer: Uint8Array): Json {
  return attempt(() => answerJson(request ?? likelyRequest(answer), answer), PDU_WORDS);
}

function answerJson(request: Uint8Array, answer: Uint8Array): Json {
  const data = answerData(request, answer);
  if (request[0]! > 0x03) return {};
  const address = addressOf(request);
  if (address === DTU_SERIAL) return { dtu_serial: hexOf(data.subarray(0, 6)) };
  const map = request[0] === 0x03 ? mapAt(address) : null;
  const asked = 2 * quantityOf(request);
  if (!map) return { values: valuesOf(data.subarray(0, asked)) };
  const { ports, isEnd } = decodeBlocks(data.subarray(0, Math.max(asked, map.bytes)), map);
  const only = ports.length === 1 && !isEnd;
  return {
    ...(only ? { port: portJson(ports[0]!) } : ports.length > 0 && { ports: ports.map(portJson) }),
    ...(isEnd && { end_of_list: true }),
  };
}

/** A read of as much as the answer holds, from where such answers come from. */
function likelyRequest(answer: Uint8Array): Uint8Array {
  const code = (answer[0] ?? 0x03) & 0x7f;
  const bytes = Math.max(0, answer.length - 2);
  if (code === 0x01 || code === 0x02) return readRequest(0xc006, bytes >>> 1, code);
  if (code === 0x05) return answer.slice(0, 5);
  if (bytes === 6) return readRequest(DTU_SERIAL, 3);
  const blocks = Math.max(1, Math.floor(bytes / BLOCK_BYTES));
  return readRequest(FIRST_BLOCK, (blocks * BLOCK_BYTES) / 2);
}

export function portJson(port: PortBlock): Json {
  return {
    serial: port.serial,
    port: port.port,
    pv_voltage_v: port.pvVoltage,
    pv_current_a: port.pvCurrent,
    grid_voltage_v: port.gridVoltage,
    grid_frequency_hz: port.gridFrequency,
    pv_power_w: port.pvPower,
    today_wh: port.today,
    total_wh: port.total,
    temperature_c: port.temperature,
    operating_status: port.status,
    alarm_code: port.alarmCode,
    alarm_count: port.alarmCount,
    link_status: port.linkStatus,
  };
}
