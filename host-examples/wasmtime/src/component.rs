//! Embeds `vault-aws-login.wasm`.

use std::path::Path;

use wasmtime::component::{Component, Linker};
use wasmtime::error::Context;
use wasmtime::{Cache, Config, Engine, Result, Store, bail};

mod bindings {
    wasmtime::component::bindgen!({ path: "../../wit", world: "login" });
}

pub use bindings::Login;
pub use bindings::exports::vault_aws::login::lifecycle;
pub use bindings::exports::vault_aws::login::signer::{Credentials, LoginOptions, StsEndpoint};

use crate::session::{Session, SessionConfig};

/// The component, compiled and ready to be instantiated any number of times.
pub struct LoginComponent {
    engine: Engine,
    component: Component,
    linker: Linker<()>,
}

impl LoginComponent {
    /// Loads the component from its file.
    pub fn load(path: &Path) -> Result<Self> {
        // The engine compiles. With a cache it does so once for a file, and later starts are quick;
        // without one (a read-only home folder) it works all the same.
        let mut config = Config::new();
        config.cache(Cache::from_file(None).ok());
        let engine = Engine::new(&config)?;

        // The component, compiled to native code.
        let component = Component::from_file(&engine, path).with_context(|| {
            format!(
                "cannot load the component {} (`make component` builds it)",
                path.display()
            )
        })?;

        // The linker stays empty, because the component imports nothing: whatever the file holds,
        // it can reach no file, no socket, no clock and no environment.
        let linker = Linker::new(&engine);

        Ok(Self {
            engine,
            component,
            linker,
        })
    }

    /// Signs a login: the JSON body for `POST /v1/auth/<mount>/login`.
    pub fn sign_login(
        &self,
        credentials: &Credentials,
        options: &LoginOptions,
        unix_seconds: u64,
    ) -> Result<String> {
        let (mut store, instance) = self.instantiate()?;

        // The call. The inner result is the component's, the outer one the runtime's.
        match instance.vault_aws_login_signer().call_sign_login(
            &mut store,
            credentials,
            options,
            unix_seconds,
        )? {
            Ok(login) => Ok(login),
            Err(refusal) => bail!("{}", refusal.message),
        }
    }

    /// Starts a session, which keeps its instance.
    pub fn session(&self, config: &SessionConfig, jitter_seed: u64) -> Result<Session> {
        let (store, instance) = self.instantiate()?;
        Session::create(store, instance, config, jitter_seed)
    }

    fn instantiate(&self) -> Result<(Store<()>, Login)> {
        // The store owns one instance and its memory; both end with this login.
        let mut store = Store::new(&self.engine, ());
        let instance = Login::instantiate(&mut store, &self.component, &self.linker)
            .context("the file is not a vault-aws:login component")?;
        Ok((store, instance))
    }
}
