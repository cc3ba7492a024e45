// node chromium.mjs MODE: the npm package's browser entry in Chromium
//   login   prints a login
//   first   prints the nanoseconds from the import to the first login
//   warm    prints the nanoseconds of a login once everything is compiled
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';

import { startChromium } from '../../../host-examples/browser/test/chromium.js';
import { example } from './example.mjs';

const PACKAGE = new URL('../../../host-examples/node/', import.meta.url);
const TYPES = { '.html': 'text/html', '.js': 'text/javascript', '.wasm': 'application/wasm' };

const server = createServer((request, response) => {
  const [ending] = /\.\w+$/.exec(request.url) ?? [];
  response.writeHead(200, { 'Content-Type': TYPES[ending] ?? 'text/plain' });
  response.end(ending === '.html' || !TYPES[ending] ? '' : readFileSync(new URL(`.${request.url}`, PACKAGE)));
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const chromium = await startChromium();
try {
  const page = await chromium.newPage();
  await page.goto(`http://127.0.0.1:${server.address().port}/empty.html`);
  const found = await page.evaluate(measure, example);
  const mode = process.argv[2];
  if (!(mode in found)) throw new TypeError(`expected login, first or warm, found ${mode}`);
  console.log(found[mode]);
} finally {
  await chromium.close();
  server.close();
}

/** Runs in the page. */
async function measure({ accessKeyId, secretAccessKey, serverId, role }) {
  const started = performance.now();
  const { signLogin } = await import('/dist/browser.js');
  const sign = () => signLogin({ credentials: { accessKeyId, secretAccessKey }, serverId, role });
  const login = sign();
  const first = (performance.now() - started) * 1e6;
  const perCall = (milliseconds) => {
    const start = performance.now();
    let calls = 0;
    do {
      for (let i = 0; i < 100; i++) sign();
      calls += 100;
    } while (performance.now() - start < milliseconds);
    return ((performance.now() - start) / calls) * 1e6;
  };
  perCall(400);
  return { login, first, warm: perCall(300) };
}
