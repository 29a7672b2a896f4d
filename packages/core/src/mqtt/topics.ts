/** What a topic needs to know of a meter. */
interface Addressed {
  readonly id: string;
  readonly type: string;
}

export interface TopicSettings {
  /** First level or levels of every topic of ours, e.g. `meters`. */
  readonly base: string;
  /** Name of the running app, e.g. `dsmr-bridge`. */
  readonly app: string;
  /** Template of the JSON topic, with `{base} {type} {meter}`. */
  readonly reading: string;
  /** Template of the attribute topics, with `{base} {type} {meter} {parameter}`. */
  readonly attribute: string;
  /** Home Assistant's discovery prefix. */
  readonly discoveryPrefix: string;
}

/** Every topic of a bridge is built here, and nowhere else. */
export interface Topics {
  /** JSON with all values of one reading. */
  reading(meter: Addressed): string;
  /** The same JSON for readings that had to wait for the broker. */
  backlog(meter: Addressed): string;
  /** One value as plain text. */
  attribute(meter: Addressed, key: string): string;
  /** `online` or `offline`, retained. */
  availability(meter: Addressed): string;
  /** Where a control of a meter takes commands. */
  command(meter: Addressed, key: string): string;
  /** How a command is getting on. */
  commandResult(meter: Addressed, key: string): string;
  /** Filter of all commands. */
  readonly commands: string;
  /** `online` or `offline` (last will) of the app itself. */
  readonly bridgeState: string;
  /** JSON about the app: version, meters, counters. */
  readonly bridgeInfo: string;
  /** Home Assistant's discovery topic of a device. */
  discovery(objectId: string): string;
}

/** What stands in the place of the type of a meter in topics of the bridge itself. */
export const BRIDGE = 'bridge';

export const READING_TOPIC = '{base}/{type}/{meter}';
export const ATTRIBUTE_TOPIC = '{base}/{type}/{meter}/{parameter}';

export function topicsOf(settings: TopicSettings): Topics {
  const { base, app, discoveryPrefix } = settings;
  const reading = templateOf(settings.reading, base);
  const attribute = templateOf(settings.attribute, base);
  const ownReading = templateOf(READING_TOPIC, base);
  const ownAttribute = templateOf(ATTRIBUTE_TOPIC, base);
  return {
    reading,
    backlog: (meter) => `${reading(meter)}/backlog`,
    attribute,
    availability: (meter) => `${ownReading(meter)}/availability`,
    command: (meter, key) => `${ownAttribute(meter, key)}/set`,
    commandResult: (meter, key) => `${ownAttribute(meter, key)}/result`,
    commands: `${base}/+/+/+/set`,
    bridgeState: `${base}/${BRIDGE}/${app}/state`,
    bridgeInfo: `${base}/${BRIDGE}/${app}/info`,
    discovery: (objectId) => `${discoveryPrefix}/device/${app}/${discoveryId(objectId)}/config`,
  };
}

/** Where Home Assistant tells that it has started. */
export function birthTopic(discoveryPrefix: string): string {
  return `${discoveryPrefix}/status`;
}

type Template = (meter: Addressed, parameter?: string) => string;

/** Taken apart once: it is filled for each value of each reading. */
function templateOf(template: string, base: string): Template {
  const pieces = template.split(/(\{\w+\})/).map((piece): string | Template => {
    if (piece === '{base}') return base;
    if (piece === '{type}') return ({ type }) => topicLevel(type);
    if (piece === '{meter}') return ({ id }) => topicLevel(id);
    if (piece === '{parameter}') return (_, parameter = '') => topicLevel(parameter);
    return piece;
  });
  return (meter, parameter) => {
    let topic = '';
    for (const piece of pieces) topic += typeof piece === 'string' ? piece : piece(meter, parameter);
    return topic;
  };
}

/** A text as one topic level: what MQTT gives a meaning to (`+ # /`) or forbids becomes `_`. */
function topicLevel(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: MQTT 5, section 1.5.4: control characters are the point
  return text.replace(/[+#/\u0000-\u001f\u007f-\u009f]/g, '_');
}

/** Home Assistant drops discovery topics whose ids hold anything else than `[a-zA-Z0-9_-]`; different texts stay different. */
function discoveryId(text: string): string {
  return text.replace(/[^a-zA-Z0-9_-]/gu, (character) => `_${character.codePointAt(0)!.toString(16)}`);
}
