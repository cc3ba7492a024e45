// Runs planted cases through the npm package, in Node, in a page or in workerd, and gathers all that it said.

/** Every text of a value: what it prints as, and each property, also those that nobody lists. */
function texts(value, seen = new Set()) {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null || seen.has(value)) return [String(value)];
  seen.add(value);
  const names = Reflect.ownKeys(value).map(String);
  const within = Reflect.ownKeys(value).flatMap((name) => texts(value[name], seen));
  const printed = value instanceof Error ? [String(value)] : [];
  return [...printed, ...names, ...within];
}

/** Undoes the contract's variants: the package's own types are simpler. */
const variant = (value) => (typeof value === 'object' && value !== null && 'url' in value ? value.url : value);
const given = (value) => value ?? undefined;

const credentialsOf = (from) => ({
  accessKeyId: from['access-key-id'],
  secretAccessKey: from['secret-access-key'],
  sessionToken: given(from['session-token']),
});

const optionsOf = (from = {}) => ({
  role: given(from.role),
  serverId: given(from['server-id']),
  region: given(from.region),
  stsEndpoint: given(variant(from['sts-endpoint'])),
});

function profileOf(from = {}) {
  const server = from['server-id'];
  const role = from.role;
  return {
    serverId: server === 'not-required' ? null : given(server?.required ?? server),
    stsEndpoint: given(from['sts-endpoint']),
    allowedHeaders: given(from['allowed-headers']),
    mountConfig: given(from['mount-config']),
    core: given(from.core),
    authPlugin: given(from['auth-plugin']),
    callerArn: given(from['caller-arn']),
    role: role?.iam
      ? {
          principalArns: role.iam['principal-arns'],
          uniqueIds: role.iam['unique-ids'],
          inferredEntity: role.iam['inferred-entity'],
        }
      : given(role),
  };
}

const answerOf = ({ status, body, date } = {}) => ({ status: given(status), body, date: given(date) });

/** Calls the package's function of that name. */
function call(api, name, request) {
  const time = request['unix-seconds'];
  const login = given(request['login-json']);
  switch (name) {
    case 'sign_login':
      return api.signLogin({ credentials: credentialsOf(request.credentials), ...optionsOf(request.options), time });
    case 'check_login':
      return api.checkLogin(login, { profile: profileOf(request['server-profile']), time });
    case 'explain_login':
      return api.explainLogin(login);
    case 'explain_refusal':
      return api.explainRefusal(answerOf(request.answer), { login, time });
    case 'explain_pasted':
      return api.explainPasted(request.text, { status: given(request.status), login, time });
    case 'clock_offset':
      return api.clockOffset(answerOf(request.answer), { time });
  }
  throw new Error(`no function is called ${name}`);
}

/** A server's answer, without what no server can send. */
function response({ status, headers, body }) {
  const list = new Headers();
  for (const [name, value] of headers) {
    try {
      list.append(name, value);
    } catch {
      // Not a header.
    }
  }
  const empty = status === 204 || status === 304;
  return new Response(empty ? null : body, { status, headers: list });
}

/** Answers as each server of the case would, one answer after another. */
function serve({ answers }) {
  const next = {};
  return async (url, { method }) => {
    const path = new URL(url).pathname;
    const server = path.includes('/v1/auth/')
      ? 'vault'
      : path === '/latest/api/token'
        ? 'metadata-token'
        : path === '/latest/meta-data/iam/security-credentials/'
          ? 'metadata-role'
          : method === 'POST'
            ? 'sts'
            : 'documents';
    next[server] = (next[server] ?? -1) + 1;
    return response(answers[server][next[server] % answers[server].length]);
  };
}

function sourceOf(source, session) {
  const token = async () => session['authorization-token'];
  if (source?.['container-endpoint']) {
    const { uri, authorization } = source['container-endpoint'];
    return { containerEndpoint: { uri, token: authorization === 'token' ? token : undefined } };
  }
  if (source?.['web-identity']) {
    const from = source['web-identity'];
    return {
      webIdentity: {
        roleArn: from['role-arn'],
        roleSessionName: from['role-session-name'],
        region: given(from.region),
        stsEndpoint: given(variant(from['sts-endpoint'])),
        token,
      },
    };
  }
  if (source === 'instance-metadata') return source;
  return async () => credentialsOf(session.credentials);
}

function roleOf(role) {
  return { roleArn: role['role-arn'], externalId: given(role['external-id']) };
}

/** Runs a session until it has nothing more to say for now. */
async function runSession(api, session, say) {
  const { config } = session;
  const options = {
    vaultAddr: session['vault-address'],
    mount: given(config.mount),
    namespace: given(config.namespace),
    ...optionsOf(config.login),
    credentials: sourceOf(config['credential-source'], session),
    fetch: serve(session),
  };
  let running;
  try {
    await new Promise((done) => {
      running = api.createSession({
        ...options,
        assumeRole: config['assume-role'] ? roleOf(config['assume-role']) : undefined,
        backOffCapMilliseconds: 1000,
        onToken: done,
        onTokenEnded: done,
        onRefusal: (refusal) => done(say('refusal', refusal)),
        onClockCorrection: (offset, message) => say('clock correction', message),
        onCredentialError: (error) => done(say('credential error', error)),
      });
      // A wait: nothing comes for a while.
      setTimeout(done, 3000);
    });
    running.tokenRefused();
    const refused = await running.token({ signal: AbortSignal.timeout(20) }).catch((error) => error);
    if (refused instanceof Error) say('token', refused);
    say('session', running);
  } catch (error) {
    say('session', error);
  }
  running?.close();
  try {
    const credentials = credentialsOf(session.credentials);
    const { warnings } = await api.login({ ...options, credentials, timeoutMilliseconds: 2000 });
    say('warnings', warnings);
  } catch (error) {
    say('login', error);
  }
}

/** Runs one case and returns its texts by place. */
async function runCase(api, { seed, calls, session }, inspect) {
  const said = {};
  const say = (place, value) => {
    const all = texts(value);
    if (inspect) all.push(inspect(value));
    said[place] = [...(said[place] ? [said[place]] : []), ...all].join('\n');
  };
  for (const [name, request] of calls) {
    try {
      const result = call(api, name, request);
      if (name !== 'sign_login') say(name, result);
    } catch (error) {
      say(name, error);
    }
  }
  if (session) await runSession(api, session, say);
  return { seed, texts: said };
}

/** Runs the cases, many at a time, since sessions wait. */
export async function run(api, cases, inspect) {
  const done = [];
  const queue = cases.values();
  const worker = async () => {
    for (const one of queue) done.push(await runCase(api, one, inspect));
  };
  await Promise.all(Array.from({ length: 64 }, worker));
  return done;
}
