// Opens page.js of a folder in Chromium, as a static server gives it, and prints what it answers to
// the JSON on standard input.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join, normalize } from 'node:path';

import { chromium } from 'playwright-core';

const folder = process.argv[2];
const TYPES = { js: 'text/javascript', wasm: 'application/wasm' };
const server = createServer((request, response) => {
  if (request.url === '/') {
    response.setHeader('Content-Type', 'text/html').end('<script type="module" src="page.js"></script>');
    return;
  }
  try {
    const body = readFileSync(join(folder, normalize(request.url)));
    response.setHeader('Content-Type', TYPES[request.url.split('.').pop()] ?? 'application/octet-stream').end(body);
  } catch {
    response.writeHead(404).end();
  }
}).listen(0, '127.0.0.1');
await new Promise((resolve) => server.once('listening', resolve));

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM,
  args: ['--headless', '--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'],
});
try {
  const page = await browser.newPage();
  page.on('pageerror', (error) => console.error(error.stack));
  await page.goto(`http://127.0.0.1:${server.address().port}/`);
  await page.waitForFunction(() => 'answer' in globalThis);
  const asked = JSON.parse(readFileSync(0, 'utf8'));
  console.log(JSON.stringify(await page.evaluate((value) => globalThis.answer(value), asked)));
} finally {
  await browser.close();
  server.close();
}
