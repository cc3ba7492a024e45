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

/** What is asked or written on the server, by rule. `vault` is the CLI of the server's maker, `at` a path below the mount. */
const ON_THE_SERVER = {
  'connection-broken-off': ({ vault, at }) => `${vault} write -f ${at('config/client')}`,
  'plugin-panics': ({ vault, at }) => `${vault} write -f ${at('config/client')}`,
  'mount-unknown': ({ vault, path }) => [`${vault} auth list`, [`${vault} auth enable`, path, 'aws'].filter(Boolean).join(' ')],
  'plugin-not-running': ({ vault }) => `${vault} plugin list auth`,
  'vault-sealed': ({ vault }) => [`${vault} status`, `${vault} operator unseal`],
  'vault-not-initialized': ({ vault }) => `${vault} operator init`,
  'no-active-node': ({ vault }) => `${vault} operator members`,
  'server-id-missing': ({ vault, at, wanted }) => !wanted && `${vault} read -field=iam_server_id_header_value ${at('config/client')}`,
  'server-id-differs': ({ vault, at, sentServerId }) =>
    sentServerId && `${vault} write ${at('config/client')} ${set('iam_server_id_header_value', sentServerId)}`,
  'header-not-allowed': allowed,
  'query-parameter-not-allowed': allowed,
  'region-missing': ({ vault, at }) => `${vault} write ${at('config/client')} use_sts_region_from_client=false`,
  'scope-region-differs': ({ vault, at }) => `${vault} write ${at('config/client')} use_sts_region_from_client=true`,
  'sts-unreachable': readEndpoint,
  'sts-host-unknown': readEndpoint,
  'sts-endpoint-malformed': readEndpoint,
  'sts-answer-not-xml': readEndpoint,
  'sts-answer-unparsable': readEndpoint,
  'arn-malformed': readEndpoint,
  'vault-keys-refused': ({ vault, at }) => `${vault} read ${at('config/client')}`,
  'vault-keys-missing': ({ vault, at }) => `${vault} read ${at('config/client')}`,
  'account-not-configured': ({ vault, at }) => `${vault} list ${at('config/sts')}`,
  'principal-lookup-empty': ({ vault, at }) => `${vault} list ${at('config/sts')}`,
  'role-unknown': (facts) => [`${facts.vault} list ${facts.at('role')}`, bind(facts, 'auth_type=iam')],
  'role-wants-ec2': readRole,
  // What is written takes the place of what was bound.
  'principal-not-bound': (facts) => [readRole(facts), facts.bound && bind(facts)],
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
export function factsOf({ profile, explanation, refusal, mount = 'aws' }) {
  const headers = explanation?.headers ?? [];
  const sent = told(headers.find(({ name }) => name.toLowerCase() === 'x-vault-aws-iam-server-id')?.value);
  return {
    vault: profile.core?.flavour === 'openbao' ? 'bao' : 'vault',
    mount,
    path: mount === 'aws' ? undefined : quoted(`-path=${mount}`),
    at: (...path) => quoted(['auth', mount, ...path].join('/')),
    role: told(explanation?.role),
    sentServerId: sent,
    wanted: refusal?.expectedServerId ?? profile.serverId,
    serverId: refusal?.expectedServerId ?? (profile.serverId === undefined ? sent : profile.serverId),
    region: regionOf(profile, explanation, refusal),
    allowed: profile.allowedHeaders,
    caller: profile.callerArn,
    bound: profile.role?.principalArns,
    health: 'curl --silent --show-error $VAULT_ADDR/v1/sys/health',
  };
}

/** The commands for a rule, each with the place where it runs. All of what it says of others is quoted for a shell. */
export function commandsFor({ rule, message = '' }, facts) {
  const named = /`(X-Amz-[^`]+)`/i.exec(message)?.[1];
  const made = (table) => [Object.hasOwn(table, rule) ? table[rule]({ ...facts, named }) : []].flat().filter(Boolean);
  const placed = (where) => (command) => (typeof command === 'string' ? { where, text: command } : command);
  return [
    ...made(ON_THE_CLIENT).map(placed('On the client')),
    ...(SIGNED_AGAIN.has(rule) ? logins(facts) : []),
    ...made(ON_THE_SERVER).map(placed('On the server')),
  ].filter(({ text }) => !/\p{C}/u.test(text));
}

/** A login that fits, by Vault's CLI, which OpenBao's lacks, and by this project's command. */
function logins({ vault, mount, path, role, serverId, region }) {
  const options = [role && `--role ${quoted(role)}`, serverId && `--server-id ${quoted(serverId)}`, region && `--region ${quoted(region)}`];
  const values = [path, role && set('role', role), serverId && set('header_value', serverId), region && set('region', region)];
  const credentials = '--env AWS_ACCESS_KEY_ID --env AWS_SECRET_ACCESS_KEY --env AWS_SESSION_TOKEN';
  const sign = ['wasmtime run', credentials, 'vault-aws-login-cli.wasm sign', ...options].filter(Boolean).join(' ');
  const post = `curl --data @- $VAULT_ADDR/v1/auth/${quoted(inUrl(mount))}/login`;
  const own = { where: 'On the client, with this project’s command', text: `${sign} | ${post}` };
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

/**
 * Binds the role to the caller as well. Of a session's ARN only AWS can tell that of the role behind it, which may have a
 * path; without its answer nothing is written.
 */
function bind({ vault, at, role, caller, bound = [] }, ...fields) {
  if (!role || !caller) return undefined;
  const write = [`${vault} write`, at('role', role), ...fields].join(' ');
  const session = /^arn:[\w-]+:sts::(\d{12}):assumed-role\/([^/]+)\/[^/]+$/.exec(caller);
  if (!session) return `${write} ${set('bound_iam_principal_arn', [...bound, caller].join(','))}`;
  const [, account, name] = session;
  const others = set('bound_iam_principal_arn', bound.map((arn) => `${arn},`).join(''));
  return {
    where: `On the server, with AWS credentials of the account ${account}`,
    text: `arn=$(aws iam get-role --role-name ${quoted(name)} --query Role.Arn --output text) && ${write} ${others}"$arn"`,
  };
}

function allowed({ vault, at, allowed: known, named }) {
  const read = `${vault} read -field=allowed_sts_header_values ${at('config/client')}`;
  // What is written takes the place of what was allowed.
  const all = known && named && set('allowed_sts_header_values', [...known, named].join(','));
  return all ? `${vault} write ${at('config/client')} ${all}` : read;
}

function readEndpoint({ vault, at }) {
  return `${vault} read -field=sts_endpoint ${at('config/client')}`;
}

function readRole({ vault, at, role }) {
  return role ? `${vault} read ${at('role', role)}` : `${vault} list ${at('role')}`;
}

/** Writes a mount's path as a URL has it. What no command may hold stays as it is, and keeps the command off the page. */
function inUrl(mount) {
  return mount.replaceAll(/[^\p{C}\w./~-]/gu, encodeURIComponent);
}

/** A field and its value for Vault's CLI, which takes a value that begins with `@` for the name of a file to send. */
function set(field, value) {
  return `${field}=${quoted(value.replace(/^@/, String.raw`\@`))}`;
}

/** Quotes a word for a POSIX shell. */
function quoted(word) {
  return word === '' || /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
