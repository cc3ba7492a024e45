use std::collections::BTreeMap;
use std::ffi::OsString;

use super::*;

/// Reads the words behind the program's name.
fn given(words: &[&str]) -> Result<Command, String> {
    let words = ["vault-aws-login"].iter().chain(words);
    let words: Vec<OsString> = words.map(OsString::from).collect();
    match read(&words) {
        Ok(program) => Ok(program.command),
        Err(Stop::Failure(failure)) => Err(failure.to_string().replace('\u{1b}', "")),
        Err(Stop::Text(text)) => Err(text.to_string()),
    }
}

/// The sentence that says what is wrong.
fn refused(words: &[&str]) -> String {
    let text = given(words).err().unwrap();
    let line = text.lines().next().unwrap_or_default();
    line.trim_start_matches("[1m[31merror[0m: ").into()
}

fn login(words: &[&str]) -> LoginArguments {
    match given(&[&["login"], words].concat()) {
        Ok(Command::Login(login)) => login,
        _ => panic!("no login: {words:?}"),
    }
}

#[test]
fn definition_is_one_that_clap_takes() {
    definition().debug_assert();
}

#[test]
fn slashes_around_a_mount_are_dropped() {
    assert_eq!(login(&["--mount", "/team/aws/"]).target.mount, "team/aws");
    assert_eq!(login(&[]).target.mount, "aws");
}

#[test]
fn endpoint_is_that_of_the_options() {
    use crate::component::StsEndpoint;
    let endpoint = |words: &[&str]| login(words).target.signing.endpoint().ok().unwrap();
    assert!(endpoint(&[]).is_none());
    assert!(matches!(endpoint(&["--fips"]), Some(StsEndpoint::Fips)));
    assert!(matches!(
        endpoint(&["--fips", "--dual-stack", "--fips"]),
        Some(StsEndpoint::FipsDualStack)
    ));
    assert!(matches!(
        endpoint(&["--sts-endpoint", "regional"]),
        Some(StsEndpoint::Regional)
    ));
}

#[test]
#[rustfmt::skip]
fn wrong_usage_is_refused_in_one_sentence() {
    assert_eq!(refused(&[]), "expected a command, found none");
    assert_eq!(refused(&["log"]), "expected login, exec, agent, sign, check, explain, diagnose, completions or man, found `log`");
    assert_eq!(refused(&["login", "--mount", "/"]), "expected --mount with a path such as aws, found an empty one");
    assert_eq!(refused(&["login", "--role", "a", "--role", "b"]), "expected --role once, found it again");
    assert_eq!(refused(&["login", "--role"]), "missing argument for option '--role'");
    assert_eq!(refused(&["login", "--fips=yes"]), "unexpected argument for option '--fips': \"yes\"");
    assert_eq!(refused(&["login", "--roll", "a"]), "invalid option '--roll'");
    assert_eq!(refused(&["login", "--sink", "a"]), "invalid option '--sink'");
    assert_eq!(refused(&["agent", "--format", "json"]), "invalid option '--format'");
    assert_eq!(refused(&["sign", "extra"]), "unexpected argument \"extra\"");
    assert_eq!(refused(&["agent"]), "expected --sink FILE, found none");
    assert_eq!(refused(&["completions"]), "expected SHELL, found none");
    assert_eq!(refused(&["completions", "csh"]), "expected bash, elvish, fish, powershell or zsh, found `csh`");
    assert_eq!(refused(&["check", "--vault-version", "latest"]), "expected a version such as 1.20.3 as --vault-version, found `latest`");
    assert_eq!(refused(&["diagnose", "--status", "ok"]), "expected an HTTP status as --status, found something else");
}

#[test]
fn words_that_may_be_secrets_are_not_repeated() {
    let secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
    for words in [
        vec![secret],
        vec!["sign", secret],
        vec!["sign", "--credentials", secret],
        vec!["completions", secret],
        vec!["login", "--format", secret],
        vec!["check", "--vault-version", secret],
        vec!["agent", "--clock-correction-limit", secret],
    ] {
        assert!(!refused(&words).contains("MDENG"), "{words:?}");
    }
    let option = format!("--{secret}");
    assert!(!refused(&["login", &option]).contains("MDENG"));
    assert!(!refused(&["login", &format!("--fips={secret}")]).contains("MDENG"));
}

#[test]
fn readme_has_the_variable_of_each_option() {
    let readme = concat!(env!("CARGO_MANIFEST_DIR"), "/README.md");
    let text = std::fs::read_to_string(readme).unwrap();
    let head = "| Option | Variable | Commands |\n|---|---|---|\n";
    let (before, rest) = text.split_once(head).unwrap();
    let (found, after) = rest.split_once("\n\n").unwrap();
    let wanted = variables();
    if std::env::var_os("WRITE_TEXTS").is_some() {
        std::fs::write(readme, format!("{before}{head}{wanted}\n\n{after}")).unwrap();
    } else {
        assert!(found == wanted, "WRITE_TEXTS=1 writes:\n{wanted}\n");
    }
}

/// The rows of the table: the options in the order of their commands, those with one variable as one.
fn variables() -> String {
    let mut rows: Vec<(String, String)> = Vec::new();
    let mut commands: BTreeMap<(String, String), Vec<String>> = BTreeMap::new();
    let definition = definition();
    let all = definition
        .get_arguments()
        .map(|arg| ("all".to_owned(), arg));
    let of_commands = definition.get_subcommands().flat_map(|command| {
        let name = command.get_name().to_owned();
        command.get_arguments().map(move |arg| (name.clone(), arg))
    });
    for (command, arg) in of_commands.chain(all) {
        let (Some(long), Some(variable)) = (arg.get_long(), arg.get_env()) else {
            continue;
        };
        let row = (long.to_owned(), variable.to_string_lossy().into_owned());
        if !rows.contains(&row) {
            rows.push(row.clone());
        }
        commands.entry(row).or_default().push(command);
    }
    let lines = rows.iter().map(|row| {
        let (option, variable) = row;
        let commands = commands[row].join(", ");
        format!("| `--{option}` | `{variable}` | {commands} |")
    });
    lines.collect::<Vec<_>>().join("\n")
}
