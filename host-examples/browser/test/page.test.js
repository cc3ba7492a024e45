import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { after, before, test } from 'node:test';

import { PAGE, openPage, startChromium } from './chromium.js';

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

const open = (t, options) => openPage(t, chromium, options);

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
  await page.getByLabel('Server ID it wants').selectOption('not known');
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

/** For each option of the command's `check`: what the page has for it, and a rule that it brings about. */
const OPTIONS = {
  '--server-id': [[['Server ID it wants', 'this one:'], ['The server ID', 'other.example.com']], 'server-id-differs'],
  '--no-server-id': [[['Server ID it wants', 'none']], ''],
  '--sts-endpoint': [[['STS endpoint it calls', 'this URL:'], ['The URL of the endpoint', 'https://sts.eu-west-1.amazonaws.com']], 'scope-region-differs'],
  '--server-uses-client-region': [[['STS endpoint it calls', 'that of the login’s region']], ''],
  '--allowed-header': [[['Further headers it allows', 'these:'], ['Their names', 'X-Amz-One']], ''],
  '--no-allowed-headers': [[['Further headers it allows', 'none']], ''],
  '--no-config': [[['Was it ever written?', 'never'], ['The server’s version', '1.15.0']], 'plugin-panics'],
  '--vault-version': [[['Was it ever written?', 'never'], ['Server', 'Vault'], ['The server’s version', '1.15.0']], 'plugin-panics'],
  '--openbao': [[['Server', 'OpenBao'], ['The server’s version', '']], ''],
  '--openbao-version': [[['Server', 'OpenBao'], ['The server’s version', '2.7.2']], ''],
  '--plugin-version': [
    [['Was it ever written?', 'never'], ['Server', 'OpenBao'], ['AWS auth method', 'HashiCorp’s plugin'], ['The plugin’s version', '1.15.0']],
    'plugin-panics',
  ],
  '--arn': [[['ARN of the caller', 'arn:aws:iam::123456789012:root']], 'caller-is-root'],
  '--bound-arn': [
    [
      ['ARN of the caller', 'arn:aws:iam::123456789012:user/dev'],
      ['Vault role it asks for', 'exists, of type iam'],
      ['Principals it is bound to', 'arn:aws:iam::123456789012:role/other'],
    ],
    'principal-not-bound',
  ],
  '--no-unique-ids': [
    [
      ['Vault role it asks for', 'exists, of type iam'],
      ['Principals it is bound to', 'arn:aws:iam::123456789012:role/path/dev'],
      ['It compares', 'ARNs (false)'],
    ],
    'binding-never-matches',
  ],
  '--time': [[['Time of sending', '2042-01-31T12:00:00Z']], 'signature-expired'],
};

/** What the page has besides. */
const MORE = [
  [[['Vault role it asks for', 'does not exist']], 'role-unknown'],
  [[['Vault role it asks for', 'exists, of type ec2']], 'role-wants-ec2'],
  [
    [
      ['ARN of the caller', 'arn:aws:sts::123456789012:assumed-role/dev/me'],
      ['Vault role it asks for', 'exists, of type iam'],
      ['Principals it is bound to', 'arn:aws:iam::123456789012:role/dev'],
      ['It infers', 'an EC2 instance'],
    ],
    'session-not-instance',
  ],
  [[['STS endpoint it calls', 'of the region:'], ['The region of the endpoint', 'eu-west-1']], 'scope-region-differs'],
];

test('each option of the command’s check has a field, and does what it does there', async (t) => {
  const help = readFileSync(new URL('../../../crates/command/src/help.rs', import.meta.url), 'utf8');
  const [check] = /^check: .*?\n\n/ms.exec(help);
  const options = new Set(check.match(/--[a-z-]+/g));
  options.delete('--json');
  assert.deepEqual([...options].sort(), Object.keys(OPTIONS).sort());
  const { page, faults } = await open(t);
  for (const [fields, rule] of [...Object.values(OPTIONS), ...MORE]) {
    await page.getByRole('button', { name: 'Clear' }).click();
    await page.getByRole('button', { name: 'Fill in an example' }).click();
    for (const [label, value] of fields) {
      const field = page.getByLabel(label, { exact: !label.startsWith('Principals') });
      const choice = await field.evaluate((element) => element.localName === 'select');
      await (choice ? field.selectOption(value) : field.fill(value));
    }
    const rules = await page.locator('.finding .rule span:last-child').allInnerTexts();
    assert.ok(rule === '' || rules.includes(rule), `${JSON.stringify(fields)}: ${rules}`);
  }
  assert.deepEqual(faults, []);
});

test('login is signed for the endpoint and the time that are typed in', async (t) => {
  const { page } = await open(t);
  await page.getByText('Sign a login here').click();
  await page.getByLabel('Region', { exact: true }).fill('us-west-2');
  await page.getByLabel('STS endpoint', { exact: true }).selectOption('FIPS');
  await page.getByLabel('Time of signing').fill('1440938160');
  await page.getByRole('button', { name: 'Sign', exact: true }).click();
  const details = await page.locator('#details').innerText();
  assert.match(details, /POST https:\/\/sts-fips\.us-west-2\.amazonaws\.com\//);
  assert.match(details, /20150830T123600Z/);
});

test('time and version that cannot be read are told at their fields, and count as not given', async (t) => {
  const { page, title } = await open(t);
  await page.getByRole('button', { name: 'Fill in an example' }).click();
  await page.getByLabel('Time of sending').fill('tomorrow');
  await page.getByLabel('The server’s version').fill('new');
  assert.match(await page.locator('#time-fault').innerText(), /^Expected Unix seconds or a time such as/);
  assert.match(await page.locator('#version-fault').innerText(), /^Expected a version such as/);
  assert.equal(await title(), 'It will be accepted');
});
