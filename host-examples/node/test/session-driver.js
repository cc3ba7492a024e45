// The session driver of the shared scenarios: tests/e2e/scenarios/README.md has its protocol.
import { createHash } from 'node:crypto';
import { createInterface } from 'node:readline';

import { createSession } from 'vault-aws-login';

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const { value: first } = await lines.next();
const told = JSON.parse(first);

const given = (value) => value ?? undefined;
const print = (event) => process.stdout.write(`${JSON.stringify(event)}\n`);

let credentials;
let haveCredentials;
const firstCredentials = new Promise((resolve) => {
  haveCredentials = resolve;
});

/** What an application's provider would return. */
async function provide() {
  await firstCredentials;
  return credentials;
}

function source({ from, uri, authorization_token, role_arn, session_name, token, sts_endpoint }) {
  switch (from) {
    case 'pushed':
      return provide;
    case 'container': {
      const readToken = authorization_token === null ? undefined : async () => authorization_token;
      return { containerEndpoint: { uri, token: readToken } };
    }
    case 'web-identity': {
      const names = { roleArn: role_arn, roleSessionName: session_name, stsEndpoint: given(sts_endpoint) };
      return { webIdentity: { ...names, token: async () => token } };
    }
    default:
      throw new Error(`unknown source of credentials: ${from}`);
  }
}

function role({ role_arn, session_name, external_id, duration_seconds, region, sts_endpoint }) {
  return {
    roleArn: role_arn,
    roleSessionName: session_name,
    externalId: given(external_id),
    durationSeconds: given(duration_seconds),
    region: given(region),
    stsEndpoint: given(sts_endpoint),
  };
}

let lease = told.adopt && { ...told.adopt, startsAt: new Date(told.adopt.startsAt), endsAt: new Date(told.adopt.endsAt) };

const session = createSession({
  vaultAddr: told.vault_addr,
  mount: told.mount,
  namespace: given(told.namespace),
  role: given(told.role),
  serverId: given(told.server_id),
  region: given(told.region),
  stsEndpoint: given(told.sts_endpoint),
  credentials: source(told.credentials),
  assumeRole: told.assume_role ? role(told.assume_role) : undefined,
  requestTimeoutMilliseconds: given(told.request_timeout_ms),
  backOffCapMilliseconds: given(told.back_off_cap_ms),
  startSpreadMilliseconds: given(told.start_spread_ms),
  clockCorrectionLimitSeconds: given(told.clock_correction_limit_s),
  adopt: given(lease),
  onToken: (news) => {
    lease = news;
    const token_sha256 = createHash('sha256').update(news.token).digest('hex');
    print({ event: 'token', generation: news.generation, renewable: news.renewable, token_sha256 });
  },
  onTokenEnded: (generation) => print({ event: 'token-ended', generation }),
  onRefusal: ({ rule, healing, destination = null, message, diagnosis }) => {
    console.error([message, ...Object.values(diagnosis ?? {})].join('\n'));
    print({ event: 'refused', rule, healing, destination, diagnosis: diagnosis?.rule ?? null });
  },
  onClockCorrection: (offset_seconds) => print({ event: 'clock-corrected', offset_seconds }),
  onCredentialError: (error) => console.error(error),
});

for await (const line of lines) {
  const order = JSON.parse(line);
  switch (order.do) {
    case 'credentials':
      credentials = {
        accessKeyId: order.access_key_id,
        secretAccessKey: order.secret_access_key,
        sessionToken: given(order.session_token),
        expiration: order.expires_at === null ? undefined : new Date(order.expires_at * 1000),
      };
      haveCredentials();
      break;
    case 'token-refused':
      session.tokenRefused();
      break;
    case 'lease':
      print({ event: 'lease', lease });
      break;
    case 'close':
      session.close();
      process.exit(0);
  }
}
session.close();
