//! Calls `sign-login` natively and through the component, with the same input.

use serde_json::Value;
use vault_aws_login as native;
use wasmtime::Store;
use wasmtime::component::{Component, Func, Linker, Val};

/// The arguments of `sign-login`.
#[derive(Clone, Copy, Debug)]
pub struct Input<'a> {
    pub access_key_id: &'a str,
    pub secret_access_key: &'a str,
    pub session_token: Option<&'a str>,
    pub expires_at_unix_seconds: Option<u64>,
    pub region: Option<&'a str>,
    pub server_id: Option<&'a str>,
    pub role: Option<&'a str>,
    pub sts_endpoint: Option<Sts<'a>>,
    pub unix_seconds: u64,
}

#[derive(Clone, Copy, Debug)]
pub enum Sts<'a> {
    Regional,
    Fips,
    DualStack,
    FipsDualStack,
    Url(&'a str),
}

/// A refusal, its enums by their names in `wit/login.wit`.
#[derive(Debug, PartialEq, Eq)]
pub struct Refusal {
    pub rule: String,
    pub field: String,
    pub message: String,
}

impl<'a> Input<'a> {
    /// Reads a vector of `tests/vectors`, which has the contract's names.
    pub fn of(vector: &'a Value) -> Self {
        let (credentials, options) = (&vector["credentials"], &vector["options"]);
        let endpoint = &options["sts-endpoint"];
        Self {
            access_key_id: credentials["access-key-id"].as_str().unwrap(),
            secret_access_key: credentials["secret-access-key"].as_str().unwrap(),
            session_token: credentials["session-token"].as_str(),
            expires_at_unix_seconds: credentials["expires-at-unix-seconds"].as_u64(),
            region: options["region"].as_str(),
            server_id: options["server-id"].as_str(),
            role: options["role"].as_str(),
            sts_endpoint: endpoint["url"].as_str().map(Sts::Url).or_else(|| {
                endpoint.as_str().map(|name| match name {
                    "regional" => Sts::Regional,
                    "fips" => Sts::Fips,
                    "dual-stack" => Sts::DualStack,
                    "fips-dual-stack" => Sts::FipsDualStack,
                    other => panic!("no STS endpoint is called {other}"),
                })
            }),
            unix_seconds: vector["unix-seconds"].as_u64().unwrap(),
        }
    }
}

impl Input<'_> {
    /// AWS's published example key, and nothing that may be left out.
    pub const EXAMPLE: Self = Self {
        access_key_id: "AKIAIOSFODNN7EXAMPLE",
        secret_access_key: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        session_token: None,
        expires_at_unix_seconds: None,
        region: None,
        server_id: None,
        role: None,
        sts_endpoint: None,
        unix_seconds: 1_440_938_160,
    };

    /// Signs with the crate.
    pub fn sign_natively(&self) -> Result<String, Refusal> {
        self.sign().map_err(|error| Refusal {
            rule: error.rule.name().into(),
            field: error.field.name().into(),
            message: error.message,
        })
    }

    fn sign(&self) -> Result<String, native::InputError> {
        let credentials = native::Credentials::new(
            self.access_key_id.into(),
            self.secret_access_key.into(),
            self.session_token.map(Into::into),
            self.expires_at_unix_seconds,
        )?;
        let sts_endpoint = match self.sts_endpoint {
            None => None,
            Some(Sts::Regional) => Some(native::StsEndpoint::Regional),
            Some(Sts::Fips) => Some(native::StsEndpoint::Fips),
            Some(Sts::DualStack) => Some(native::StsEndpoint::DualStack),
            Some(Sts::FipsDualStack) => Some(native::StsEndpoint::FipsDualStack),
            Some(Sts::Url(url)) => Some(native::StsEndpoint::Url(native::StsUrl::new(url)?)),
        };
        let options = native::LoginOptions::new(
            self.region.map(Into::into),
            self.server_id.map(Into::into),
            self.role.map(Into::into),
            sts_endpoint,
        )?;
        let time = native::UnixSeconds::new(self.unix_seconds)?;
        native::sign_login(&credentials, &options, time)
    }

    fn arguments(&self) -> [Val; 3] {
        let text = |text: &str| Val::String(text.into());
        let optional = |value: Option<Val>| Val::Option(value.map(Box::new));
        let record = |fields: Vec<(&str, Val)>| {
            let named = fields.into_iter().map(|(name, value)| (name.into(), value));
            Val::Record(named.collect())
        };
        let credentials = record(vec![
            ("access-key-id", text(self.access_key_id)),
            ("secret-access-key", text(self.secret_access_key)),
            ("session-token", optional(self.session_token.map(text))),
            (
                "expires-at-unix-seconds",
                optional(self.expires_at_unix_seconds.map(Val::U64)),
            ),
        ]);
        let case = |name: &str, payload| Val::Variant(name.into(), payload);
        let sts_endpoint = self.sts_endpoint.map(|endpoint| match endpoint {
            Sts::Regional => case("regional", None),
            Sts::Fips => case("fips", None),
            Sts::DualStack => case("dual-stack", None),
            Sts::FipsDualStack => case("fips-dual-stack", None),
            Sts::Url(url) => case("url", Some(Box::new(text(url)))),
        });
        let options = record(vec![
            ("region", optional(self.region.map(text))),
            ("server-id", optional(self.server_id.map(text))),
            ("role", optional(self.role.map(text))),
            ("sts-endpoint", optional(sts_endpoint)),
        ]);
        [credentials, options, Val::U64(self.unix_seconds)]
    }
}

/// One instance of the component, linked to nothing.
pub struct Instance {
    store: Store<()>,
    sign_login: Func,
}

impl Instance {
    pub fn new() -> Self {
        Self::of(&Component::new(&crate::engine(), crate::component()).unwrap())
    }

    /// One of several instances of a component.
    pub fn of(component: &Component) -> Self {
        let mut store = Store::new(component.engine(), ());
        let instance = Linker::new(component.engine())
            .instantiate(&mut store, component)
            .unwrap();
        let signer = instance
            .get_export_index(&mut store, None, "vault-aws:login/signer@0.1.0")
            .unwrap();
        let sign_login = instance
            .get_export_index(&mut store, Some(&signer), "sign-login")
            .unwrap();
        let sign_login = instance.get_func(&mut store, sign_login).unwrap();
        Self { store, sign_login }
    }

    /// Signs with the component. Values are passed by name, so that what comes back can be
    /// compared by name.
    pub fn sign_login(&mut self, input: &Input<'_>) -> Result<String, Refusal> {
        let mut results = [Val::Bool(false)];
        self.sign_login
            .call(&mut self.store, &input.arguments(), &mut results)
            .unwrap();
        match results {
            [Val::Result(Ok(Some(login)))] => Ok(string(*login)),
            [Val::Result(Err(Some(error)))] => Err(refusal(*error)),
            other => panic!("expected a result, found {other:?}"),
        }
    }
}

impl Default for Instance {
    fn default() -> Self {
        Self::new()
    }
}

fn refusal(error: Val) -> Refusal {
    let Val::Record(fields) = error else {
        panic!("expected a record, found {error:?}");
    };
    let mut fields = fields.into_iter();
    let mut field = |expected: &str| {
        let (name, value) = fields.next().unwrap();
        assert_eq!(name, expected);
        string(value)
    };
    Refusal {
        rule: field("rule"),
        field: field("field"),
        message: field("message"),
    }
}

fn string(value: Val) -> String {
    match value {
        Val::String(text) | Val::Enum(text) => text,
        other => panic!("expected a string or a name, found {other:?}"),
    }
}
