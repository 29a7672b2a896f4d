import * as z from 'zod';
import { isDeviceId } from '../device-id.ts';

const DEVICE_ID = 'must be 8 to 20 letters and digits, in quotes: "33B1225950027"';
const TOPIC = 'must be a topic without + and #, that begins and ends with a name and does not begin with $';
const PREFIX = 'must be the beginning of a topic, without + and #';

/** The id of a meter. YAML takes one without letters for a number: only in quotes it keeps all of its digits. */
export const deviceId = z.string({ error: DEVICE_ID }).refine(isDeviceId, { error: DEVICE_ID });

/** One or more topic levels. */
export const topic = z.string({ error: TOPIC }).refine(isTopic, { error: TOPIC });

/** What the address of a meter is put behind. */
export const topicPrefix = z
  .string({ error: PREFIX })
  .refine((text) => text !== '' && !text.startsWith('$') && isPublishable(text), { error: PREFIX });

/** Values by device id. */
export function byDevice<Value extends z.ZodType>(value: Value) {
  return z.record(z.string(), value).superRefine(
    (values, context) => {
      for (const id of Object.keys(values)) {
        if (!isDeviceId(id))
          context.addIssue({ code: 'custom', path: [id], message: `its key ${DEVICE_ID}` });
      }
    },
    { when: ({ value: values }) => typeof values === 'object' && values !== null },
  );
}

function isTopic(text: string): boolean {
  return text.split('/').every((level) => level !== '') && !text.startsWith('$') && isPublishable(text);
}

function isPublishable(text: string): boolean {
  return !/[+#\0]/.test(text) && text.isWellFormed();
}
