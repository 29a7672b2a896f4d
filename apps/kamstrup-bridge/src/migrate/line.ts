import { type Section, textOf } from '@meterbridge/core/config';
import { formatLine, parseLine } from '@meterbridge/core/model';

const USUAL_LINE = '1200 8N2';

/** Settings of a serial line as pyserial knows them, if they are not the usual ones. */
export function oldLine({ baudrate, bytesize, parity, stopbits }: Section): string | undefined {
  // `NONE` or `N`.
  const letter = textOf(parity)?.charAt(0).toUpperCase() ?? 'N';
  const text = `${textOf(baudrate) ?? '1200'} ${textOf(bytesize) ?? '8'}${letter}${textOf(stopbits) ?? '2'}`;
  const settings = parseLine(text);
  return settings && text !== USUAL_LINE ? formatLine(settings) : undefined;
}
