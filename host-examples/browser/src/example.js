/** The key that AWS publishes for examples, and a login for it. */
export const example = {
  'access-key-id': 'AKIAIOSFODNN7EXAMPLE',
  'secret-access-key': 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
  'session-token': '',
  role: 'dev',
  'sign-server-id': 'vault.example.com',
  region: '',
  'sign-sts': '',
  'sign-sts-url': '',
  'sign-time': '',
};

/** The server that the example is for. */
export const exampleServer = {
  'mount-config': 'written',
  'server-id': 'value',
  'server-id-value': 'vault.example.com',
  sts: 'global',
  'allowed-headers': '',
  time: '',
  software: 'vault',
  version: '1.18.5',
};
