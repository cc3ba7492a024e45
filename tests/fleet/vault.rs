//! A model of Vault and of the STS behind it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use vault_aws_login::session::{Request, Response, TransportFailure};

/// How long a token lives, in milliseconds, unless it is renewed.
const LEASE: u64 = 300_000;

/// How far a signature's time may be from AWS's, in seconds.
const TOLERANCE: i64 = 15 * 60;

/// 2015-08-30T12:36:00Z, AWS's time at the start, in seconds.
pub const EPOCH: u64 = 1_440_938_160;

/// What befalls Vault.
#[derive(Clone, Copy, Default)]
pub enum Weather {
    #[default]
    Fair,
    /// It accepts no connections between two times, in seconds.
    Down { from: u64, until: u64 },
    /// It answers every login with 403.
    Refusing,
    /// STS serves so many logins each second.
    Throttled { per_second: u64 },
}

pub struct Vault {
    weather: Weather,
    /// When each token ends, in milliseconds; the token's name is its index.
    ends: Vec<u64>,
    /// When each login arrived, in milliseconds, and from whom.
    pub logins: Vec<(u64, usize)>,
    /// The second in which STS serves, and how many it has served in it.
    served: (u64, u64),
    /// Whether signatures are looked at: it costs time, and matters where clocks are wrong.
    checks_time: bool,
}

impl Vault {
    pub fn new(weather: Weather, checks_time: bool) -> Self {
        Self {
            weather,
            ends: Vec::new(),
            logins: Vec::new(),
            served: (0, 0),
            checks_time,
        }
    }

    /// Returns when a token ends.
    pub fn end_of(&self, token: &str) -> u64 {
        self.ends[token
            .strip_prefix("hvs.")
            .unwrap()
            .parse::<usize>()
            .unwrap()]
    }

    /// Answers a request that arrives at a time, in milliseconds.
    pub fn answer(
        &mut self,
        proxy: usize,
        request: &Request,
        now: u64,
    ) -> Result<Response, TransportFailure> {
        if let Weather::Down { from, until } = self.weather
            && (from * 1_000..until * 1_000).contains(&now)
        {
            return Err(TransportFailure::Unreachable);
        }
        Ok(match request.path_and_query.as_str() {
            "/v1/auth/aws/login" => {
                self.logins.push((now, proxy));
                self.log_in(request, now)
            }
            "/v1/auth/token/renew-self" => self.renew(request, now),
            other => panic!("nobody asks for {other} here"),
        })
    }

    fn log_in(&mut self, request: &Request, now: u64) -> Response {
        match self.weather {
            Weather::Refusing => return errors(403, "permission denied"),
            Weather::Throttled { per_second } => {
                if self.served.0 != now / 1_000 {
                    self.served = (now / 1_000, 0);
                }
                self.served.1 += 1;
                if self.served.1 > per_second {
                    return errors(
                        400,
                        "error making upstream request: received error code 400 from STS: \
                         <Error><Code>Throttling</Code><Message>Rate exceeded</Message></Error>",
                    );
                }
            }
            Weather::Fair | Weather::Down { .. } => {}
        }
        if self.checks_time
            && let Err(refusal) = check_time(request, now)
        {
            return errors(400, &refusal);
        }
        self.ends.push(now + LEASE);
        granted(self.ends.len() - 1)
    }

    fn renew(&mut self, request: &Request, now: u64) -> Response {
        let token = request.headers.iter().find(|h| h.name == "x-vault-token");
        let name = token.unwrap().value.strip_prefix("hvs.").unwrap();
        let name: usize = name.parse().unwrap();
        if self.ends[name] <= now {
            return errors(403, "permission denied");
        }
        self.ends[name] = now + LEASE;
        granted(name)
    }
}

fn granted(name: usize) -> Response {
    response(
        200,
        format!(
            r#"{{"auth":{{"client_token":"hvs.{name}","accessor":"a","lease_duration":{},
             "renewable":true,"num_uses":0}}}}"#,
            LEASE / 1_000
        ),
    )
}

fn errors(status: u16, text: &str) -> Response {
    response(status, serde_json::json!({ "errors": [text] }).to_string())
}

fn response(status: u16, body: String) -> Response {
    Response {
        status,
        headers: Vec::new(),
        body: body.into_bytes(),
    }
}

/// Refuses a signature in AWS's words if it is more than 15 minutes old or early.
fn check_time(request: &Request, now: u64) -> Result<(), String> {
    let login: serde_json::Value = serde_json::from_slice(&request.body).unwrap();
    let headers = STANDARD.decode(login["iam_request_headers"].as_str().unwrap());
    let headers: serde_json::Value = serde_json::from_slice(&headers.unwrap()).unwrap();
    let signed = headers["X-Amz-Date"][0].as_str().unwrap();
    let aws = i64::try_from(EPOCH + now / 1_000).unwrap();
    let age = aws - seconds(signed);
    let (clock, bound) = (compact(aws), compact(aws - age.signum() * TOLERANCE));
    let text = if age > TOLERANCE {
        format!("Signature expired: {signed} is now earlier than {bound} ({clock} - 15 min.)")
    } else if age < -TOLERANCE {
        format!(
            "Signature not yet current: {signed} is still later than {bound} ({clock} + 15 min.)"
        )
    } else {
        return Ok(());
    };
    Err(format!(
        "error making upstream request: received error code 403 from STS: \
         <Error><Message>{text}</Message></Error>"
    ))
}

/// Reads the time of day of `20150830T123600Z`; the simulation does not cross midnight.
fn seconds(compact: &str) -> i64 {
    assert_eq!(&compact[..9], "20150830T");
    let part = |from: usize| compact[from..from + 2].parse::<i64>().unwrap();
    let midnight = i64::try_from(EPOCH).unwrap() - (12 * 3_600 + 36 * 60);
    midnight + part(9) * 3_600 + part(11) * 60 + part(13)
}

fn compact(unix: i64) -> String {
    let day = unix.rem_euclid(86_400);
    format!(
        "20150830T{:02}{:02}{:02}Z",
        day / 3_600,
        day / 60 % 60,
        day % 60
    )
}
