/** Translates a vector of `tests/vectors/hosts.json`, which has the contract's names, into the options of `signLogin`. */
export function vectorOptions({ credentials, options, 'unix-seconds': time }) {
  const endpoint = options['sts-endpoint'];
  return {
    credentials: {
      accessKeyId: credentials['access-key-id'],
      secretAccessKey: credentials['secret-access-key'],
      sessionToken: credentials['session-token'],
      expiration: credentials['expires-at-unix-seconds'],
    },
    role: options.role,
    serverId: options['server-id'],
    region: options.region,
    stsEndpoint: typeof endpoint === 'object' ? endpoint.url : endpoint,
    time,
  };
}
