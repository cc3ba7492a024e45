//! The rows of the benchmark that are Rust: the core natively, and the component in wasmtime.
//!
//! `tests/bench/run.py` runs it, one row at a time. Some arguments are not criterion's: `login`
//! prints a login, `first` the nanoseconds from the start of `main` to the first one,
//! `instructions` what a login executes in wasmtime, `compressions` how many of SHA-256 a login
//! takes, and `memory` the bytes of an instance.

mod engine;
mod example;
mod life;

use std::thread;
use std::time::{Duration, Instant};

use criterion::{Criterion, Throughput};
use vault_aws_login::inspector::{ServerProfile, check_login, explain_pasted};
use vault_aws_login_bench_alone::{compress_blocks, sign_alone};

use crate::engine::{Fuelled, Running, SignOnly};

fn main() {
    let started = Instant::now();
    match std::env::args().nth(1).as_deref() {
        Some("login") => println!("{}", first_login()),
        Some("first") => {
            first_login();
            println!("{}", started.elapsed().as_nanos());
        }
        Some("instructions") => instructions(),
        Some("compressions") => println!("{}", example::compressions()),
        Some("memory") => memory(),
        _ => benchmarks(),
    }
}

/// Prints the instructions of one warm call each: unlike times they do not depend on the machine.
fn instructions() {
    let engine = engine::counting();
    let mut running = Running::new(&engine::login(&engine));
    let mut sign_only = SignOnly::new(&engine);
    let mut signer = engine::signer(&engine);
    let mut sha256 = engine::sha256(&engine);
    let blocks = example::compressions();
    let login = executed(&mut running, Running::sign_login);
    let sign_only = executed(&mut sign_only, SignOnly::sign_login);
    let signer = executed(&mut signer, |signer| signer.call(example::UNIX_SECONDS));
    let sha256 = executed(&mut sha256, |sha256| sha256.call(blocks));
    println!("{login} {sign_only} {signer} {sha256}");
}

/// Prints the bytes of linear memory of the component and of the signer alone after a login, and
/// the resident bytes of one more instance of the component.
fn memory() {
    const INSTANCES: usize = 200;
    let [component, sign_only] = engine::linear_memory();
    let login = engine::login(&engine::on_demand());
    let signed = || {
        let mut running = Running::new(&login);
        running.sign_login();
        running
    };
    // The first ones touch what all of them share.
    let mut kept: Vec<Running> = (0..20).map(|_| signed()).collect();
    let before = resident_bytes();
    kept.extend((0..INSTANCES).map(|_| signed()));
    let resident = (resident_bytes() - before) / INSTANCES;
    println!("{component} {sign_only} {resident}");
}

fn resident_bytes() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:"));
    let kibibytes = line.unwrap().split_whitespace().nth(1).unwrap();
    kibibytes.parse::<usize>().unwrap() * 1024
}

fn executed<T: Fuelled, R>(host: &mut T, call: impl Fn(&mut T) -> R) -> u64 {
    call(host);
    let before = host.fuel();
    call(host);
    before - host.fuel()
}

fn first_login() -> String {
    Running::new(&engine::login(&engine::on_demand())).sign_login()
}

fn benchmarks() {
    let mut criterion = Criterion::default().configure_from_args();
    warm(&mut criterion);
    floor(&mut criterion);
    fresh(&mut criterion);
    inspector(&mut criterion);
    life::session(&mut criterion);
    criterion.final_summary();
}

fn warm(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("warm");
    group.bench_function("native", |b| b.iter(example::login));
    group.bench_function("native-signer", |b| {
        b.iter(|| sign_alone(example::UNIX_SECONDS));
    });
    group.bench_function("wasmtime", |b| {
        let mut running = Running::new(&engine::login(&engine::on_demand()));
        assert_eq!(running.sign_login(), example::login());
        b.iter(|| running.sign_login());
    });
    group.bench_function("wasmtime-sign-only", |b| {
        let mut sign_only = SignOnly::new(&engine::on_demand());
        assert_eq!(sign_only.sign_login(), example::login());
        b.iter(|| sign_only.sign_login());
    });
    group.bench_function("wasmtime-signer", |b| {
        let mut signer = engine::signer(&engine::on_demand());
        assert_eq!(
            signer.call(example::UNIX_SECONDS),
            sign_alone(example::UNIX_SECONDS)
        );
        b.iter(|| signer.call(example::UNIX_SECONDS));
    });
    group.finish();
}

fn floor(criterion: &mut Criterion) {
    let blocks = example::compressions();
    let mut group = criterion.benchmark_group("floor");
    group.throughput(Throughput::Elements(blocks.into()));
    group.bench_function("native", |b| b.iter(|| compress_blocks(blocks)));
    group.bench_function("wasmtime", |b| {
        let mut sha256 = engine::sha256(&engine::on_demand());
        assert_eq!(sha256.call(blocks), compress_blocks(blocks));
        b.iter(|| sha256.call(blocks));
    });
    group.finish();
}

fn fresh(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("fresh");
    for (name, engine) in [
        ("on-demand", engine::on_demand as fn() -> _),
        ("pooling", engine::pooling),
    ] {
        group.bench_function(name, |b| {
            let login = engine::login(&engine());
            b.iter(|| Running::new(&login).sign_login());
        });
        group.bench_function(format!("{name}-empty"), |b| {
            let empty = engine::empty(&engine());
            b.iter(|| engine::start(&empty));
        });
        group.bench_function(format!("{name}-threads"), |b| {
            let login = engine::login(&engine());
            b.iter_custom(|times| on_every_core(times, || Running::new(&login).sign_login()));
        });
    }
    group.finish();
}

/// Returns how long it takes all cores together to do it so many times.
fn on_every_core<T>(times: u64, action: impl Fn() -> T + Sync) -> Duration {
    let cores = thread::available_parallelism().unwrap().get() as u64;
    let started = Instant::now();
    thread::scope(|scope| {
        for core in 0..cores {
            let action = &action;
            scope.spawn(move || {
                for _ in (core..times).step_by(cores as usize) {
                    std::hint::black_box(action());
                }
            });
        }
    });
    started.elapsed()
}

fn inspector(criterion: &mut Criterion) {
    let login = example::login();
    let mut group = criterion.benchmark_group("inspector");
    group.bench_function("native", |b| {
        b.iter(|| check_login(&login, &ServerProfile::default(), example::UNIX_SECONDS));
    });
    group.bench_function("wasmtime", |b| {
        let mut running = Running::new(&engine::login(&engine::on_demand()));
        b.iter(|| running.check_login(&login));
    });
    let diagnosed = || explain_pasted(example::PASTE, None, Some(&login), example::UNIX_SECONDS);
    group.bench_function("diagnose-native", |b| b.iter(diagnosed));
    group.bench_function("diagnose-wasmtime", |b| {
        let mut running = Running::new(&engine::login(&engine::on_demand()));
        let message = running.diagnose(example::PASTE, &login);
        assert_eq!(message, diagnosed().message);
        b.iter(|| running.diagnose(example::PASTE, &login));
    });
    group.finish();
}
