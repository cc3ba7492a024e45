import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { test } from 'node:test';
import { inspect } from 'node:util';

import { apiUrl, login, LoginError, VaultError } from 'vault-aws-login';

const credentials = {
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
};
const auth = {
  client_token: 'hvs.example',
  lease_duration: 600,
  renewable: true,
  accessor: 'a1',
  policies: ['default', 'dev'],
  metadata: { account_id: '123456789012' },
};

/** Starts a server on a free loopback port, which ends with the test. `answer` gets every request with its body. */
async function serve(t, answer) {
  const requests = [];
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (part) => (body += part));
    request.on('end', () => {
      requests.push({ method: request.method, url: request.url, headers: request.headers, body });
      answer(response, requests.length);
    });
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = () => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  };
  t.after(close);
  return { vaultAddr: `http://127.0.0.1:${server.address().port}`, requests, close };
}

const json = (status, value) => (response) => response.writeHead(status).end(JSON.stringify(value));

const firstLine = (error) => error.message.split('\n')[0];

async function refusal(promise) {
  const error = await promise.then(
    () => assert.fail('expected a refusal'),
    (reason) => reason,
  );
  assert.ok(error instanceof VaultError, error?.stack);
  return error;
}

test('login is posted to the mount with the headers that Vault wants', async (t) => {
  const { vaultAddr, requests } = await serve(t, json(200, { auth, warnings: ['short', 'lease'] }));
  const granted = await login({ vaultAddr: `${vaultAddr}/`, mount: 'team/aws/', role: 'dev', namespace: 'ns1', credentials });
  assert.deepEqual(granted, {
    token: 'hvs.example',
    leaseSeconds: 600,
    renewable: true,
    accessor: 'a1',
    policies: ['default', 'dev'],
    metadata: { account_id: '123456789012' },
    warnings: 'short; lease',
  });
  const [{ method, url, headers, body }] = requests;
  assert.deepEqual([method, url], ['POST', '/v1/auth/team/aws/login']);
  assert.equal(headers['content-type'], 'application/json');
  assert.equal(headers['x-vault-request'], 'true');
  assert.equal(headers['x-vault-namespace'], 'ns1');
  assert.equal(JSON.parse(body).role, 'dev');
});

test('credential provider is called once for each login', async (t) => {
  const { vaultAddr } = await serve(t, json(200, { auth }));
  let calls = 0;
  const provider = async () => ((calls += 1), credentials);
  await login({ vaultAddr, credentials: provider });
  await login({ vaultAddr, credentials: provider });
  assert.equal(calls, 2);
});

test('one redirect is followed with the same body, a second is not', async (t) => {
  const { vaultAddr, requests } = await serve(t, (response, count) =>
    count === 1 ? response.writeHead(307, { Location: '/v1/elsewhere' }).end() : json(200, { auth })(response),
  );
  assert.equal((await login({ vaultAddr, credentials })).token, 'hvs.example');
  assert.equal(requests[1].url, '/v1/elsewhere');
  assert.equal(requests[1].body, requests[0].body);

  const round = await serve(t, (response) => response.writeHead(307, { Location: '/v1/again' }).end());
  const error = await refusal(login({ vaultAddr: round.vaultAddr, credentials }));
  assert.equal(error.message, `expected an answer from where ${round.vaultAddr} redirects to, found a second redirect`);
  assert.equal(round.requests.length, 2);
});

test('other redirects are refusals and are not followed', async (t) => {
  const { vaultAddr, requests } = await serve(t, (response) => response.writeHead(302, { Location: '/x' }).end());
  const error = await refusal(login({ vaultAddr, credentials }));
  assert.equal(firstLine(error), 'Vault refused the login with status 302');
  assert.equal(error.refusal.rule, 'answer-redirected');
  assert.equal(requests.length, 1);
});

test('redirect from https to http is refused before anything is sent there', async () => {
  const asked = [];
  // The platform's Response, with a `fetch` of the caller's own: https on loopback would test TLS, not this rule.
  const fetch = async (url) => {
    asked.push(url);
    return new Response(null, { status: 307, headers: { Location: 'http://active.example.com/v1/auth/aws/login' } });
  };
  const error = await refusal(login({ vaultAddr: 'https://standby.example.com', credentials, fetch }));
  assert.equal(
    error.message,
    'expected a redirect from https://standby.example.com to stay on https://, ' +
      'found one that does not',
  );
  assert.equal(asked.length, 1);
});

test("refusal has Vault's status and words, as the inspector quotes them", async (t) => {
  for (const [status, body, message, quoted] of [
    [400, '{"errors":["a","b"]}', 'Vault refused the login with status 400: a; b', 'a; b'],
    [503, '{"errors":[]}', 'Vault refused the login with status 503', undefined],
    [
      502,
      '<p>\u001b[31mBad gateway\nand more',
      'Vault refused the login with status 502: <p>\\u{1b}[31mBad gateway\\nand more',
      '<p>\\u{1b}[31mBad gateway\\nand more',
    ],
    [200, 'hello', 'expected a token from Vault, found an answer without one (status 200): hello', 'hello'],
    [
      200,
      '{"auth":{"client_token":"","mfa_requirement":{"mfa_request_id":"1"}}}',
      'expected a token from Vault, found that it asks for a second factor (MFA)',
      undefined,
    ],
  ]) {
    const { vaultAddr } = await serve(t, (response) => response.writeHead(status).end(body));
    const error = await refusal(login({ vaultAddr, credentials }));
    assert.deepEqual([error.status, firstLine(error), error.refusal.quoted], [status, message, quoted]);
  }
});

test('token with anything but visible ASCII is none', async (t) => {
  for (const token of ['hvs.1\n', 'hvs.1\u001b[2J', 'hvs. 1', 'hvs.é', 'hvs.1\u200b', 7, ['hvs.1']]) {
    const { vaultAddr } = await serve(t, json(200, { auth: { ...auth, client_token: token } }));
    const error = await refusal(login({ vaultAddr, credentials }));
    assert.equal(firstLine(error), 'expected a token of visible ASCII characters from Vault, found another');
  }
});

test('refusal holds no word of an answer but what the inspector quotes', async (t) => {
  const secret = 'IQoJb3JpZ2luX2VjEPv7kq2Zt5Lw9Rn3Hs8Ym4Gd6Bc1Xp0Jf';
  for (const answer of [
    (response) => response.writeHead(307, { Location: `http://[${secret}` }).end(),
    (response) => response.writeHead(307, { Location: `ftp://example.com/${secret}` }).end(),
    (response) => response.writeHead(307, { Location: `http://127.0.0.1:9/${secret}` }).end(),
    (response) => response.writeHead(307, { Location: `/v1/${secret}` }).end(),
    (response) => response.socket.end(`${secret}\r\n\r\n`),
    json(400, { errors: [`denied ${secret}`] }),
  ]) {
    const { vaultAddr } = await serve(t, answer);
    const error = await refusal(login({ vaultAddr, credentials }));
    const all = inspect(error, { depth: Infinity, showHidden: true }) + error.stack + JSON.stringify(error);
    assert.ok(!all.includes(secret.slice(0, 8)), all);
  }
});

test('API path lies below the path of the address', () => {
  for (const [vaultAddr, url] of [
    ['https://vault.example.com:8200', 'https://vault.example.com:8200/v1/secret/a'],
    ['https://gw.example.com/vault', 'https://gw.example.com/vault/v1/secret/a'],
    ['https://gw.example.com/team/vault/', 'https://gw.example.com/team/vault/v1/secret/a'],
  ]) {
    assert.equal(apiUrl(vaultAddr, 'secret/a').href, url);
  }
});

test("refusal for a wrong server ID is explained under Vault's words", async (t) => {
  const words = 'error validating X-Vault-AWS-IAM-Server-ID header: expected "vault.example.com" but got "other"';
  const { vaultAddr } = await serve(t, json(400, { errors: [words] }));
  const { refusal: explained, message } = await refusal(login({ vaultAddr, credentials, serverId: 'other' }));
  assert.deepEqual(
    [explained.refusedBy, explained.rule, explained.expectedServerId],
    ['vault', 'server-id-differs', 'vault.example.com'],
  );
  assert.equal(
    message,
    [
      `Vault refused the login with status 400: ${words}`,
      explained.message,
      `on the client: ${explained.clientFix}`,
      `on the server: ${explained.serverFix}`,
    ].join('\n'),
  );
});

test('answer past 1 MiB is not read', async (t) => {
  const { vaultAddr } = await serve(t, (response) => response.writeHead(200).end(' '.repeat(1024 * 1024 + 1)));
  const error = await refusal(login({ vaultAddr, credentials }));
  assert.equal(
    error.message,
    `no answer from ${vaultAddr}: expected an answer of at most 1048576 bytes, found more`,
  );
});

test('server that does not answer is given up after the timeout', async (t) => {
  const { vaultAddr } = await serve(t, () => {});
  const error = await refusal(login({ vaultAddr, credentials, timeoutMilliseconds: 50 }));
  assert.match(error.message, /^no answer from http:.*: The operation (was aborted due to timeout|timed out\.)$/);
  assert.deepEqual([error.status, error.failure], [undefined, 'timed-out']);
});

test('answer that stops half way is given up after the timeout', async (t) => {
  const { vaultAddr } = await serve(t, (response) => response.writeHead(200).write('{'));
  const error = await refusal(login({ vaultAddr, credentials, timeoutMilliseconds: 200 }));
  assert.match(error.message, /^no answer from http:.*: The operation (was aborted due to timeout|timed out\.)$/);
});

test('unreachable server is named with the reason', async (t) => {
  const { vaultAddr, close } = await serve(t, () => {});
  await close();
  const error = await refusal(login({ vaultAddr, credentials }));
  const { host } = new URL(vaultAddr);
  // In the words of Node, Deno and Bun.
  const words = [
    `connect ECONNREFUSED ${host}`,
    `error sending request for url (${vaultAddr}): client error (Connect): tcp connect error: Connection refused (os error 111)`,
    'ECONNREFUSED: Unable to connect. Is the computer able to access the url?',
  ];
  assert.ok(words.map((text) => `no answer from ${vaultAddr}: ${text}`).includes(error.message), error.message);
});

test('address is shown as scheme, host and port, and only a host that looks like one', async () => {
  const secret = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';
  for (const [vaultAddr, shown] of [
    ['https://vault.example.com:8200', 'https://vault.example.com:8200'],
    ['https://gateway.example.com/hidden-path', 'https://gateway.example.com'],
    ['http://[::1]:8200', 'http://[::1]:8200'],
    [`https://${secret}`, 'https://…'],
    [`https://vault.example.com/${secret}`, 'https://…'],
    [`http://${secret.replaceAll('/', '')}:8200`, 'http://…:8200'],
    ['http://hvs.CAESIJaaaaaaaaaaaaaaaaaaaaaaa.example.com', 'http://…'],
    ['http://akiaiosfodnn7example', 'http://…'],
    ['http://a_b', 'http://…'],
  ]) {
    const { hostname } = new URL(vaultAddr);
    // As Node's says it of a name that it cannot resolve, or of a certificate for another one.
    const fetch = async () => {
      throw new TypeError('fetch failed', { cause: new Error(`getaddrinfo\n ENOTFOUND ${hostname}.`) });
    };
    const error = await refusal(login({ vaultAddr, credentials, fetch }));
    const host = shown.includes('…') ? '…' : hostname;
    assert.equal(error.message, `no answer from ${shown}: getaddrinfo  ENOTFOUND ${host}.`);
  }
});

test('URL in the platform\'s words is shown without its path', async () => {
  const fetch = async (url) => {
    throw new TypeError('fetch failed', { cause: new Error(`error sending request for url (${url}): dns error`) });
  };
  const error = await refusal(login({ vaultAddr: 'https://gateway.example.com/hidden-path', credentials, fetch }));
  const shown = 'https://gateway.example.com';
  assert.equal(error.message, `no answer from ${shown}: error sending request for url (${shown}): dns error`);
});

test('bad input is refused and nothing is sent', async (t) => {
  const { vaultAddr, requests } = await serve(t, json(200, { auth }));
  await assert.rejects(login({ vaultAddr, credentials, role: '' }), LoginError);
  for (const [change, message] of [
    [{ vaultAddr: 'vault.example.com:8200' }, /^invalid vaultAddr: expected a URL/],
    [{ vaultAddr: 'http://user:hush@127.0.0.1' }, /^invalid vaultAddr: (?!.*hush)/],
    [{ mount: '..' }, /^invalid path: expected one that a URL can carry, found one of 13 characters$/],
    [{ mount: 'a b' }, /^invalid path: /],
    [{ mount: 'aws?x' }, /^invalid path: /],
  ]) {
    await assert.rejects(login({ vaultAddr, credentials, ...change }), { name: 'TypeError', message });
  }
  assert.equal(requests.length, 0);
});

test('eight logins at a time each get their own role', async (t) => {
  const { vaultAddr, requests } = await serve(t, json(200, { auth }));
  const roles = Array.from({ length: 8 }, (_, index) => `role-${index}`);
  await Promise.all(roles.map((role) => login({ vaultAddr, credentials: async () => credentials, role })));
  assert.deepEqual(requests.map(({ body }) => JSON.parse(body).role).sort(), roles);
});
