interface Entity {
  readonly name: string;
  readonly unit: string;
  /** Place among the values of its meter: what moves comes first. */
  readonly rank: number;
}

const FIRST = ['power', 'gas', 'water', 'energy'];

interface MeterView {
  readonly name: string;
  readonly entities: ReadonlyMap<string, Entity>;
}

const CLEAR = '\u001b[2J\u001b[H';
const BOLD = '\u001b[1m';
const DIM = '\u001b[90m';
const RESET = '\u001b[0m';
const REDRAW_MS = 200;

/** Shows what a broker is told, as people read it: names and units are those that Home Assistant is told. */
export class DemoScreen {
  readonly #isTerminal = process.stdout.isTTY === true;
  readonly #meters = new Map<string, MeterView>();
  readonly #readings = new Map<string, Readonly<Record<string, unknown>>>();
  readonly #notes: string[] = [];
  #heading: readonly string[] = [];
  #messages = 0;
  #timer: NodeJS.Timeout | undefined;

  start(heading: readonly string[]): void {
    this.#heading = heading;
    if (this.#isTerminal)
      this.#timer = setInterval(() => process.stdout.write(CLEAR + this.#picture()), REDRAW_MS);
    else process.stdout.write(`${heading.join('\n')}\n\n`);
  }

  stop(): void {
    clearInterval(this.#timer);
    process.stdout.write(`\nEnding after ${this.#messages} messages.\n`);
  }

  /** A line for the user, such as a warning of a bridge. */
  note(text: string): void {
    this.#notes.push(text);
    if (!this.#isTerminal) process.stdout.write(`${text}\n`);
  }

  published(topic: string, payload: string): void {
    this.#messages++;
    if (topic.endsWith('/config')) this.#announced(payload);
    else if (payload.startsWith('{"time"')) this.#read(topic, JSON.parse(payload));
  }

  #announced(payload: string): void {
    if (payload === '') return;
    const { device, components, state_topic: topic } = JSON.parse(payload);
    if (!topic) return;
    const entities = new Map<string, Entity>();
    for (const [key, entity] of Object.entries<Record<string, string>>(components)) {
      const {
        name,
        unit_of_measurement: unit = '',
        entity_category: category,
        device_class: kind = '',
      } = entity;
      const rank = FIRST.includes(kind) ? FIRST.indexOf(kind) : FIRST.length;
      if (!category && name) entities.set(key, { name, unit, rank });
    }
    this.#meters.set(topic, { name: device.name, entities });
  }

  #read(topic: string, reading: Readonly<Record<string, unknown>>): void {
    this.#readings.set(topic, reading);
    if (this.#isTerminal) return;
    const values = this.#valuesOf(topic).slice(0, 5);
    const shown = values.map(({ name, text }) => `${name} ${text}`).join(', ');
    // Some meters have clocks in other time zones.
    const time = new Date(String(reading.time)).toTimeString().slice(0, 8);
    process.stdout.write(`${time} ${topic}  ${shown}\n`);
  }

  #valuesOf(topic: string): readonly { readonly name: string; readonly text: string }[] {
    const reading = this.#readings.get(topic) ?? {};
    const entities = this.#meters.get(topic)?.entities ?? new Map<string, Entity>();
    return [...entities]
      .sort(([, a], [, b]) => a.rank - b.rank)
      .flatMap(([key, { name, unit }]) => {
        const value = reading[key];
        return value === null || value === undefined ? [] : [{ name, text: `${value} ${unit}`.trim() }];
      });
  }

  #picture(): string {
    const lines = [
      `${BOLD}Meterbridge demo${RESET}`,
      ...this.#heading.map((line) => `${DIM}${line}${RESET}`),
      '',
    ];
    for (const [topic, reading] of this.#readings) {
      lines.push(
        `${BOLD}${this.#meters.get(topic)?.name ?? topic}${RESET}  ${DIM}${topic}  ${reading.time}${RESET}`,
      );
      for (const { name, text } of this.#valuesOf(topic))
        lines.push(`  ${name.padEnd(34)} ${text.padStart(16)}`);
      lines.push('');
    }
    lines.push(`${DIM}${this.#messages} messages so far${RESET}`, ...this.#notes.slice(-3));
    return `${lines.join('\n')}\n`;
  }
}
