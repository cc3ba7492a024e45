// Runs the cases of standard input, a line each, in a page of Chromium, and prints what was said, a line a case.
//
//   node browser.mjs REPOSITORY
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { pathToFileURL } from 'node:url';

const repository = new URL(`${pathToFileURL(process.argv[2])}/`);
const { startChromium } = await import(new URL('host-examples/browser/test/chromium.js', repository));

const TYPES = { '.html': 'text/html', '.js': 'text/javascript', '.mjs': 'text/javascript', '.wasm': 'application/wasm' };
const server = createServer((request, response) => {
  const [ending] = /\.\w+$/.exec(request.url) ?? [];
  const type = TYPES[ending];
  response.writeHead(type ? 200 : 404, { 'Content-Type': type ?? 'text/plain' });
  response.end(type && ending !== '.html' ? readFileSync(new URL(`.${request.url}`, repository)) : '');
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const chromium = await startChromium();
try {
  const page = await chromium.newPage();
  const logged = [];
  page.on('console', (message) => logged.push(message.text()));
  page.on('pageerror', (error) => logged.push(String(error)));
  await page.goto(`http://127.0.0.1:${server.address().port}/empty.html`);
  const cases = readFileSync(0, 'utf8').trim().split('\n').map(JSON.parse);
  const inPage = async (cases) => {
    const [api, { run }] = await Promise.all([
      import('/host-examples/node/dist/browser.js'),
      import('/tests/e2e/planted/run.mjs'),
    ]);
    return run(api, cases);
  };
  for (let from = 0; from < cases.length; from += 100) {
    const part = cases.slice(from, from + 100);
    const before = logged.length;
    for (const said of await page.evaluate(inPage, part)) {
      console.log(JSON.stringify({ ...said, texts: { ...said.texts, console: logged.slice(before).join('\n') } }));
    }
  }
} finally {
  await chromium.close();
  server.close();
}
