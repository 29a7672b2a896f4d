export { EventStreams } from './event-streams.ts';
export { FrameLog, type LoggedFrame, type SeenFrame } from './frame-log.ts';
export {
  type HttpAnswer,
  type HttpRoute,
  type HttpRoutes,
  type HttpServer,
  type HttpSettings,
  serveHttp,
} from './http.ts';
export { type LogLine, parseLogLine } from './log-line.ts';
export { LogTail } from './log-tail.ts';
export { closeLog, createLogger, type Logger, type LogSettings, type LogSink } from './logger.ts';
export { type LineMetrics, type MeterMetrics, Metrics, type MetricsSource } from './metrics.ts';
export { prettyLine } from './pretty-line.ts';
