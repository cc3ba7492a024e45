import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';

import { RULES, commandsFor, factsOf } from '../src/commands.js';
import { openPage, refuseExample, startChromium } from './chromium.js';

let chromium;
before(async () => {
  chromium = await startChromium();
});
after(() => chromium?.close());

const SESSION = 'arn:aws:sts::123456789012:assumed-role/new/session';
const texts = (rule, given, message) => commandsFor({ rule, message }, factsOf({ profile: {}, ...given })).map(({ text }) => text);
const headers = (serverId) => [{ name: 'X-Vault-Aws-Iam-Server-Id', value: serverId }];

/** The words that a shell makes of a command. */
function words(command, before = ':') {
  const program = `for name in vault bao wasmtime; do eval "$name() { printf '%s\\0' \\"\\$@\\"; }"; done; curl() { cat; }; ${before}; ${command}`;
  return execFileSync('bash', ['-c', program], { encoding: 'utf8' }).split('\0').slice(0, -1);
}

test('every rule with commands is one of the contract', () => {
  const wit = readFileSync(new URL('../../../wit/inspector.wit', import.meta.url), 'utf8');
  const rules = /enum login-rule \{(.*?)\n  \}/s.exec(wit)[1].match(/^ {4}[a-z0-9-]+(?=,)/gm).map((rule) => rule.trim());
  assert.ok(rules.length > 100);
  assert.deepEqual(RULES.filter((rule) => !rules.includes(rule)), []);
});

test('login for another server ID is signed again with the right one, or the server takes it', () => {
  const given = { profile: { serverId: 'right.example.com' }, explanation: { role: 'dev', headers: headers('wrong.example.com') } };
  assert.deepEqual(texts('server-id-differs', given), [
    'vault login -method=aws role=dev header_value=right.example.com',
    'wasmtime run --env AWS_ACCESS_KEY_ID --env AWS_SECRET_ACCESS_KEY --env AWS_SESSION_TOKEN vault-aws-login-cli.wasm sign' +
      ' --role dev --server-id right.example.com | curl --data @- $VAULT_ADDR/v1/auth/aws/login',
    'vault write auth/aws/config/client iam_server_id_header_value=wrong.example.com',
  ]);
});

test('region is that of the endpoint that the server calls, and left out where it is the default', () => {
  const region = (stsEndpoint, own = 'us-east-1') =>
    /--region (\S+)/.exec(texts('scope-region-differs', { profile: { stsEndpoint }, explanation: { headers: [], scope: { region: own } } })[1])?.[1];
  assert.equal(region({ url: 'https://sts.eu-west-1.amazonaws.com' }), 'eu-west-1');
  assert.equal(region({ region: 'cn-north-1' }), 'cn-north-1');
  assert.equal(region('global', 'eu-west-1'), undefined);
  assert.equal(region('client-region', 'eu-west-1'), 'eu-west-1');
});

test('OpenBao’s CLI has its own name, and no login by AWS identity', () => {
  const given = { profile: { core: { flavour: 'openbao' } }, explanation: { headers: headers('a') } };
  const made = texts('server-id-differs', given);
  assert.ok(made.every((text) => !text.startsWith('vault ')), made);
  assert.ok(made.includes('bao write auth/aws/config/client iam_server_id_header_value=a'));
});

test('principal is added to those that are bound, and never takes their place unseen', () => {
  const callerArn = 'arn:aws:iam::123456789012:user/new';
  const explanation = { role: 'dev', headers: [] };
  const bound = { principalArns: ['arn:aws:iam::123456789012:role/old'] };
  assert.deepEqual(texts('principal-not-bound', { profile: { callerArn }, explanation }), [
    'aws sts get-caller-identity',
    'vault read auth/aws/role/dev',
  ]);
  assert.equal(
    texts('principal-not-bound', { profile: { callerArn, role: bound }, explanation }).at(-1),
    'vault write auth/aws/role/dev bound_iam_principal_arn=arn:aws:iam::123456789012:role/old,arn:aws:iam::123456789012:user/new',
  );
});

test('role behind a session is bound by the ARN that AWS tells, path and all', () => {
  const explanation = { role: 'dev', headers: [] };
  const bound = { principalArns: ['arn:aws:iam::123456789012:role/old'] };
  const [, unknown] = commandsFor({ rule: 'role-unknown' }, factsOf({ profile: { callerArn: SESSION }, explanation }));
  const ask = 'arn=$(aws iam get-role --role-name new --query Role.Arn --output text) && ';
  assert.deepEqual(unknown, {
    where: 'On the server, with AWS credentials of the account 123456789012',
    text: `${ask}vault write auth/aws/role/dev auth_type=iam bound_iam_principal_arn="$arn"`,
  });
  const unbound = texts('principal-not-bound', { profile: { callerArn: SESSION, role: bound }, explanation }).at(-1);
  assert.equal(unbound, `${ask}vault write auth/aws/role/dev bound_iam_principal_arn=arn:aws:iam::123456789012:role/old,"$arn"`);
  const told = 'arn:aws:iam::123456789012:role/a path/new';
  assert.deepEqual(words(unbound, `aws() { [ "$4" = new ] && echo '${told}'; }`), [
    'write',
    'auth/aws/role/dev',
    `bound_iam_principal_arn=arn:aws:iam::123456789012:role/old,${told}`,
  ]);
  assert.throws(() => words(unbound, 'aws() { return 254; }'), ({ status, stdout }) => status === 254 && stdout === '');
});

test('every command names the mount that the form names', () => {
  const explanation = { role: 'dev', headers: headers('a') };
  const profile = { callerArn: SESSION, role: { principalArns: [] }, serverId: 'b' };
  const facts = factsOf({ profile, explanation, mount: 'team/aws two' });
  const made = RULES.flatMap((rule) => commandsFor({ rule }, facts)).map(({ text }) => text);
  const paths = made.join('\n').match(/auth\/\S*(?= two)|auth\/team\/aws%20two\/|-path=\S*(?= two)/g);
  assert.deepEqual([...new Set(paths)].sort(), ['-path=team/aws', 'auth/team/aws', 'auth/team/aws%20two/'].sort());
  assert.ok(!made.some((text) => text.includes('auth/aws')), made);
  const [login, own, write] = texts('server-id-differs', { profile, explanation, mount: 'team/aws two' });
  assert.deepEqual(words(login).slice(0, 3), ['login', '-method=aws', '-path=team/aws two']);
  assert.match(own, /\$VAULT_ADDR\/v1\/auth\/team\/aws%20two\/login$/);
  assert.deepEqual(words(write), ['write', 'auth/team/aws two/config/client', 'iam_server_id_header_value=a']);
  assert.deepEqual(texts('mount-unknown', { mount: 'team' }), ['vault auth list', 'vault auth enable -path=team aws']);
});

test('mount is read in each way in which it is written, and shown where the form names a path', async (t) => {
  const { page } = await openPage(t, chromium);
  await refuseExample(page);
  for (const [typed, mount] of [['team/aws', 'team/aws'], ['auth/team/aws/', 'team/aws'], ['/v1x/', 'v1x'], ['', 'aws']]) {
    await page.getByLabel('Path of the mount').fill(typed);
    assert.match(await page.locator('.command code').last().innerText(), new RegExp(`^vault write auth/${mount}/config/client `));
    assert.ok((await page.locator('.prints').innerText()).startsWith(`vault read -format=json auth/${mount}/config/client`));
  }
});

test('value that begins with @ is no name of a file', () => {
  const given = { profile: {}, explanation: { role: '@/etc/passwd', headers: headers('@/etc/passwd') } };
  const [login, own, write] = texts('server-id-differs', given);
  assert.deepEqual(words(login).slice(2), [String.raw`role=\@/etc/passwd`, String.raw`header_value=\@/etc/passwd`]);
  assert.deepEqual(words(own).slice(-4), ['--role', '@/etc/passwd', '--server-id', '@/etc/passwd']);
  assert.deepEqual(words(write).slice(-1), [String.raw`iam_server_id_header_value=\@/etc/passwd`]);
});

test('header is added to those that are allowed', () => {
  const message = 'the server does not allow `X-Amz-Two`';
  assert.equal(
    texts('header-not-allowed', { profile: { allowedHeaders: ['X-Amz-One'] } }, message).at(-1),
    'vault write auth/aws/config/client allowed_sts_header_values=X-Amz-One,X-Amz-Two',
  );
  assert.equal(
    texts('header-not-allowed', {}, message).at(-1),
    'vault read -field=allowed_sts_header_values auth/aws/config/client',
  );
});

test('shell reads a foreign text as one word, whatever is in it', () => {
  for (const foreign of ["'; touch x; '", '$(id)', '`id`', 'a b', '"', '\\', '-x', '!!', '*', '~', '#', "''", 'é']) {
    const given = { profile: {}, explanation: { role: foreign, headers: headers(foreign) } };
    const made = texts('server-id-differs', given);
    assert.equal(made.length, 3);
    assert.deepEqual(words(made[0]).slice(2), [`role=${foreign}`, `header_value=${foreign}`]);
    assert.deepEqual(words(made[1]).slice(-4), ['--role', foreign, '--server-id', foreign]);
    assert.deepEqual(words(made[2]).slice(-1), [`iam_server_id_header_value=${foreign}`]);
    const callerArn = `arn:aws:sts::123456789012:assumed-role/${foreign}/session`;
    const mounted = { profile: { callerArn, role: { principalArns: [foreign] } }, explanation: { role: foreign, headers: [] }, mount: foreign };
    assert.deepEqual(words(texts('principal-not-bound', mounted).at(-1), `aws() { printf %s, "$4"; echo "'a b'"; }`), [
      'write',
      `auth/${foreign}/role/${foreign}`,
      `bound_iam_principal_arn=${foreign},${foreign},'a b'`,
    ]);
  }
});

test('text with a line break or another control character is in no command', () => {
  const given = { profile: { serverId: 'a\nb' }, explanation: { role: 'x\u001b[2J', headers: headers('c\rd') } };
  assert.deepEqual(texts('server-id-differs', given), []);
});

test('what the component hides is in no command', () => {
  const made = texts('server-id-differs', { explanation: { role: '(40 characters)', headers: headers('(40 characters)') } });
  assert.ok(made.length > 0 && made.every((text) => !text.includes('characters')), made);
});

for (const [api, before] of [
  ['with the clipboard’s API', () => {}],
  ['without the clipboard’s API', () => Object.defineProperty(navigator, 'clipboard', { value: undefined })],
  ['where the API refuses', () => (navigator.clipboard.writeText = () => Promise.reject(new Error('denied')))],
]) {
  test(`button copies a command, ${api}`, async (t) => {
    const { page } = await openPage(t, chromium);
    await page.evaluate(before);
    await refuseExample(page);
    const copy = page.locator('.copy').nth(1);
    const wanted = await page.locator('.command code').nth(1).textContent();
    await copy.focus();
    await page.keyboard.press('Space');
    await page.locator('#copied', { hasText: 'Copied.' }).waitFor({ state: 'attached' });
    assert.match(await copy.innerText(), /^Copied/);
    await page.getByLabel('Vault’s answer', { exact: true }).focus();
    await page.keyboard.press('Control+V');
    assert.equal(await page.getByLabel('Vault’s answer', { exact: true }).inputValue(), wanted);
  });
}

test('command is selected where the browser lets no page copy', async (t) => {
  const { page } = await openPage(t, chromium);
  await page.evaluate(() => {
    Object.defineProperty(navigator, 'clipboard', { value: undefined });
    document.execCommand = () => false;
  });
  await refuseExample(page);
  await page.locator('.copy').first().click();
  await page.locator('#copied', { hasText: 'Not copied. It is selected' }).waitFor({ state: 'attached' });
  assert.equal(await page.evaluate(() => getSelection().toString().trim()), await page.locator('.command code').first().textContent());
});
