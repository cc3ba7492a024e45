//! The rows of the benchmark that are Rust: the core natively, and the component in wasmtime.
//!
//! `tests/bench/run.py` runs it, one row at a time. Some arguments are not criterion's: `login`
//! prints a login, `first` the nanoseconds from the start of `main` to the first one, and
//! `instructions` what a login executes in wasmtime.

mod engine;
mod example;
mod life;

use std::thread;
use std::time::{Duration, Instant};

use criterion::{Criterion, Throughput};
use vault_aws_login::inspector::{ServerProfile, check_login};
use vault_aws_login_bench_alone::{compress_blocks, sign_alone};

use crate::engine::{Fuelled, Running};

fn main() {
    let started = Instant::now();
    match std::env::args().nth(1).as_deref() {
        Some("login") => println!("{}", first_login()),
        Some("first") => {
            first_login();
            println!("{}", started.elapsed().as_nanos());
        }
        Some("instructions") => instructions(),
        _ => benchmarks(),
    }
}

/// Prints the instructions of one warm call each: unlike times they do not depend on the machine.
fn instructions() {
    let engine = engine::counting();
    let mut running = Running::new(&engine::login(&engine));
    let mut signer = engine::signer(&engine);
    let mut sha256 = engine::sha256(&engine);
    let blocks = example::compressions();
    let login = executed(&mut running, Running::sign_login);
    let signer = executed(&mut signer, |signer| signer.call(example::UNIX_SECONDS));
    let sha256 = executed(&mut sha256, |sha256| sha256.call(blocks));
    println!("{login} {signer} {sha256}");
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
    group.finish();
}
