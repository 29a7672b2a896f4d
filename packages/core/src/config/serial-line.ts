import * as z from 'zod';
import { formatLine, type LineSettings, parseLine } from '../model/index.ts';
import { definePiece } from './pieces.ts';

/** `1200 8N2` → {@link LineSettings}. @param example what a message says is right */
export function serialLine(example: string) {
  const error = `must be line settings such as ${example}`;
  return definePiece(
    z.codec(z.string({ error }), z.custom<LineSettings>(), {
      decode: (text, context) => {
        const settings = parseLine(text);
        if (settings) return settings;
        context.issues.push({ code: 'custom', input: text, message: error });
        return z.NEVER;
      },
      encode: formatLine,
    }),
    { label: 'line settings' },
  );
}
