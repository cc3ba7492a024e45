//! Nothing that is written for people holds a secret.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use proptest::prelude::*;
use vault_aws_login::Credentials;
use vault_aws_login::session::{
    Action, ContainerAuthorization, ContainerEndpoint, CredentialSource, Destination, Header,
    Refusal, Request, Response, WebIdentity,
};

use crate::host::{Host, body, errors, login_answer};

const MARKER: &str = "s3cret";

#[test]
fn debug_of_no_value_shows_a_secret() {
    let mut host = Host::new(CredentialSource::Pushed);
    let credentials = Credentials::new(
        "ASIAIOSFODNN7EXAMPLE".into(),
        format!("{MARKER}1"),
        Some(format!("{MARKER}2")),
        None,
    );
    host.session
        .push_credentials(credentials.unwrap(), host.now);
    let request = host.request();
    let mut seen = vec![format!("{request:?}"), format!("{:?}", host.session)];
    // The login holds no secret but is one.
    assert!(!seen[0].contains(body(&request)) && !seen[0].contains("iam_request"));
    let response = Response {
        status: 200,
        headers: vec![Header::new("set-cookie", MARKER)],
        body: login_answer(60).replace("hvs.example", "hvs.s3cret").into(),
    };
    seen.push(format!("{response:?}"));
    host.session.on_response(request.id, host.now, response);
    let ready = host.next();
    assert!(matches!(&ready, Action::TokenReady(lease) if lease.token.contains(MARKER)));
    seen.push(format!("{ready:?}"));
    let renewal = host.request();
    assert!(
        renewal
            .headers
            .iter()
            .any(|header| header.value.contains(MARKER))
    );
    seen.push(format!("{renewal:?} {:?}", renewal.headers));
    for text in seen {
        assert!(!text.contains(MARKER), "{text}");
    }
}

#[test]
fn refusal_shows_nothing_of_an_answer_that_is_not_vaults() {
    for answer in [
        r#"{"auth":{"client_token":"s3cret","lease_duration":0}}"#,
        r#"{"auth":{"client_token":"s3cret","lease_duration":60,"num_uses":1}}"#,
        r#"{"wrap_info":{"token":"s3cret"}}"#,
        "s3cret",
        r#"{"errors":"s3cret"}"#,
        r#"["s3cret"]"#,
    ] {
        for status in [200, 400, 500] {
            let mut host = Host::with_credentials();
            let request = host.request();
            host.answer(&request, status, answer);
            let shown = shown(&host.refusal());
            assert!(!shown.contains(MARKER), "{shown}");
        }
    }
}

/// Dots, dashes and stars cut each of them into runs that do not look like a secret.
const VAULT_TOKEN: &str = "hvs.Zq-7x.Kw_3f*Pd.9m-Ls.2v~Hn.4c-Bt.8y";
const SECRET_KEY: &str = "wJalr*XUtnF*EMIK7*MDENG*bPxRf*iCYEX*AMPLE";
const SESSION_TOKEN: &str = "FwoG*Zoo3%Jb+Yt4/Wq-Nr&5h<Xe\"6u.Gk=Da:Sj";
const POD_TOKEN: &str = "eyJh.bGci-OiJS.UzI1~NiIs.ImtpZCI-6Ij*Ex.Qm4";
const METADATA_TOKEN: &str = "AQAE-ALq*Uv.6rT~pW-8sE.kF*3gY-oC.5jZ";

/// What a server echoes, and every secret that the session knows then.
struct Leak {
    host: Host,
    request: Request,
    echo: String,
    secrets: Vec<String>,
}

impl Leak {
    fn new(host: Host, request: Request, secrets: &[&str]) -> Self {
        let headers: Vec<String> = request
            .headers
            .iter()
            .map(|header| format!("{}: {}", header.name, *header.value))
            .collect();
        let echo = format!(
            "{} {}\n{}\n\n{}",
            request.method.as_str(),
            request.path_and_query,
            headers.join("\n"),
            body(&request)
        );
        Self {
            host,
            request,
            echo,
            secrets: secrets.iter().map(|secret| (*secret).to_owned()).collect(),
        }
    }

    /// A login with all that is in it. The server decodes it before it echoes.
    fn login() -> Self {
        let mut host = Host::new(CredentialSource::Pushed);
        push(&mut host);
        let request = host.request();
        let login: serde_json::Value = serde_json::from_str(body(&request)).unwrap();
        let encoded = login["iam_request_headers"].as_str().unwrap().to_owned();
        let headers = String::from_utf8(STANDARD.decode(&encoded).unwrap()).unwrap();
        let (_, signature) = headers.split_once("Signature=").unwrap();
        let signature = signature[..64].to_owned();
        let mut leak = Self::new(host, request, &[SECRET_KEY, SESSION_TOKEN]);
        leak.echo += &headers;
        // The padding of base64 is not secret: it says no more than a length.
        let encoded = encoded.trim_end_matches('=').to_owned();
        leak.secrets.extend([encoded, signature]);
        leak
    }

    fn renewal() -> Self {
        Self::renewal_of(600)
    }

    fn renewal_of(seconds: u64) -> Self {
        let mut host = with_token(seconds);
        let request = host.request();
        assert!(request.path_and_query.ends_with("renew-self"));
        Self::new(host, request, &[SECRET_KEY, SESSION_TOKEN, VAULT_TOKEN])
    }

    fn check() -> Self {
        let mut host = with_token(600);
        host.session.token_refused(host.now);
        let request = host.request();
        assert!(request.path_and_query.ends_with("lookup-self"));
        Self::new(host, request, &[SECRET_KEY, SESSION_TOKEN, VAULT_TOKEN])
    }

    fn web_identity() -> Self {
        let arn = "arn:aws:iam::123456789012:role/dev";
        let identity = WebIdentity::new(arn.into(), "pod".into(), None, None).unwrap();
        Self::fetch(CredentialSource::WebIdentity(identity))
    }

    fn container() -> Self {
        let endpoint = ContainerEndpoint::new("/x", ContainerAuthorization::Token).unwrap();
        Self::fetch(CredentialSource::ContainerEndpoint(endpoint))
    }

    fn fetch(source: CredentialSource) -> Self {
        let mut host = Host::new(source);
        assert!(matches!(host.wait(), Action::NeedAuthorizationToken));
        host.session
            .push_authorization_token(POD_TOKEN.into())
            .unwrap();
        let request = host.request();
        Self::new(host, request, &[POD_TOKEN])
    }

    fn instance_metadata() -> Self {
        let mut host = Host::new(CredentialSource::InstanceMetadata);
        for answer in [METADATA_TOKEN, "dev"] {
            let request = host.request();
            host.answer(&request, 200, answer);
        }
        let request = host.request();
        Self::new(host, request, &[METADATA_TOKEN])
    }

    fn each() -> [fn() -> Self; 6] {
        [
            Self::login,
            Self::renewal,
            Self::check,
            Self::web_identity,
            Self::container,
            Self::instance_metadata,
        ]
    }

    /// Answers with these words where the server's words are quoted, and returns what is shown.
    fn answer(mut self, words: &str) -> String {
        let (status, answer) = match self.request.destination {
            Destination::Vault => (403, errors(words)),
            Destination::Sts => (400, format!("<Error><Code>{words}</Code></Error>")),
            Destination::ContainerEndpoint | Destination::InstanceMetadata => {
                (200, serde_json::json!({ "Code": words }).to_string())
            }
        };
        self.host.answer(&self.request, status, &answer);
        let message = shown(&self.host.refusal());
        for reading in readings(&message) {
            for secret in &self.secrets {
                for piece in secret.as_bytes().windows(8) {
                    let piece = core::str::from_utf8(piece).unwrap();
                    assert!(!reading.contains(piece), "{piece} is in {message}");
                }
            }
        }
        message
    }
}

/// Everything that a host prints of a refusal.
fn shown(refusal: &Refusal) -> String {
    let Some(diagnosis) = &refusal.diagnosis else {
        return refusal.message.clone();
    };
    let quoted = diagnosis.quoted.as_deref().unwrap_or_default();
    format!("{}: {quoted}", refusal.message)
}

fn push(host: &mut Host) {
    let credentials = Credentials::new(
        "ASIAIOSFODNN7EXAMPLE".into(),
        SECRET_KEY.into(),
        Some(SESSION_TOKEN.into()),
        None,
    );
    host.session
        .push_credentials(credentials.unwrap(), host.now);
}

fn with_token(seconds: u64) -> Host {
    let mut host = Host::new(CredentialSource::Pushed);
    push(&mut host);
    let request = host.request();
    let answer = login_answer(seconds).replace("hvs.example", VAULT_TOKEN);
    host.answer(&request, 200, &answer);
    assert_eq!(host.lease().token.as_str(), VAULT_TOKEN);
    host
}

/// A way to write a text.
#[derive(Clone, Copy, Debug)]
enum Spelling {
    Plain,
    Json,
    JsonOfCodes,
    Percent,
    PercentOfAll,
    Html,
    HtmlOfCodes,
    Base64,
    Base64Url,
    SoftHyphens,
    Folded,
}

impl Spelling {
    const ALL: [Self; 11] = [
        Self::Plain,
        Self::Json,
        Self::JsonOfCodes,
        Self::Percent,
        Self::PercentOfAll,
        Self::Html,
        Self::HtmlOfCodes,
        Self::Base64,
        Self::Base64Url,
        Self::SoftHyphens,
        Self::Folded,
    ];

    fn write(self, text: &str) -> String {
        let each = |write: &dyn Fn(char) -> String| text.chars().map(write).collect::<String>();
        match self {
            Self::Plain => text.into(),
            Self::Json => {
                let quoted = serde_json::to_string(text).unwrap().replace('/', "\\/");
                quoted[1..quoted.len() - 1].into()
            }
            Self::JsonOfCodes => each(&|c| format!("\\u{:04x}", u32::from(c))),
            Self::Percent => each(&|c| match c {
                c if c.is_ascii_alphanumeric() || "-_.~".contains(c) => c.into(),
                c => percent(c),
            }),
            Self::PercentOfAll => each(&percent),
            Self::Html => each(&|c| match c {
                '<' => "&lt;".into(),
                '>' => "&gt;".into(),
                '&' => "&amp;".into(),
                '"' => "&quot;".into(),
                '/' => "&#x2F;".into(),
                c => c.into(),
            }),
            Self::HtmlOfCodes => each(&|c| format!("&#{};", u32::from(c))),
            Self::Base64 => STANDARD.encode(text),
            Self::Base64Url => URL_SAFE_NO_PAD.encode(text),
            Self::SoftHyphens => each(&|c| format!("{c}\u{ad}")),
            Self::Folded => text
                .as_bytes()
                .chunks(6)
                .map(|line| String::from_utf8_lossy(line).into_owned())
                .collect::<Vec<_>>()
                .join("\r\n "),
        }
    }
}

fn percent(c: char) -> String {
    let mut bytes = [0; 4];
    let bytes = c.encode_utf8(&mut bytes).bytes();
    bytes.map(|byte| format!("%{byte:02X}")).collect()
}

/// Reads a message as an attacker would who looks for secrets.
fn readings(message: &str) -> Vec<String> {
    let mut readings = vec![message.to_owned()];
    for _ in 0..4 {
        readings.push(unescape(readings.last().unwrap()));
    }
    let joined = readings.iter().map(|reading| {
        let visible = |c: &char| !c.is_whitespace() && *c != '\u{ad}';
        reading.chars().filter(visible).collect::<String>()
    });
    let joined: Vec<String> = joined.collect();
    let is_base64 = |c: char| c.is_ascii_alphanumeric() || "+/-_".contains(c);
    for reading in &joined {
        for run in reading.split(|c| !is_base64(c)) {
            let run = run.replace('-', "+").replace('_', "/");
            for start in 0..4.min(run.len()) {
                let whole = (run.len() - start) / 4 * 4;
                let bytes = STANDARD.decode(&run[start..start + whole]).unwrap();
                readings.push(String::from_utf8_lossy(&bytes).into_owned());
            }
        }
    }
    readings.extend(joined);
    readings
}

/// Reads one layer of JSON, percent and HTML escapes.
fn unescape(text: &str) -> String {
    let mut read = String::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let code =
            |digits: Option<&str>, radix| char::from_u32(u32::from_str_radix(digits?, radix).ok()?);
        let until = |from: usize| Some(rest.get(from..)?.split_once(';')?.0);
        let found = match rest.as_bytes() {
            [b'%', ..] => code(rest.get(1..3), 16).map(|c| (c, 3)),
            [b'\\', b'u', ..] => code(rest.get(2..6), 16).map(|c| (c, 6)),
            [b'\\', c, ..] => Some((char::from(*c), 2)),
            [b'&', b'#', b'x', ..] => code(until(3), 16).map(|c| (c, until(3).unwrap().len() + 4)),
            [b'&', b'#', ..] => code(until(2), 10).map(|c| (c, until(2).unwrap().len() + 3)),
            [b'&', ..] => [("lt", '<'), ("gt", '>'), ("amp", '&'), ("quot", '"')]
                .into_iter()
                .find(|(name, _)| until(1) == Some(*name))
                .map(|(name, c)| (c, name.len() + 2)),
            _ => None,
        };
        let (c, length) = found.unwrap_or((c, c.len_utf8()));
        read.push(c);
        rest = rest.get(length..).unwrap_or_default();
    }
    read
}

#[test]
fn whole_request_is_echoed_in_every_spelling_without_its_secrets() {
    for leak in Leak::each() {
        for outer in Spelling::ALL {
            for inner in Spelling::ALL {
                let leak = leak();
                let words = outer.write(&inner.write(&leak.echo));
                leak.answer(&words);
            }
        }
    }
}

#[test]
fn secret_that_straddles_the_end_of_what_is_quoted_is_not_shown() {
    for leak in Leak::each() {
        for before in 440..=500 {
            let leak = leak();
            let words = format!("{}{}", "a ".repeat(250).split_at(before).0, leak.echo);
            leak.answer(&words);
        }
    }
}

#[test]
fn words_around_a_secret_are_quoted() {
    let words = format!("cannot renew {VAULT_TOKEN} for {SECRET_KEY}: it is not renewable");
    assert_eq!(
        Leak::renewal().answer(&words),
        "no renewal from Vault: expected one, found a refusal to renew the token (status 403): \
         cannot renew … for …: it is not renewable"
    );
    let words = format!("Code{POD_TOKEN}");
    assert_eq!(
        Leak::web_identity().answer(&words),
        "no credentials from STS: expected them, found a refusal to give credentials (status \
         400): …"
    );
}

#[test]
fn secrets_of_a_request_are_left_out_after_the_session_has_others() {
    let leak = Leak::login();
    let mut late = leak;
    let others = Credentials::new("AKIAIOSFODNN7EXAMPLE".into(), "others".into(), None, None);
    late.host
        .session
        .push_credentials(others.unwrap(), late.host.now);
    late.answer(&format!("cannot read {SESSION_TOKEN}"));

    // The token ends while its renewal is on its way.
    let mut late = Leak::renewal_of(5);
    late.host.pass(1_700);
    assert!(matches!(late.host.next(), Action::TokenEnded(1)));
    late.answer(&format!("cannot renew {VAULT_TOKEN}"));
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 1_000,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn part_of_a_request_is_echoed_in_any_spelling_without_its_secrets(
        leak in prop::sample::select(Leak::each().to_vec()),
        (from, length) in (0_usize..10_000, 0_usize..600),
        spellings in prop::collection::vec(prop::sample::select(Spelling::ALL.to_vec()), 0..4),
        (cut_start, cut_end) in (0_usize..12, 0_usize..12),
        before in ".{0,40}",
    ) {
        let leak = leak();
        let echo: Vec<char> = leak.echo.chars().collect();
        let from = from % echo.len();
        let mut words: String = echo[from..echo.len().min(from + length)].iter().collect();
        for spelling in spellings {
            words = spelling.write(&words);
        }
        let length = words.chars().count();
        let words: String = words
            .chars()
            .skip(cut_start)
            .take(length.saturating_sub(cut_start + cut_end))
            .collect();
        leak.answer(&format!("{before}{words}"));
    }
}
