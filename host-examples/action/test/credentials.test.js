import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { credentialSource } from '../src/credentials.js';

const KEYS = { AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE', AWS_SECRET_ACCESS_KEY: 'x', AWS_SESSION_TOKEN: '' };
const OIDC = { ACTIONS_ID_TOKEN_REQUEST_URL: 'https://tokens.example.com' };
const ROLE = 'arn:aws:iam::123456789012:role/ci';
const FILE = fileURLToPath(import.meta.url);
const source = (env, awsRole) => credentialSource(awsRole, env, async (audience) => `token for ${audience}`);

test('keys of the environment are used as they are', async () => {
  const found = source({ ...KEYS, AWS_WEB_IDENTITY_TOKEN_FILE: '/none', AWS_ROLE_ARN: ROLE });
  assert.deepEqual(await found(), { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'x', sessionToken: undefined });
});

test('role is assumed with the identity token of the job, whatever else there is', async () => {
  const { webIdentity } = source({ ...KEYS, ...OIDC, AWS_REGION: 'eu-west-1' }, ROLE);
  const { token, ...rest } = webIdentity;
  assert.deepEqual(rest, { roleArn: ROLE, roleSessionName: 'GitHubActions', region: 'eu-west-1', stsEndpoint: 'regional' });
  assert.equal(await token(), 'token for sts.amazonaws.com');
});

test('role without the permission for the identity token is refused', () => {
  assert.throws(() => source(KEYS, ROLE), /give the job `permissions: id-token: write`/);
});

test('role of a pod is assumed with the token of its file, at the endpoint of the environment', async () => {
  const env = { AWS_WEB_IDENTITY_TOKEN_FILE: FILE, AWS_ROLE_ARN: ROLE, AWS_ENDPOINT_URL_STS: 'https://sts.example.com' };
  const { token, ...rest } = source({ ...env, AWS_ROLE_SESSION_NAME: 'mine' }).webIdentity;
  assert.deepEqual(rest, { roleArn: ROLE, roleSessionName: 'mine', region: undefined, stsEndpoint: 'https://sts.example.com' });
  assert.match(await token(), /^import assert/);
});

test('container endpoint is asked with its authorization token', async () => {
  const uri = 'http://169.254.170.23/v1/credentials';
  const { containerEndpoint } = source({ AWS_CONTAINER_CREDENTIALS_FULL_URI: uri, AWS_CONTAINER_AUTHORIZATION_TOKEN: 'a' });
  assert.equal(containerEndpoint.uri, uri);
  assert.equal(await containerEndpoint.token(), 'a');
  assert.equal(source({ AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: '/v2' }).containerEndpoint.token, undefined);
});

test('instance metadata are asked on machines of the user alone', () => {
  assert.equal(source({ RUNNER_ENVIRONMENT: 'self-hosted' }), 'instance-metadata');
  assert.throws(
    () => source({ RUNNER_ENVIRONMENT: 'github-hosted' }),
    /expected AWS credentials: let a step with aws-actions\/configure-aws-credentials run before this one, or give the input aws-role/,
  );
});
