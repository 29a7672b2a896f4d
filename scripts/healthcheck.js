/**
 * How the bridge of a container is, for a tenth of what it costs to load the bridge for the question. Where nothing answers at the usual
 * port, the bridge is loaded, as its configuration may name another one, or none.
 */
import { get } from 'node:http';

const request = get('http://127.0.0.1:8080/health', (response) => {
  process.exitCode = response.statusCode === 200 ? 0 : 1;
  response.pipe(process.stdout);
});
request.on('error', () => {
  process.argv.push('--healthcheck');
  import('./main.js');
});
