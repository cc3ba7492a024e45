//! Embeds `vault-aws-login.wasm`.

use std::fs;
use std::path::Path;

use wasmtime::component::{Component, Linker};
use wasmtime::error::Context;
use wasmtime::{Config, Engine, Result, Store};

use crate::cache;
use crate::echo::without_secrets;
use crate::failure::Failure;

mod bindings {
    wasmtime::component::bindgen!({ path: "wit", world: "login" });
}

pub use bindings::Login;
pub use bindings::exports::vault_aws::login::inspector;
pub use bindings::exports::vault_aws::login::inspector::{
    Answer as VaultAnswer, ExplainError, Explanation, Finding, LoginRule, Refusal as LoginRefusal,
    ServerProfile, Severity,
};
pub use bindings::exports::vault_aws::login::lifecycle;
pub use bindings::exports::vault_aws::login::signer::{
    Credentials, InputError, InputField, InputRule, LoginOptions, StsEndpoint,
};

/// The component, compiled and ready to be instantiated any number of times.
pub struct LoginComponent {
    engine: Engine,
    component: Component,
    linker: Linker<()>,
}

impl LoginComponent {
    /// Loads the component inside this program, or the one of a file.
    pub fn load(file: Option<&Path>) -> Result<Self> {
        // The engine compiles. With a cache it does so once for each component, so later starts are quick.
        // Without one, as in a read-only home folder, it compiles at each start.
        let mut config = Config::new();
        config.cache(cache::open());
        let engine = Engine::new(&config)?;

        // The component, compiled to native code.
        let component = match file {
            None => Component::new(&engine, vault_aws_login_wasm::COMPONENT)?,
            Some(path) => {
                let shown = without_secrets(&path.display().to_string());
                let describe = || format!("cannot load the component {shown}");
                let wasm = fs::read(path).with_context(describe)?;
                Component::new(&engine, wasm).with_context(describe)?
            }
        };

        // The linker stays empty, because the component imports nothing. So the component cannot
        // reach a file, a socket, a clock or the environment.
        let linker = Linker::new(&engine);

        Ok(Self {
            engine,
            component,
            linker,
        })
    }

    /// Makes an instance, which shares nothing with another one.
    pub fn instantiate(&self) -> Result<Instance> {
        // The store owns the instance and its memory; both end together.
        let mut store = Store::new(&self.engine, ());
        let login = Login::instantiate(&mut store, &self.component, &self.linker)
            .context("the file is not a vault-aws:login component")?;
        Ok(Instance { store, login })
    }
}

/// One instance, for one login or one session.
pub struct Instance {
    pub store: Store<()>,
    pub login: Login,
}

impl Instance {
    /// Signs a login: the JSON body for `POST /v1/auth/<mount>/login`.
    pub fn sign_login(
        &mut self,
        credentials: &Credentials,
        options: &LoginOptions,
        unix_seconds: u64,
    ) -> Result<String, Failure> {
        // The call. The inner result is the component's, the outer one the runtime's.
        match self.login.vault_aws_login_signer().call_sign_login(
            &mut self.store,
            credentials,
            options,
            unix_seconds,
        )? {
            Ok(login) => Ok(login),
            Err(refused) => Err(refused.into()),
        }
    }

    /// Predicts what a server does with a login, from what is known of the server.
    pub fn check_login(
        &mut self,
        login: &str,
        server: &ServerProfile,
        unix_seconds: u64,
    ) -> Result<Vec<Finding>> {
        self.login.vault_aws_login_inspector().call_check_login(
            &mut self.store,
            login,
            server,
            unix_seconds,
        )
    }

    /// Shows what is in a login.
    pub fn explain_login(&mut self, login: &str) -> Result<Explanation, Failure> {
        let inspector = self.login.vault_aws_login_inspector();
        Ok(inspector.call_explain_login(&mut self.store, login)??)
    }

    /// Explains who refused a login, why, and what to change.
    pub fn explain_refusal(
        &mut self,
        answer: &VaultAnswer,
        login: Option<&str>,
        unix_seconds: u64,
    ) -> Result<LoginRefusal> {
        self.login.vault_aws_login_inspector().call_explain_refusal(
            &mut self.store,
            answer,
            login,
            unix_seconds,
        )
    }

    /// Explains the same from a text that holds the answer.
    pub fn explain_pasted(
        &mut self,
        text: &str,
        status: Option<u16>,
        login: Option<&str>,
        unix_seconds: u64,
    ) -> Result<LoginRefusal> {
        self.login.vault_aws_login_inspector().call_explain_pasted(
            &mut self.store,
            text,
            status,
            login,
            unix_seconds,
        )
    }
}

/// Nothing is known of the server but what the login tells.
pub const NOTHING_KNOWN: ServerProfile = ServerProfile {
    server_id: None,
    sts_endpoint: None,
    allowed_headers: None,
    mount_config: None,
    core: None,
    auth_plugin: None,
    caller_arn: None,
    role: None,
};
