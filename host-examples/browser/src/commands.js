/** Rules of logins that this project's signer, and Vault's CLI, do not make: another login of the same caller heals them. */
const SIGNED_AGAIN = new Set([
  'json-over-limits',
  'json-duplicate-key',
  'json-trailing-bytes',
  'json-malformed',
  'login-is-form',
  'login-too-large',
  'login-fields-missing',
  'login-flows-mixed',
  'field-type-wrong',
  'headers-not-json',
  'headers-blank',
  'headers-missing',
  'header-value-type-wrong',
  'header-pair-malformed',
  'header-illegal',
  'header-repeated',
  'header-hop-by-hop',
  'header-not-allowed',
  'query-parameter-not-allowed',
  'method-missing',
  'method-unsupported',
  'method-get',
  'url-missing',
  'url-not-base64',
  'url-unparsable',
  'sts-url-malformed',
  'sts-url-not-bare',
  'post-with-query',
  'query-action-missing',
  'query-action-repeated',
  'query-action-unexpected',
  'body-missing',
  'body-not-base64',
  'body-unparsable',
  'body-unexpected',
  'authorization-missing',
  'server-id-missing',
  'server-id-differs',
  'server-id-not-signed',
  'region-missing',
  'host-differs',
  'host-not-plain',
  'content-length-differs',
  'accept-json',
  'accept-encoding',
  'content-type-not-form',
  'get-with-body',
  'signature-incomplete',
  'signature-twice',
  'signature-malformed',
  'signature-expired',
  'signature-not-yet-current',
  'date-missing',
  'date-malformed',
  'host-not-signed',
  'signed-header-missing',
  'signed-headers-unsorted',
  'amz-header-not-signed',
  'scope-region-differs',
  'scope-service-differs',
  'scope-terminator-differs',
  'scope-date-differs',
  'sts-action-invalid',
]);

const CONFIG = 'auth/aws/config/client';

/** What is asked or written on the server, by rule. `vault` is the CLI of the server's maker. */
const ON_THE_SERVER = {
  'connection-broken-off': ({ vault }) => `${vault} write -f ${CONFIG}`,
  'plugin-panics': ({ vault }) => `${vault} write -f ${CONFIG}`,
  'mount-unknown': ({ vault }) => [`${vault} auth list`, `${vault} auth enable aws`],
  'plugin-not-running': ({ vault }) => `${vault} plugin list auth`,
  'vault-sealed': ({ vault }) => [`${vault} status`, `${vault} operator unseal`],
  'vault-not-initialized': ({ vault }) => `${vault} operator init`,
  'no-active-node': ({ vault }) => `${vault} operator members`,
  'server-id-missing': ({ vault, wanted }) => !wanted && `${vault} read -field=iam_server_id_header_value ${CONFIG}`,
  'server-id-differs': ({ vault, sentServerId }) =>
    sentServerId && `${vault} write ${CONFIG} iam_server_id_header_value=${quoted(sentServerId)}`,
  'header-not-allowed': allowed,
  'query-parameter-not-allowed': allowed,
  'region-missing': ({ vault }) => `${vault} write ${CONFIG} use_sts_region_from_client=false`,
  'scope-region-differs': ({ vault }) => `${vault} write ${CONFIG} use_sts_region_from_client=true`,
  'sts-unreachable': readEndpoint,
  'sts-host-unknown': readEndpoint,
  'sts-endpoint-malformed': readEndpoint,
  'sts-answer-not-xml': readEndpoint,
  'sts-answer-unparsable': readEndpoint,
  'arn-malformed': readEndpoint,
  'vault-keys-refused': ({ vault }) => `${vault} read ${CONFIG}`,
  'vault-keys-missing': ({ vault }) => `${vault} read ${CONFIG}`,
  'account-not-configured': ({ vault }) => `${vault} list auth/aws/config/sts`,
  'principal-lookup-empty': ({ vault }) => `${vault} list auth/aws/config/sts`,
  'role-unknown': ({ vault, role, principal }) => [
    `${vault} list auth/aws/role`,
    role && principal && `${vault} write auth/aws/role/${quoted(role)} auth_type=iam bound_iam_principal_arn=${quoted(principal)}`,
  ],
  'role-wants-ec2': readRole,
  'principal-not-bound': ({ vault, role, principal, bound }) => [
    readRole({ vault, role }),
    // What is written takes the place of what was bound.
    role && principal && bound &&
      `${vault} write auth/aws/role/${quoted(role)} bound_iam_principal_arn=${quoted([...bound, principal].join(','))}`,
  ],
  'binding-never-matches': readRole,
  'session-not-instance': readRole,
  'instance-not-bound': readRole,
  'instance-not-found': readRole,
};

const WHO_AM_I = () => 'aws sts get-caller-identity';
const COMPARE_CLOCKS = () => 'date -u; curl --silent --head https://sts.amazonaws.com | grep -i ^date';

/** What is asked where the login is made, by rule. */
const ON_THE_CLIENT = {
  'vault-unreachable': ({ health }) => health,
  'vault-timed-out': ({ health }) => health,
  'answer-not-vaults': ({ health }) => health,
  'vault-certificate-untrusted': ({ health }) => health,
  'signature-expired': COMPARE_CLOCKS,
  'signature-not-yet-current': COMPARE_CLOCKS,
  'session-expired': WHO_AM_I,
  'access-key-unknown': WHO_AM_I,
  'caller-is-root': WHO_AM_I,
  'caller-is-federated': WHO_AM_I,
  'principal-not-bound': WHO_AM_I,
  'node-role-not-bound': WHO_AM_I,
};

/** The names of the rules that have commands. */
export const RULES = [...new Set([...SIGNED_AGAIN, ...Object.keys(ON_THE_SERVER), ...Object.keys(ON_THE_CLIENT)])];

/** What the form, the login and an answer say, as far as commands need it. */
export function factsOf({ profile, explanation, refusal }) {
  const headers = explanation?.headers ?? [];
  const sent = told(headers.find(({ name }) => name.toLowerCase() === 'x-vault-aws-iam-server-id')?.value);
  return {
    vault: profile.core?.flavour === 'openbao' ? 'bao' : 'vault',
    role: told(explanation?.role),
    sentServerId: sent,
    wanted: refusal?.expectedServerId ?? profile.serverId,
    serverId: refusal?.expectedServerId ?? (profile.serverId === undefined ? sent : profile.serverId),
    region: regionOf(profile, explanation, refusal),
    allowed: profile.allowedHeaders,
    principal: principalOf(profile.callerArn),
    bound: profile.role?.principalArns,
    health: 'curl --silent --show-error $VAULT_ADDR/v1/sys/health',
  };
}

/** The commands for a rule, each with the place where it runs. All of what it says of others is quoted for a shell. */
export function commandsFor({ rule, message = '' }, facts) {
  const named = /`(X-Amz-[^`]+)`/i.exec(message)?.[1];
  const made = (table) => [Object.hasOwn(table, rule) ? table[rule]({ ...facts, named }) : []].flat().filter(Boolean);
  return [
    ...made(ON_THE_CLIENT).map((text) => ({ where: 'On the client', text })),
    ...(SIGNED_AGAIN.has(rule) ? logins(facts) : []),
    ...made(ON_THE_SERVER).map((text) => ({ where: 'On the server', text })),
  ].filter(({ text }) => !/\p{C}/u.test(text));
}

/** A login that fits, by Vault's CLI, which OpenBao's lacks, and by this project's command. */
function logins({ vault, role, serverId, region }) {
  const options = [role && `--role ${quoted(role)}`, serverId && `--server-id ${quoted(serverId)}`, region && `--region ${quoted(region)}`];
  const values = [role && `role=${quoted(role)}`, serverId && `header_value=${quoted(serverId)}`, region && `region=${quoted(region)}`];
  const credentials = '--env AWS_ACCESS_KEY_ID --env AWS_SECRET_ACCESS_KEY --env AWS_SESSION_TOKEN';
  const sign = ['wasmtime run', credentials, 'dist/vault-aws-login-cli.wasm sign', ...options].filter(Boolean).join(' ');
  const own = { where: 'On the client, with this project’s command', text: `${sign} | curl --data @- $VAULT_ADDR/v1/auth/aws/login` };
  if (vault !== 'vault') return [own];
  const text = ['vault login -method=aws', ...values].filter(Boolean).join(' ');
  return [{ where: 'On the client, with Vault’s CLI', text }, own];
}

/** What the component shows in full: of what may be a secret it shows the length. */
function told(text) {
  return /\(\d+ characters\)/.test(text) ? undefined : text;
}

/** The region to sign for, unless it is the one that signers take without being told. */
function regionOf({ stsEndpoint }, explanation, refusal) {
  const wanted = refusal?.wantedRegion ?? (stsEndpoint === 'global' ? 'us-east-1' : stsEndpoint?.region ?? regionIn(stsEndpoint?.url));
  const region = wanted ?? told(explanation?.scope?.region);
  return region === 'us-east-1' ? undefined : region;
}

function regionIn(url) {
  return /^https:\/\/sts\.([a-z]{2}(?:-[a-z]+)+-\d)\.amazonaws\.com(?:\.cn)?\/?$/.exec(url ?? '')?.[1];
}

/** The ARN that a role is bound to: that of the role behind a session. */
function principalOf(arn) {
  const session = /^arn:([\w-]+):sts::(\d{12}):assumed-role\/([^/]+)\/[^/]+$/.exec(arn ?? '');
  return session ? `arn:${session[1]}:iam::${session[2]}:role/${session[3]}` : arn;
}

function allowed({ vault, allowed: known, named }) {
  const read = `${vault} read -field=allowed_sts_header_values ${CONFIG}`;
  // What is written takes the place of what was allowed.
  return known && named ? `${vault} write ${CONFIG} allowed_sts_header_values=${quoted([...known, named].join(','))}` : read;
}

function readEndpoint({ vault }) {
  return `${vault} read -field=sts_endpoint ${CONFIG}`;
}

function readRole({ vault, role }) {
  return role ? `${vault} read auth/aws/role/${quoted(role)}` : `${vault} list auth/aws/role`;
}

/** Quotes a word for a POSIX shell. */
function quoted(word) {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
