import assert from 'node:assert/strict';
import { test } from 'node:test';

import { readInputs } from '../src/inputs.js';

const PEM = `-----BEGIN CERTIFICATE-----
MIIBeDCCAR+gAwIBAgIUQ8k7dummy
-----END CERTIFICATE-----`;
const inputs = (given) => readInputs((name) => ({ url: 'https://vault.example.com:8200', ...given })[name] ?? '');

test('inputs that are left out have the defaults', () => {
  assert.deepEqual(inputs({}), {
    url: 'https://vault.example.com:8200',
    namespace: undefined,
    caCertificate: undefined,
    role: undefined,
    serverId: undefined,
    region: undefined,
    stsEndpoint: undefined,
    mount: undefined,
    awsRole: undefined,
    secrets: [],
    exportEnv: true,
    exportToken: false,
  });
});

for (const [given, message] of [
  [{ url: '' }, 'invalid input url: expected the address of the server, such as https://vault.example.com:8200, found nothing'],
  [{ url: 'vault.example.com' }, 'invalid input url: expected the address of the server, such as https://vault.example.com:8200, found something else'],
  [{ url: 'https://u:p@vault' }, 'invalid input url: expected the address of the server, such as https://vault.example.com:8200, without a user name, query or fragment'],
  [{ 'export-env': 'yes' }, 'invalid input export-env: expected `true` or `false`, found something else'],
  [{ 'export-token': '1' }, 'invalid input export-token: expected `true` or `false`, found something else'],
  [{ 'ca-certificate': PEM }, 'invalid input ca-certificate: expected a certificate in PEM, or base64 of one, found something else'],
  [{ 'ca-certificate': 'x' }, 'invalid input ca-certificate: expected a certificate in PEM, or base64 of one, found something else'],
]) {
  test(`input is refused: ${JSON.stringify(given).slice(0, 60)}`, () => {
    assert.throws(() => inputs(given), { message });
  });
}
