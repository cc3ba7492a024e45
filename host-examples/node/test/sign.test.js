import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { LoginError, signLogin } from 'vault-aws-login';
import { fromModules } from 'vault-aws-login/module';

// The key that AWS publishes for examples.
const credentials = {
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
};
const time = 1440938160;

const headersOf = (login) => JSON.parse(atob(JSON.parse(login).iam_request_headers));

test('login has the fields of the AWS auth method and the signed headers', () => {
  const login = JSON.parse(signLogin({ credentials, role: 'dev', serverId: 'vault.example.com', time }));
  assert.deepEqual(Object.keys(login).sort(), [
    'iam_http_request_method',
    'iam_request_body',
    'iam_request_headers',
    'iam_request_url',
    'role',
  ]);
  assert.equal(login.role, 'dev');
  assert.equal(atob(login.iam_request_url), 'https://sts.amazonaws.com/');
  const headers = headersOf(JSON.stringify(login));
  assert.deepEqual(headers['X-Vault-AWS-IAM-Server-ID'], ['vault.example.com']);
  assert.deepEqual(headers['X-Amz-Date'], ['20150830T123600Z']);
});

test('session token is signed and sent', () => {
  const session = { ...credentials, accessKeyId: 'ASIAIOSFODNN7EXAMPLE', sessionToken: 'AQoDYXdzEJr' };
  const headers = headersOf(signLogin({ credentials: session, time }));
  assert.deepEqual(headers['X-Amz-Security-Token'], ['AQoDYXdzEJr']);
  assert.match(headers.Authorization[0], /SignedHeaders=[^,]*x-amz-security-token/);
});

test('time is a Date or seconds with the same result, and now when left out', () => {
  const seconds = signLogin({ credentials, time });
  assert.equal(signLogin({ credentials, time: new Date(time * 1000) }), seconds);
  assert.equal(signLogin({ credentials, time: time + 0.9 }), seconds);
  const before = Math.floor(Date.now() / 1000);
  const [stamp] = headersOf(signLogin({ credentials }))['X-Amz-Date'];
  const signed = Date.parse(stamp.replace(/(....)(..)(..T..)(..)(..Z)/, '$1-$2-$3:$4:$5')) / 1000;
  assert.ok(before <= signed && signed <= Date.now() / 1000, stamp);
});

test('endpoint is one of four names or a URL', () => {
  for (const [stsEndpoint, host] of [
    ['regional', 'sts.eu-west-1.amazonaws.com'],
    ['fips', 'sts-fips.eu-west-1.amazonaws.com'],
    ['dual-stack', 'sts.eu-west-1.api.aws'],
    ['fips-dual-stack', 'sts-fips.eu-west-1.api.aws'],
    ['http://127.0.0.1:4566', '127.0.0.1:4566'],
  ]) {
    const login = JSON.parse(signLogin({ credentials, region: 'eu-west-1', stsEndpoint, time }));
    assert.equal(new URL(atob(login.iam_request_url)).host, host);
  }
});

test('modules that the host compiled give the same bytes', () => {
  const compile = (name) =>
    new WebAssembly.Module(readFileSync(new URL(import.meta.resolve(`vault-aws-login/${name}.wasm`))));
  const core = compile('core');
  const own = fromModules({ core, core2: compile('core2'), core3: compile('core3') });
  assert.equal(own.signLogin({ credentials, time }), signLogin({ credentials, time }));
  assert.throws(() => fromModules({ core }), {
    message: 'missing core module: expected vault-aws-login.core2.wasm, found vault-aws-login.core.wasm',
  });
});

test('refused input is a LoginError with rule, field and sentence', () => {
  for (const [change, rule, field, message] of [
    [
      { role: 'a b' },
      'illegal-character',
      'role',
      'invalid role: expected printable ASCII without spaces, found `a b`',
    ],
    [
      { time: Date.parse('2015-08-30') },
      'time-out-of-range',
      'unix-seconds',
      'invalid time: expected Unix seconds up to 253402300799 (year 9999), found 1440892800000',
    ],
    [
      { stsEndpoint: 'regionall' },
      'sts-url-malformed',
      'sts-endpoint',
      'invalid STS endpoint: expected a URL such as https://sts.eu-west-1.amazonaws.com, found `regionall`',
    ],
    [
      { credentials: { ...credentials, expiration: new Date('2015-08-30') } },
      'credentials-expired',
      'expires-at-unix-seconds',
      'expired credentials: expected an expiry after the time of signing (1440938160), found 1440892800',
    ],
  ]) {
    assert.throws(
      () => signLogin({ credentials, time, ...change }),
      (error) => {
        assert.ok(error instanceof LoginError && error instanceof Error);
        assert.deepEqual([error.name, error.rule, error.field, error.message], ['LoginError', rule, field, message]);
        return true;
      },
    );
  }
});

test('value of the wrong type is a TypeError that does not show it, and the next call works', () => {
  const expected = signLogin({ credentials, time });
  for (const [change, message] of [
    [{ role: 5 }, 'invalid role: expected a string, found number'],
    [{ role: null }, 'invalid role: expected a string, found null'],
    [{ credentials: undefined }, 'invalid credentials: expected an object, found undefined'],
    [{ credentials: { accessKeyId: 'A', secretAccessKey: ['hush'] } }, 'invalid secretAccessKey: expected a string, found object'],
    [{ credentials: async () => credentials }, 'invalid credentials: expected an object, found function'],
    [{ time: -1 }, 'invalid time: expected a Date or Unix seconds from 1970 on, found -1'],
    [{ time: new Date(NaN) }, 'invalid time: expected a Date or Unix seconds from 1970 on, found Invalid Date'],
  ]) {
    assert.throws(() => signLogin({ credentials, time, ...change }), new TypeError(message));
    assert.equal(signLogin({ credentials, time }), expected);
  }
});

test('error never holds the secret, whatever is wrong', () => {
  const secret = 'wJalrXUtnFEMI K7MDENG bPxRfiCYEXAMPLEKEY';
  for (const broken of [
    { accessKeyId: secret, secretAccessKey: secret },
    { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: secret },
    { ...credentials, sessionToken: `${secret}\n` },
  ]) {
    assert.throws(
      () => signLogin({ credentials: broken, time }),
      (error) => error instanceof LoginError && !`${error.stack}${JSON.stringify(error)}`.includes('wJalr'),
    );
  }
});

test('memory does not grow over 10,000 calls, refused ones among them', () => {
  const sign = () => {
    for (let call = 0; call < 5_000; call += 1) {
      signLogin({ credentials, role: 'dev', time });
      if (call % 10 === 0) assert.throws(() => signLogin({ credentials, role: '', time }), LoginError);
    }
    const { heapUsed, arrayBuffers, external } = (globalThis.gc?.(), process.memoryUsage());
    return heapUsed + arrayBuffers + external;
  };
  const warm = sign();
  assert.ok(sign() - warm < 1024 * 1024);
});
