import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { test } from 'node:test';

import { createSession, explainRefusal, LoginError } from 'vault-aws-login';

const credentials = async () => ({
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
});

/** A server whose answers are given one by one, for what a real Vault does not do on demand. */
async function serve(t, ...answers) {
  const paths = [];
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      paths.push(request.url);
      (answers.shift() ?? ((last) => last.writeHead(500).end('{}')))(response);
    });
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { vaultAddr: `http://127.0.0.1:${server.address().port}`, paths };
}

const granted = (token, lease_duration = 600) => (response) =>
  response.writeHead(200).end(
    JSON.stringify({ auth: { client_token: token, lease_duration, renewable: true, accessor: 'a1', num_uses: 0 } }),
  );

test('token is obtained at once and everybody who waits gets it', async (t) => {
  const { vaultAddr, paths } = await serve(t, granted('hvs.one'));
  const leases = [];
  const session = createSession({ vaultAddr, credentials, onToken: (lease) => leases.push(lease) });
  t.after(() => session.close());
  const tokens = await Promise.all(Array.from({ length: 8 }, () => session.token()));
  assert.deepEqual(tokens, Array(8).fill('hvs.one'));
  assert.deepEqual(paths, ['/v1/auth/aws/login']);
  const [{ startsAt, endsAt, ...lease }] = leases;
  assert.deepEqual(lease, { token: 'hvs.one', accessor: 'a1', generation: 1, renewable: true, incrementSeconds: 600 });
  assert.equal(endsAt - startsAt, 600_000);
  assert.ok(Math.abs(endsAt - Date.now() - 600_000) < 10_000);
});

test('option of the wrong type is a TypeError that says so', () => {
  const vaultAddr = 'http://127.0.0.1:8200';
  for (const [change, message] of [
    [{ stsEndpoint: { url: 'https://sts.example.com' } }, 'invalid stsEndpoint: expected a string, found object'],
    [{ mount: 5 }, 'invalid mount: expected a string, found number'],
    [{ credentials: { containerEndpoint: { uri: null } } }, 'invalid uri: expected a string, found null'],
  ]) {
    assert.throws(() => createSession({ vaultAddr, credentials, ...change }), new TypeError(message));
  }
});

const lease = { token: 'hvs.old', accessor: 'a0', generation: 3, renewable: true, incrementSeconds: 600 };

test('adopted lease is used without a login', async (t) => {
  const { vaultAddr, paths } = await serve(t);
  // It began before this process did.
  const adopt = { ...lease, startsAt: new Date(Date.now() - 300_000), endsAt: new Date(Date.now() + 300_000) };
  const session = createSession({ vaultAddr, credentials, adopt });
  t.after(() => session.close());
  assert.equal(await session.token(), 'hvs.old');
  assert.deepEqual(paths, []);
});

test('adopted lease is renewed at two thirds and keeps its generation', async (t) => {
  const { vaultAddr, paths } = await serve(t, granted('hvs.old'));
  const adopt = { ...lease, startsAt: new Date(Date.now() - 500_000), endsAt: new Date(Date.now() + 100_000) };
  const renewed = await new Promise((resolve) => {
    const session = createSession({ vaultAddr, credentials, adopt, onToken: resolve });
    t.after(() => session.close());
  });
  assert.deepEqual([renewed.token, renewed.generation], ['hvs.old', 3]);
  assert.deepEqual(paths, ['/v1/auth/token/renew-self']);
});

test('adopted lease that has ended is ignored', async (t) => {
  const { vaultAddr, paths } = await serve(t, granted('hvs.new'));
  const adopt = { ...lease, startsAt: new Date(Date.now() - 700_000), endsAt: new Date(Date.now() - 100_000) };
  const session = createSession({ vaultAddr, credentials, adopt });
  t.after(() => session.close());
  assert.equal(await session.token(), 'hvs.new');
  assert.deepEqual(paths, ['/v1/auth/aws/login']);
});

test('failed try is told and tried again', async (t) => {
  const { vaultAddr } = await serve(t, (response) => response.destroy(), granted('hvs.two'));
  const refusals = [];
  const session = createSession({
    vaultAddr,
    credentials,
    backOffCapMilliseconds: 1000,
    onRefusal: (refusal) => refusals.push(refusal),
  });
  t.after(() => session.close());
  assert.equal(await session.token(), 'hvs.two');
  assert.deepEqual(
    refusals.map(({ rule, healing, destination, diagnosis }) => [rule, healing, destination, diagnosis]),
    [['interrupted', 'by-itself', 'vault', undefined]],
  );
});

test('refused login is told with its diagnosis', async (t) => {
  const text = 'error validating X-Vault-AWS-IAM-Server-ID header: missing header "X-Vault-AWS-IAM-Server-ID"';
  const { vaultAddr } = await serve(t, (response) => {
    response.writeHead(400, { 'Content-Type': 'application/json' });
    response.end(JSON.stringify({ errors: [text] }));
  });
  const refusal = await new Promise((resolve) => {
    const session = createSession({ vaultAddr, credentials, onRefusal: resolve });
    t.after(() => session.close());
  });
  assert.equal(refusal.rule, 'login-refused');
  assert.equal(refusal.message, refusal.diagnosis.message);
  const explained = explainRefusal({ status: 400, body: JSON.stringify({ errors: [text] }) });
  assert.equal(explained.quoted, text);
  assert.deepEqual(refusal.diagnosis, explained);
});

test('server that does not answer is a failure after the request timeout', async (t) => {
  const { vaultAddr } = await serve(t, () => {}, granted('hvs.late'));
  const refusals = [];
  const session = createSession({
    vaultAddr,
    credentials,
    requestTimeoutMilliseconds: 100,
    backOffCapMilliseconds: 1000,
    onRefusal: ({ rule }) => refusals.push(rule),
  });
  t.after(() => session.close());
  assert.equal(await session.token(), 'hvs.late');
  assert.deepEqual(refusals, ['timed-out']);
});

test('provider that throws is told and does not end the session', async (t) => {
  const { vaultAddr, paths } = await serve(t);
  const told = await new Promise((resolve) => {
    const session = createSession({
      vaultAddr,
      credentials: async () => {
        throw new Error('no credentials here');
      },
      onCredentialError: resolve,
    });
    t.after(() => session.close());
  });
  assert.equal(told.message, 'no credentials here');
  assert.deepEqual(paths, []);
});

test('credentials that break a rule are told as a LoginError', async (t) => {
  const { vaultAddr } = await serve(t);
  const told = await new Promise((resolve) => {
    const session = createSession({
      vaultAddr,
      credentials: async () => ({ accessKeyId: '', secretAccessKey: 'x' }),
      onCredentialError: resolve,
    });
    t.after(() => session.close());
  });
  assert.ok(told instanceof LoginError);
  assert.deepEqual([told.rule, told.field], ['empty-value', 'access-key-id']);
});

test('waiting for a token ends with the signal, and with the session', async (t) => {
  const { vaultAddr } = await serve(t, () => {});
  const session = createSession({ vaultAddr, credentials });
  const controller = new AbortController();
  const aborted = session.token({ signal: controller.signal });
  const open = session.token();
  controller.abort(new Error('no time'));
  await assert.rejects(aborted, { message: 'no time' });
  session.close();
  session.close();
  await assert.rejects(open, { message: 'the session is closed' });
  await assert.rejects(session.token(), { message: 'the session is closed' });
  session.tokenRefused();
});

test('bad setting is refused at once with rule, field and sentence', () => {
  const vaultAddr = 'http://127.0.0.1';
  for (const [change, rule, field] of [
    [{ mount: '/aws' }, 'mount-malformed', 'mount'],
    [{ role: 'arn:aws:iam::123456789012:role/dev' }, 'role-is-arn', 'role'],
    [{ credentials: { containerEndpoint: { uri: 'http://example.com/' } } }, 'container-uri-not-local', 'container-uri'],
    [{ backOffCapMilliseconds: 1 }, 'out-of-range', 'back-off-cap-milliseconds'],
  ]) {
    assert.throws(
      () => createSession({ vaultAddr, credentials, ...change }),
      (error) => error instanceof LoginError && error.rule === rule && error.field === field && error.message !== '',
    );
  }
  assert.throws(() => createSession({ vaultAddr: 'vault', credentials }), TypeError);
});
