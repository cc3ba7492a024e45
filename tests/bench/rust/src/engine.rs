//! wasmtime, and what runs in it.

use std::path::{Path, PathBuf};

use wasm_encoder::{ComponentBuilder, MemorySection, MemoryType};
use wasmparser::{Parser, Payload};
use wasmtime::component::{Component, Instance as ComponentInstance, InstancePre, Linker};
use wasmtime::{
    Cache, Config, Enabled, Engine, Instance, Module, PoolingAllocationConfig, ResourceLimiter,
    Result, Store, TypedFunc, WasmParams,
};

use crate::example;

mod bindings {
    wasmtime::component::bindgen!({ path: "../../../wit", world: "login" });
}

mod sign_only_bindings {
    wasmtime::component::bindgen!({ path: "../../../wit", world: "signer-only" });
}

use bindings::exports::vault_aws::login::inspector::ServerProfile;
use bindings::exports::vault_aws::login::signer::{Credentials, LoginOptions};
use bindings::{Login, LoginPre};
use sign_only_bindings::SignerOnly;
use sign_only_bindings::exports::vault_aws::login::signer as sign_only;

/// More than all memory of an instance.
const KEPT_BYTES: usize = 4 << 20;

/// The component to measure: `$BENCH_COMPONENT`, or else the shipped one.
pub fn component_path() -> PathBuf {
    std::env::var_os("BENCH_COMPONENT").map_or_else(
        || repository().join("dist/vault-aws-login.wasm"),
        PathBuf::from,
    )
}

fn repository() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../.."))
}

/// An engine that compiles each file once, and makes instances on demand.
pub fn on_demand() -> Engine {
    Engine::new(&config()).unwrap()
}

/// The same with memory and tables set aside for a few instances at once.
pub fn pooling() -> Engine {
    let mut config = config();
    let mut pool = PoolingAllocationConfig::new();
    // What an instance touched is zeroed for the next one, and not given back to the system.
    pool.linear_memory_keep_resident(KEPT_BYTES)
        .table_keep_resident(KEPT_BYTES)
        .pagemap_scan(Enabled::Auto);
    config.allocation_strategy(pool);
    Engine::new(&config).unwrap()
}

/// An engine that counts the instructions that are executed.
pub fn counting() -> Engine {
    let mut config = config();
    config.consume_fuel(true);
    Engine::new(&config).unwrap()
}

/// A store for any of these engines.
fn store(engine: &Engine) -> Store<()> {
    let mut store = Store::new(engine, ());
    // Refused where nothing is counted.
    let _ = store.set_fuel(u64::MAX);
    store
}

fn config() -> Config {
    let mut config = Config::new();
    config.cache(Cache::from_file(None).ok());
    config
}

/// The component, ready to be instantiated.
pub fn login(engine: &Engine) -> LoginPre<()> {
    let component = Component::from_file(engine, component_path()).unwrap();
    LoginPre::new(Linker::new(engine).instantiate_pre(&component).unwrap()).unwrap()
}

/// A component with nothing in it but as much memory as the other one starts with.
pub fn empty(engine: &Engine) -> InstancePre<()> {
    let mut memories = MemorySection::new();
    memories.memory(MemoryType {
        minimum: initial_pages(&std::fs::read(component_path()).unwrap()),
        maximum: None,
        memory64: false,
        shared: false,
        page_size_log2: None,
    });
    let mut module = wasm_encoder::Module::new();
    module.section(&memories);
    let mut builder = ComponentBuilder::default();
    let module = builder.core_module(None, &module);
    builder.core_instantiate(None, module, []);
    let component = Component::new(engine, builder.finish()).unwrap();
    Linker::new(engine).instantiate_pre(&component).unwrap()
}

fn initial_pages(component: &[u8]) -> u64 {
    let sections = Parser::new(0).parse_all(component);
    let memories = sections.filter_map(|section| match section.unwrap() {
        Payload::MemorySection(memories) => Some(memories),
        _ => None,
    });
    memories
        .flatten()
        .map(|memory| memory.unwrap().initial)
        .sum()
}

/// Instantiates the empty component, and drops it.
pub fn start(empty: &InstancePre<()>) -> ComponentInstance {
    empty.instantiate(Store::new(empty.engine(), ())).unwrap()
}

/// One instance of the component.
pub struct Running<T: 'static = ()> {
    store: Store<T>,
    login: Login,
    credentials: Credentials,
    options: LoginOptions,
}

impl Running {
    pub fn new(login: &LoginPre<()>) -> Self {
        let mut store = store(login.engine());
        let login = login.instantiate(&mut store).unwrap();
        Self::of(store, login)
    }
}

impl<T> Running<T> {
    fn of(store: Store<T>, login: Login) -> Self {
        Self {
            store,
            login,
            credentials: Credentials {
                access_key_id: example::ACCESS_KEY_ID.into(),
                secret_access_key: example::SECRET_ACCESS_KEY.into(),
                session_token: None,
                expires_at_unix_seconds: None,
            },
            options: LoginOptions {
                region: None,
                server_id: Some(example::SERVER_ID.into()),
                role: Some(example::ROLE.into()),
                sts_endpoint: None,
            },
        }
    }

    pub fn sign_login(&mut self) -> String {
        let signer = self.login.vault_aws_login_signer();
        let login = signer.call_sign_login(
            &mut self.store,
            &self.credentials,
            &self.options,
            example::UNIX_SECONDS,
        );
        login.unwrap().unwrap()
    }

    /// Inspects a login that nothing is wrong with, knowing what a careful caller knows.
    pub fn check_login(&mut self, login: &str) -> usize {
        let profile = ServerProfile {
            server_id: None,
            sts_endpoint: None,
            allowed_headers: None,
            mount_config: None,
            core: None,
            auth_plugin: None,
            caller_arn: None,
            role: None,
        };
        let inspector = self.login.vault_aws_login_inspector();
        let found =
            inspector.call_check_login(&mut self.store, login, &profile, example::UNIX_SECONDS);
        found.unwrap().len()
    }

    /// Explains what a person copied off a terminal.
    pub fn diagnose(&mut self, paste: &str, login: &str) -> String {
        let inspector = self.login.vault_aws_login_inspector();
        let refusal = inspector.call_explain_pasted(
            &mut self.store,
            paste,
            None,
            Some(login),
            example::UNIX_SECONDS,
        );
        refusal.unwrap().message
    }
}

/// One instance of the component that signs and no more.
pub struct SignOnly<T: 'static = ()> {
    store: Store<T>,
    login: SignerOnly,
    credentials: sign_only::Credentials,
    options: sign_only::LoginOptions,
}

impl SignOnly {
    pub fn new(engine: &Engine) -> Self {
        Self::of(store(engine))
    }
}

impl<T> SignOnly<T> {
    fn of(mut store: Store<T>) -> Self {
        let engine = store.engine().clone();
        let path = repository().join("dist/vault-aws-login-signer.wasm");
        let component = Component::from_file(&engine, path).unwrap();
        let linker = Linker::new(&engine);
        let login = SignerOnly::instantiate(&mut store, &component, &linker).unwrap();
        Self {
            store,
            login,
            credentials: sign_only::Credentials {
                access_key_id: example::ACCESS_KEY_ID.into(),
                secret_access_key: example::SECRET_ACCESS_KEY.into(),
                session_token: None,
                expires_at_unix_seconds: None,
            },
            options: sign_only::LoginOptions {
                region: None,
                server_id: Some(example::SERVER_ID.into()),
                role: Some(example::ROLE.into()),
                sts_endpoint: None,
            },
        }
    }

    pub fn sign_login(&mut self) -> String {
        let signer = self.login.vault_aws_login_signer();
        let login = signer.call_sign_login(
            &mut self.store,
            &self.credentials,
            &self.options,
            example::UNIX_SECONDS,
        );
        login.unwrap().unwrap()
    }
}

/// Counts the bytes of linear memory.
#[derive(Default)]
struct LinearMemory {
    bytes: usize,
}

impl ResourceLimiter for LinearMemory {
    fn memory_growing(&mut self, now: usize, then: usize, _: Option<usize>) -> Result<bool> {
        self.bytes += then - now;
        Ok(true)
    }

    fn table_growing(&mut self, _: usize, _: usize, _: Option<usize>) -> Result<bool> {
        Ok(true)
    }
}

fn limited(engine: &Engine) -> Store<LinearMemory> {
    let mut store = Store::new(engine, LinearMemory::default());
    store.limiter(|memory| memory);
    store
}

/// The bytes of linear memory of the component, and of the signer alone, after a login.
pub fn linear_memory() -> [usize; 2] {
    let engine = on_demand();
    let component = Component::from_file(&engine, component_path()).unwrap();
    let mut store = limited(&engine);
    let login = Login::instantiate(&mut store, &component, &Linker::new(&engine)).unwrap();
    let mut running = Running::of(store, login);
    running.sign_login();
    let mut sign_only = SignOnly::of(limited(&engine));
    sign_only.sign_login();
    [running.store.data().bytes, sign_only.store.data().bytes]
}

/// A function of a build of `tests/bench/alone`, which is a core module.
pub struct Alone<P> {
    store: Store<()>,
    function: TypedFunc<P, u32>,
}

impl<P: WasmParams> Alone<P> {
    pub fn new(engine: &Engine, build: &str, function: &str) -> Self {
        let path = repository().join("target/bench").join(build);
        let module = Module::from_file(engine, path).unwrap();
        let mut store = store(engine);
        let instance = Instance::new(&mut store, &module, &[]).unwrap();
        let function = instance.get_typed_func(&mut store, function).unwrap();
        Self { store, function }
    }

    pub fn call(&mut self, argument: P) -> u32 {
        self.function.call(&mut self.store, argument).unwrap()
    }
}

/// AWS's signer alone, at the component's own level of optimisation.
pub fn signer(engine: &Engine) -> Alone<u64> {
    Alone::new(engine, "signer.wasm", "sign_alone")
}

/// SHA-256 alone, at the highest level.
pub fn sha256(engine: &Engine) -> Alone<u32> {
    Alone::new(engine, "sha256.wasm", "compress_blocks")
}

/// What has a store with fuel in it.
pub trait Fuelled {
    fn fuel(&self) -> u64;
}

impl Fuelled for SignOnly {
    fn fuel(&self) -> u64 {
        self.store.get_fuel().unwrap()
    }
}

impl Fuelled for Running {
    fn fuel(&self) -> u64 {
        self.store.get_fuel().unwrap()
    }
}

impl<P> Fuelled for Alone<P> {
    fn fuel(&self) -> u64 {
        self.store.get_fuel().unwrap()
    }
}
