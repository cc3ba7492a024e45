import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { after, before, test } from 'node:test';

import { startChromium } from './chromium.js';

const PAGE = new URL('../dist/index.html', import.meta.url).href;
const REFUSAL =
  'error validating X-Vault-AWS-IAM-Server-ID header: expected "other.example.com" but got "vault.example.com"';
// Not the example key, which is in the page for its example.
const SECRET = 'MARKEDrXUtnFEMI/K7MDENG/bPxRfiCYMARKEDKE';
const TOKEN = 'AQoDYXdzEJrEXAMPLETOKEN';

let chromium;
before(async () => {
  chromium = await startChromium();
});
after(() => chromium?.close());

/** Opens the page from disk. Its requests and errors are recorded. */
async function open(t, options = {}) {
  const page = await chromium.newPage({ viewport: { width: 1280, height: 900 }, ...options });
  t.after(() => page.close());
  const requests = [];
  const faults = [];
  page.on('request', (request) => requests.push(request.url()));
  page.on('websocket', (socket) => requests.push(socket.url()));
  page.on('console', (message) => faults.push(message.text()));
  page.on('pageerror', (error) => faults.push(error.message));
  await page.goto(PAGE);
  await page.getByText('Nothing to judge yet').waitFor();
  const title = () => page.locator('#verdict h2').textContent();
  return { page, requests, faults, title };
}

test('example is accepted, decoded and shown with its canonical request', async (t) => {
  const { page, requests, faults, title } = await open(t);
  await page.getByRole('button', { name: 'Fill in an example' }).click();
  assert.equal(await title(), 'It will be accepted');
  assert.match(await page.locator('#verdict').innerText(), /AWS accepts it for another 14 min 5\d s\./);
  const details = await page.locator('#details').innerText();
  assert.match(details, /AKIAIOSFODNN7EXAMPLE/);
  const [canonical, toSign] = await page.locator('pre').allInnerTexts();
  assert.match(canonical, /^POST\n\/\n\ncontent-type:.*\nhost:sts\.amazonaws\.com\nx-amz-date:\d{8}T\d{6}Z\n/);
  assert.match(toSign, /^AWS4-HMAC-SHA256\n\d{8}T\d{6}Z\n\d{8}\/us-east-1\/sts\/aws4_request\n[0-9a-f]{64}$/);
  assert.deepEqual(requests.filter((url) => !url.startsWith('data:')), [PAGE]);
  assert.deepEqual(faults, []);
});

test('login for another server is refused, with the rule and what to change', async (t) => {
  const { page, title } = await open(t);
  await page.getByRole('button', { name: 'Fill in an example' }).click();
  await page.getByLabel('The server ID', { exact: true }).fill('other.example.com');
  assert.equal(await title(), 'It will be refused');
  const finding = await page.locator('.finding.refused').innerText();
  assert.match(finding, /server-id-differs/);
  assert.match(finding, /Sign with the server ID other\.example\.com\./);
});

test('what is not known of the server makes it depend', async (t) => {
  const { page, title } = await open(t);
  await page.getByRole('button', { name: 'Fill in an example' }).click();
  await page.getByLabel('Whether it wants a server ID').selectOption('not known');
  assert.equal(await title(), 'It depends on the server');
});

test('answer is explained, as JSON, as bare text, and when it is pasted as the login', async (t) => {
  for (const [field, text] of [
    ['Vault’s answer', JSON.stringify({ errors: [REFUSAL] })],
    ['Vault’s answer', REFUSAL],
    ['Vault’s answer', `╷\n│ Error: Error making API request.\n│ \n│ Code: 400. Errors:\n│ \n│ * ${REFUSAL}\n╵`],
    ['The login', JSON.stringify({ errors: [REFUSAL] })],
  ]) {
    const { page, title } = await open(t);
    await page.getByLabel(field, { exact: true }).fill(text);
    assert.equal(await title(), 'Refused by Vault');
    const details = await page.locator('#details').innerText();
    assert.match(details, /server-id-differs/);
    assert.match(details, /other\.example\.com/);
    assert.ok(details.includes(REFUSAL), details);
  }
});

test('session token is nowhere but in what was typed and in the login', async (t) => {
  const { page } = await open(t);
  await page.getByText('Sign a login here').click();
  await page.getByLabel('Access key ID').fill('ASIAIOSFODNN7EXAMPLE');
  await page.getByLabel('Session token').fill(TOKEN);
  await page.getByRole('button', { name: 'Sign', exact: true }).click();
  const shown = (await page.locator('#verdict').innerText()) + (await page.locator('#details').innerText());
  assert.match(shown, /X-Amz-Security-Token/);
  assert.ok(!shown.includes(TOKEN) && !/Signature=[0-9a-f]{64}/.test(shown));
});

test('refused credentials are told in a sentence', async (t) => {
  const { page } = await open(t);
  await page.getByText('Sign a login here').click();
  await page.getByLabel('Access key ID').fill('ASIAIOSFODNN7EXAMPLE');
  await page.getByRole('button', { name: 'Sign', exact: true }).click();
  assert.match(await page.getByRole('alert').innerText(), /session token/);
});

test('page tells no secret, whatever is typed and pasted', async (t) => {
  const { page, faults } = await open(t);
  const said = async () => [await page.locator('body').innerText(), await page.content(), ...faults].join('\n');
  const type = async (key, secret, token) => {
    await page.getByLabel('Access key ID').fill(key);
    await page.getByLabel('Secret access key').fill(secret);
    await page.getByLabel('Session token').fill(token);
    await page.getByRole('button', { name: 'Sign', exact: true }).click();
    return said();
  };
  await page.getByText('Sign a login here').click();
  const key = 'ASIAIOSFODNN7EXAMPLE';
  const swapped = await type(SECRET, key, TOKEN);
  const refused = [swapped, await type(key, `${SECRET}é`, TOKEN), await type(key, SECRET, `${TOKEN}é`)];
  for (const text of refused) assert.match(text, /invalid (access key ID|secret access key|session token): /);
  const signed = await type(key, SECRET, TOKEN);

  const login = await page.getByLabel('The login').inputValue();
  const headers = JSON.parse(login).iam_request_headers;
  const [, signature] = /Signature=([0-9a-f]{64})/.exec(atob(headers));
  const shown = [...refused, signed];
  for (const pasted of [`${login}x`, login.slice(1), login.replace('POST', TOKEN)]) {
    await page.getByLabel('The login').fill(pasted);
    shown.push(await said());
  }
  // A server that echoes the login, in plain text and decoded, with what would steer a terminal.
  await page.getByLabel('The login').fill(login);
  for (const echo of [login, atob(headers), `${signature} ${TOKEN}`, encodeURIComponent(TOKEN)]) {
    const answer = JSON.stringify({ errors: [`denied \u001b[2J\u202e${echo}`] });
    await page.getByLabel('Vault’s answer', { exact: true }).fill(answer);
    const explained = await page.locator('#details').innerText();
    assert.match(explained, /denied/);
    assert.doesNotMatch(explained, /[\u001b\u202e]/);
    shown.push(explained);
  }
  for (const secret of [SECRET, TOKEN, btoa(TOKEN), headers, signature]) {
    assert.ok(!shown.some((text) => text.includes(secret)), `a secret of ${secret.length} characters is shown`);
  }
});

test('pasted markup is shown as text', async (t) => {
  const { page, faults } = await open(t);
  await page.getByRole('button', { name: 'Fill in an example' }).click();
  const login = JSON.parse(await page.getByLabel('The login').inputValue());
  const headers = JSON.parse(atob(login.iam_request_headers));
  headers['X-Vault-AWS-IAM-Server-ID'] = ['<img src=x onerror=alert(1)>'];
  login.iam_request_headers = btoa(JSON.stringify(headers));
  await page.getByLabel('The login').fill(JSON.stringify(login));
  assert.match(await page.locator('#details').innerText(), /<img src=x onerror=alert\(1\)>/);
  assert.equal(await page.locator('#details img').count(), 0);
  assert.deepEqual(faults, []);
});

test('policy forbids every connection, and no byte reaches a server', async (t) => {
  const { page } = await open(t);
  // Bytes, not connections: for a frame or a form Chromium opens a socket before it asks the policy, and sends nothing.
  let bytes = 0;
  const server = createServer().on('connection', (socket) => socket.on('data', ({ length }) => (bytes += length)));
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  const policy = await page.locator('meta[http-equiv="Content-Security-Policy"]').getAttribute('content');
  assert.match(policy, /(^|; )default-src 'none'(;|$)/);
  assert.match(policy, /(^|; )connect-src 'none'(;|$)/);
  assert.ok(!/unsafe-inline|'unsafe-eval'|\*/.test(policy), policy);
  const blocked = await page.evaluate(async (origin) => {
    const directives = [];
    document.addEventListener('securitypolicyviolation', ({ effectiveDirective }) => directives.push(effectiveDirective));
    await fetch(origin).catch(() => {});
    const request = new XMLHttpRequest();
    await new Promise((done) => {
      request.onloadend = done;
      request.open('GET', origin);
      request.send();
    });
    navigator.sendBeacon(origin, 'x');
    new EventSource(origin);
    new WebSocket(origin.replace('http', 'ws'));
    for (const [tag, attribute] of [['img', 'src'], ['script', 'src'], ['iframe', 'src'], ['object', 'data']]) {
      document.body.append(Object.assign(document.createElement(tag), { [attribute]: origin }));
    }
    document.head.append(Object.assign(document.createElement('link'), { rel: 'stylesheet', href: origin }));
    const form = Object.assign(document.createElement('form'), { action: origin, method: 'post' });
    document.body.append(form);
    form.submit();
    await new Promise((done) => setTimeout(done, 200));
    return directives;
  }, `http://127.0.0.1:${server.address().port}/`);
  const kinds = [...new Set(blocked)].sort();
  assert.deepEqual(kinds, ['connect-src', 'form-action', 'frame-src', 'img-src', 'object-src', 'script-src-elem', 'style-src-elem']);
  assert.ok(blocked.filter((kind) => kind === 'connect-src').length >= 5);
  assert.equal(bytes, 0);
});

test('page is usable by keyboard alone', async (t) => {
  const { page, title } = await open(t);
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  assert.equal(await title(), 'It will be accepted');
  const visited = new Set();
  for (let step = 0; step < 20; step += 1) {
    await page.keyboard.press('Tab');
    visited.add(await page.evaluate(() => document.activeElement.id || document.activeElement.localName));
  }
  for (const id of ['clear', 'login', 'answer', 'status', 'summary', 'server-id', 'pre']) assert.ok(visited.has(id), id);
});

test("page fits a phone's width and keeps the verdict in sight", async (t) => {
  const { page } = await open(t, { viewport: { width: 390, height: 844 } });
  await page.getByRole('button', { name: 'Fill in an example' }).click();
  await page.getByText('Sign a login here').click();
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 390);
  await page.evaluate(() => scrollTo(0, 0));
  const { y, height } = await page.locator('#verdict').boundingBox();
  assert.ok(y > 0 && y + height <= 844, `${y} ${height}`);
});

test('text has enough contrast in light and in dark mode', async (t) => {
  for (const colorScheme of ['light', 'dark']) {
    const { page } = await open(t, { colorScheme });
    await page.getByRole('button', { name: 'Fill in an example' }).click();
    await page.getByLabel('The server ID', { exact: true }).fill('other.example.com');
    const poor = await page.evaluate(() => {
      const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
      const rgb = (color) => {
        canvas.clearRect(0, 0, 1, 1);
        canvas.fillStyle = color;
        canvas.fillRect(0, 0, 1, 1);
        return [...canvas.getImageData(0, 0, 1, 1).data];
      };
      const luminance = ([r, g, b]) =>
        [r, g, b]
          .map((part) => part / 255)
          .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
          .reduce((sum, part, index) => sum + part * [0.2126, 0.7152, 0.0722][index], 0);
      const background = (element) => {
        for (let at = element; at; at = at.parentElement) {
          const color = rgb(getComputedStyle(at).backgroundColor);
          if (color[3] === 255) return color;
        }
        return [255, 255, 255, 255];
      };
      return [...document.querySelectorAll('h1, h2, h3, p, label, dt, dd, code, pre, summary, button, span, strong')]
        .filter((element) => element.checkVisibility() && element.textContent.trim())
        .map((element) => {
          const pair = [luminance(rgb(getComputedStyle(element).color)), luminance(background(element))].sort();
          return [element.textContent.trim().slice(0, 30), (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05)];
        })
        .filter(([, ratio]) => ratio < 4.5);
    });
    assert.deepEqual(poor, [], colorScheme);
  }
});
