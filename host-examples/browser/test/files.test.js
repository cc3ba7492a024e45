import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { openPage, startChromium } from './chromium.js';

const REFUSAL = 'error validating X-Vault-AWS-IAM-Server-ID header: expected "a" but got "b"';
const CONFIGURATION = {
  data: {
    iam_server_id_header_value: 'vault.example.com',
    sts_endpoint: 'https://sts.eu-west-1.amazonaws.com',
    sts_region: '',
    use_sts_region_from_client: false,
    allowed_sts_header_values: ['X-Amz-One', 'X-Amz-Two'],
  },
};
const ROLE = {
  data: {
    auth_type: 'iam',
    bound_iam_principal_arn: ['arn:aws:iam::123456789012:role/a', 'arn:aws:iam::123456789012:role/b'],
    inferred_entity_type: 'ec2_instance',
    resolve_aws_unique_ids: false,
  },
};

let chromium;
before(async () => {
  chromium = await startChromium();
});
after(() => chromium?.close());

const open = (t) => openPage(t, chromium);
const note = (page) => page.locator('#file-note');
const value = (page, id) => page.locator(`#${id}`).inputValue();

/** Drops files, `[name, content]` each, as a user does. */
async function drop(page, ...files) {
  const data = await page.evaluateHandle((files) => {
    const data = new DataTransfer();
    for (const [name, content] of files) data.items.add(new File([typeof content === 'string' ? content : new Uint8Array(content)], name));
    return data;
  }, files);
  for (const type of ['dragenter', 'dragover', 'drop']) await page.dispatchEvent('body', type, { dataTransfer: data });
  await note(page).filter({ hasText: /\S/ }).waitFor();
}

/** A login for another server than the mount's configuration is of. */
async function login(page) {
  await page.getByRole('button', { name: 'Fill in an example' }).click();
  const text = await value(page, 'login');
  await page.getByRole('button', { name: 'Clear' }).click();
  return text;
}

test('dropped login, configuration, role and caller are read, and judged together', async (t) => {
  const { page, title, requests, faults } = await open(t);
  const text = await login(page);
  await drop(page, ['login.json', `${text}\n`], ['config.json', JSON.stringify(CONFIGURATION)]);
  assert.equal(
    await note(page).textContent(),
    'login.json: read as the login. config.json: read as the mount’s configuration.',
  );
  assert.equal(await title(), 'It will be refused');
  assert.match(await page.locator('#details').innerText(), /scope-region-differs/);
  for (const [id, wanted] of Object.entries({
    login: text,
    'mount-config': 'written',
    'server-id': 'value',
    'server-id-value': 'vault.example.com',
    sts: 'url',
    'sts-url': 'https://sts.eu-west-1.amazonaws.com',
    'allowed-headers-value': 'X-Amz-One, X-Amz-Two',
  })) {
    assert.equal(await value(page, id), wanted, id);
  }
  await drop(page, ['role.json', JSON.stringify(ROLE)], ['caller.json', '{"UserId": "A", "Account": "1", "Arn": "arn:aws:iam::123456789012:user/dev"}']);
  assert.equal(await value(page, 'role-kind'), 'iam');
  assert.equal(await value(page, 'bound-arns'), ROLE.data.bound_iam_principal_arn.join('\n'));
  assert.equal(await value(page, 'unique-ids'), 'not-resolved');
  assert.equal(await value(page, 'inferred-entity'), 'ec2-instance');
  assert.match(await page.locator('#details').innerText(), /session-not-instance|principal-not-bound/);
  assert.equal(requests.filter((url) => !url.startsWith('data:')).length, 1);
  assert.deepEqual(faults, []);
});

test('dropped file of any other text is read as an answer', async (t) => {
  const { page, title } = await open(t);
  await drop(page, ['terraform.log', `│ Error: Error making API request.\n│ \n│ Code: 400. Errors:\n│ \n│ * ${REFUSAL}\n`]);
  assert.equal(await title(), 'Refused by Vault');
});

test('file that PowerShell wrote is read', async (t) => {
  const { page, title } = await open(t);
  const text = `\uFEFF${JSON.stringify({ errors: [REFUSAL] })}`;
  await drop(page, ['answer.json', [...Buffer.from(text, 'utf16le')]]);
  assert.equal(await title(), 'Refused by Vault');
});

test('file is chosen by keyboard', async (t) => {
  const { page, title } = await open(t);
  await page.getByRole('button', { name: 'Open a file' }).focus();
  const chosen = page.waitForEvent('filechooser', { timeout: 5000 });
  await page.keyboard.press('Space');
  const chooser = await chosen;
  await chooser.setFiles({ name: 'answer.json', mimeType: 'application/json', buffer: Buffer.from(JSON.stringify({ errors: [REFUSAL] })) });
  await note(page).filter({ hasText: 'answer.json: read as Vault’s answer.' }).waitFor();
  assert.equal(await title(), 'Refused by Vault');
});

test('file that is too large, no text or empty is not read, and the page says so', async (t) => {
  for (const [content, told] of [
    ['x'.repeat(1024 * 1024 + 1), 'x.bin: too large: expected at most 1 MiB, found 1.1 MiB.'],
    [[0xff, 0x00, 0xfe], 'x.bin: not read: expected text, found other bytes.'],
    [[0x61, 0x00, 0x62], 'x.bin: not read: expected text, found other bytes.'],
    [' \n', 'x.bin: not read: expected text, found nothing.'],
  ]) {
    const { page, title } = await open(t);
    await drop(page, ['x.bin', content]);
    assert.equal(await note(page).textContent(), told);
    assert.equal(await title(), 'Nothing to judge yet');
  }
});

test('file name is shown as text, on one line and not at any length', async (t) => {
  const { page, faults } = await open(t);
  await drop(page, [`<img src=x>\u202e\n${'n'.repeat(200)}`, ' ']);
  const told = await note(page).textContent();
  assert.ok(told.startsWith('<img src=x>\uFFFD\uFFFDnnn'), told);
  assert.ok(told.length < 120);
  assert.deepEqual(faults, []);
});

test('configuration that is pasted as the login goes where it belongs', async (t) => {
  const { page } = await open(t);
  await page.getByLabel('The login').fill(JSON.stringify(CONFIGURATION));
  assert.equal(await value(page, 'login'), '');
  assert.equal(await value(page, 'server-id-value'), 'vault.example.com');
  assert.equal(await note(page).textContent(), 'What was pasted was read as the mount’s configuration.');
});
