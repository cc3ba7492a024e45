//! Standard input and output.

use wasi::io::streams::{InputStream, OutputStream, StreamError};
use zeroize::Zeroizing;

use super::failure::Failure;

/// The most that `blocking-write-and-flush` takes at once.
const CHUNK: usize = 4096;

/// Reads a stream to its end: at most `limit` bytes.
pub(super) fn read(stream: &InputStream, limit: usize) -> Result<Zeroizing<Vec<u8>>, Failure> {
    let bytes = read_bytes(stream, limit)?;
    if bytes.len() > limit {
        return Err(Failure::refused(format!(
            "invalid standard input: expected at most {limit} bytes, found more"
        )));
    }
    Ok(bytes)
}

/// Reads a stream to its end, or `limit` bytes and one more where it has more.
pub(super) fn read_beginning(
    stream: &InputStream,
    limit: usize,
) -> Result<Zeroizing<String>, Failure> {
    let bytes = read_bytes(stream, limit)?;
    if bytes.len() <= limit {
        return text(&bytes);
    }
    // The last character may be cut off.
    Ok(Zeroizing::new(String::from_utf8_lossy(&bytes).into_owned()))
}

/// Reads until the stream ends, or `limit` bytes and one more.
fn read_bytes(stream: &InputStream, limit: usize) -> Result<Zeroizing<Vec<u8>>, Failure> {
    let mut bytes = Zeroizing::new(Vec::new());
    loop {
        match stream.blocking_read(CHUNK as u64) {
            Ok(chunk) => bytes.extend_from_slice(&chunk),
            Err(StreamError::Closed) => break,
            Err(StreamError::LastOperationFailed(_)) => {
                return Err(Failure::refused("standard input cannot be read"));
            }
        }
        if bytes.len() > limit {
            break;
        }
    }
    // Not what else came in the last chunk, so that the same input is read everywhere.
    bytes.truncate(limit + 1);
    Ok(bytes)
}

fn text(bytes: &[u8]) -> Result<Zeroizing<String>, Failure> {
    match core::str::from_utf8(bytes) {
        Ok(text) => Ok(Zeroizing::new(text.to_owned())),
        Err(_) => Err(Failure::refused(
            "invalid standard input: expected UTF-8, found other bytes",
        )),
    }
}

/// Writes all of a text.
pub(super) fn write(stream: &OutputStream, text: &str) -> Result<(), StreamError> {
    text.as_bytes()
        .chunks(CHUNK)
        .try_for_each(|chunk| stream.blocking_write_and_flush(chunk))
}
