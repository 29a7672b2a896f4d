/** What has not ended by then, such as a serial driver that hangs, does not keep the process. */
const LEFT_BEHIND_MS = 1_000;

/** All is done: the process ends, also if something that was left behind would keep it alive. */
export function leave(): void {
  setTimeout(() => process.exit(), LEFT_BEHIND_MS).unref();
}
