package vaultawslogin;

/** Why there is no answer. */
public enum TransportFailure {
  /** The server's name or address is not known, or it does not accept connections. */
  UNREACHABLE,
  /** The time for the request is over. */
  TIMED_OUT,
  /** The connection ended before the answer did, or what came is not HTTP. */
  INTERRUPTED,
  /** The server's certificate is not trusted, or what answers does not speak TLS. */
  UNTRUSTED,
  /** The answer is longer than the limit. */
  ANSWER_TOO_LARGE
}
