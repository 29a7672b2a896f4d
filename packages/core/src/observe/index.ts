export { type HttpAnswer, type HttpRoutes, type HttpServer, serveHttp } from './http.ts';
export { createLogger, type Logger, type LogSettings, type LogSink } from './logger.ts';
export { prettyLine } from './pretty-line.ts';
