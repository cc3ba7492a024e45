// Where the job's AWS credentials come from. The variables are AWS's own.
import { readFile } from 'node:fs/promises';

import { ActionError } from './errors.js';

/** @typedef {import('vault-aws-login').CredentialSource} CredentialSource */

const AUDIENCE = 'sts.amazonaws.com';
const SESSION_NAME = 'GitHubActions';

/**
 * Chooses the source of the credentials.
 *
 * @param {string | undefined} awsRole
 * @param {Readonly<Record<string, string | undefined>>} env
 * @param {(audience: string) => Promise<string>} identityToken Gets GitHub's identity token of the job.
 * @returns {CredentialSource}
 */
export function credentialSource(awsRole, env, identityToken) {
  if (awsRole) {
    if (!env['ACTIONS_ID_TOKEN_REQUEST_URL']) {
      throw new ActionError(
        'The job has no identity token',
        "aws-role needs GitHub's identity token: give the job `permissions: id-token: write`, beside `contents: read`",
      );
    }
    return { webIdentity: { ...exchange(env), roleArn: awsRole, token: () => identityToken(AUDIENCE) } };
  }
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey, AWS_SESSION_TOKEN: sessionToken } = env;
  if (accessKeyId && secretAccessKey) {
    const credentials = { accessKeyId, secretAccessKey, sessionToken: sessionToken || undefined };
    return async () => credentials;
  }
  const { AWS_WEB_IDENTITY_TOKEN_FILE: file, AWS_ROLE_ARN: roleArn } = env;
  if (file && roleArn) return { webIdentity: { ...exchange(env), roleArn, token: () => text(file) } };
  const uri = env['AWS_CONTAINER_CREDENTIALS_RELATIVE_URI'] || env['AWS_CONTAINER_CREDENTIALS_FULL_URI'];
  if (uri) return { containerEndpoint: { uri, token: authorization(env) } };
  // On GitHub's own machines that address answers too, but not for AWS.
  if (env['RUNNER_ENVIRONMENT'] === 'self-hosted') return 'instance-metadata';
  throw new ActionError(
    'The job has no AWS credentials',
    'expected AWS credentials: let a step with aws-actions/configure-aws-credentials run before this one, ' +
      'or give the input aws-role',
  );
}

/** How a token is exchanged for credentials. @param {Readonly<Record<string, string | undefined>>} env */
function exchange(env) {
  const region = env['AWS_REGION'] || env['AWS_DEFAULT_REGION'] || undefined;
  const url = env['AWS_ENDPOINT_URL_STS'] || undefined;
  const stsEndpoint = url ?? (region ? 'regional' : undefined);
  return { roleSessionName: env['AWS_ROLE_SESSION_NAME'] || SESSION_NAME, region, stsEndpoint };
}

/** @param {Readonly<Record<string, string | undefined>>} env */
function authorization(env) {
  const file = env['AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE'];
  if (file) return () => text(file);
  const token = env['AWS_CONTAINER_AUTHORIZATION_TOKEN'];
  return token ? async () => token : undefined;
}

/** @param {string} file */
async function text(file) {
  return (await readFile(file, 'utf8')).trim();
}
