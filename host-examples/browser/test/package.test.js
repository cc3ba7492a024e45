import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { test } from 'node:test';

import { startChromium } from './chromium.js';

const PACKAGE = new URL('../../node/', import.meta.url);
const TYPES = { '.html': 'text/html', '.js': 'text/javascript', '.wasm': 'application/wasm' };

test("package's browser entry signs 200 inputs with the same bytes as every other host", async (t) => {
  const server = createServer((request, response) => {
    const [ending] = /\.\w+$/.exec(request.url) ?? [];
    const type = TYPES[ending];
    response.writeHead(type ? 200 : 404, { 'Content-Type': type ?? 'text/plain' });
    response.end(type && ending !== '.html' ? readFileSync(new URL(`.${request.url}`, PACKAGE)) : '');
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const chromium = await startChromium();
  t.after(async () => {
    await chromium.close();
    server.close();
  });
  const page = await chromium.newPage();
  await page.goto(`http://127.0.0.1:${server.address().port}/empty.html`);
  const vectors = JSON.parse(readFileSync(new URL('../../../tests/vectors/hosts.json', import.meta.url), 'utf8'));
  const logins = await page.evaluate(async (inputs) => {
    const [{ signLogin }, { vectorOptions }] = await Promise.all([
      import('/dist/browser.js'),
      import('/test/vector-options.js'),
    ]);
    return inputs.map((vector) => signLogin(vectorOptions(vector)));
  }, vectors);
  assert.equal(logins.length, 200);
  assert.deepEqual(logins, vectors.map(({ login }) => login));
});
