//! Standard input and output.

use std::io::{self, Read, Write};
use std::process::ExitCode;

use clap::builder::styling::{AnsiColor, Style};

use crate::failure::Failure;

/// Reads standard input to its end: at most `limit` bytes.
pub fn read(limit: usize) -> Result<Vec<u8>, Failure> {
    let bytes = read_bytes(limit)?;
    if bytes.len() > limit {
        return Err(Failure::here(format!(
            "invalid standard input: expected at most {limit} bytes, found more"
        )));
    }
    Ok(bytes)
}

/// Reads standard input to its end, or `limit` bytes and one more where it has more.
pub fn read_beginning(limit: usize) -> Result<String, Failure> {
    let bytes = read_bytes(limit)?;
    if bytes.len() > limit {
        // The last character may be cut off.
        return Ok(String::from_utf8_lossy(&bytes).into_owned());
    }
    String::from_utf8(bytes)
        .map_err(|_| Failure::here("invalid standard input: expected UTF-8, found other bytes"))
}

/// Reads until the stream ends, or `limit` bytes and one more.
fn read_bytes(limit: usize) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    let mut input = io::stdin().lock().take(limit as u64 + 1);
    match input.read_to_end(&mut bytes) {
        Ok(_) => Ok(bytes),
        Err(_) => Err(Failure::here("standard input cannot be read")),
    }
}

/// Writes all of a text to standard output. Returns the status to end with: where the reader is gone,
/// nothing can be reported.
pub fn print(text: &str) -> ExitCode {
    let mut output = io::stdout().lock();
    ended(
        output
            .write_all(text.as_bytes())
            .and_then(|()| output.flush()),
    )
}

/// Writes findings, on a terminal with their severities in colour.
pub fn print_findings(text: &str) -> ExitCode {
    let mut output = anstream::stdout().lock();
    let written = text.split_inclusive('\n').try_for_each(|line| {
        let end = line.find(['[', ':', ',']).unwrap_or_default();
        let (word, rest) = line.split_at(end);
        match style(word) {
            Some(style) => write!(output, "{style}{word}{style:#}{rest}"),
            None => output.write_all(line.as_bytes()),
        }
    });
    ended(written.and_then(|()| output.flush()))
}

/// The style of the word that a verdict or a finding begins with.
fn style(word: &str) -> Option<Style> {
    let color = match word {
        "refused" => AnsiColor::Red,
        "depends" | "open" => AnsiColor::Yellow,
        "advice" => AnsiColor::Cyan,
        "accepted" => AnsiColor::Green,
        _ => return None,
    };
    Some(color.on_default().bold())
}

fn ended(written: io::Result<()>) -> ExitCode {
    match written {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}
