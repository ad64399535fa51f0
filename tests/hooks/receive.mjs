// A program that webhooks call. It verifies every call with the specification's own code, keeps a log of them, and fails
// on demand. It says its port on the first line of its output, and ends when its input does.
//
//   POST /_control   {"now": ms, "secrets": [...], "faults": [...]}: what is given replaces what was there
//   GET  /_log       every call: id, verified (which of the secrets verify it), type, fault
//
// A fault is for one call: a status (503), {"status": 429, "retry_after": 60}, "hang" (no answer), "drop" (the connection
// ends while the request is on its way), "half" (the connection ends within the answer's head).
import http from 'node:http';
import standardwebhooks from 'standardwebhooks';

const { Webhook } = standardwebhooks;
const state = { secrets: [], faults: [] };
const log = [];

// The specification refuses old and future calls: the receiver's clock is the test's.
let now = null;
const system = Date.now.bind(Date);
Date.now = () => now ?? system();

function verified(body, headers) {
  return state.secrets.filter((secret) => {
    try {
      new Webhook(secret).verify(body, headers);
      return true;
    } catch {
      return false;
    }
  });
}

function read(request) {
  return new Promise((resolve, reject) => {
    const pieces = [];
    request.on('data', (piece) => pieces.push(piece));
    request.on('end', () => resolve(Buffer.concat(pieces).toString('utf8')));
    request.on('error', reject);
  });
}

const server = http.createServer(async (request, response) => {
  if (request.url === '/_log') return response.end(JSON.stringify(log));
  if (request.url === '/_control') {
    const wanted = JSON.parse(await read(request));
    if ('now' in wanted) now = wanted.now;
    Object.assign(state, wanted);
    return response.end('{}');
  }
  const fault = state.faults.shift() ?? null;
  const id = request.headers['webhook-id'];
  if (fault === 'drop') {
    log.push({ id, verified: [], type: null, fault });
    return request.socket.destroy();
  }
  const body = await read(request);
  log.push({ id, verified: verified(body, request.headers), type: JSON.parse(body).type, fault });
  if (fault === 'hang') return undefined;
  if (fault === 'half') {
    request.socket.write('HTTP/1.1 20');
    return request.socket.destroy();
  }
  const status = fault?.status ?? fault ?? 204;
  if (fault?.retry_after) response.setHeader('retry-after', String(fault.retry_after));
  response.statusCode = status;
  return response.end();
});

server.listen(0, '127.0.0.1', () => console.log(server.address().port));
process.stdin.resume();
process.stdin.on('end', () => process.exit(0));
