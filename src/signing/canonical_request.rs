//! Step 1: the canonical request.

/// What a canonical request consists of, each part in its canonical form.
pub(crate) struct CanonicalRequest<'a> {
    pub(crate) method: &'a str,
    /// Percent-encoded.
    pub(crate) path: &'a str,
    /// Percent-encoded, and sorted by names.
    pub(crate) query: &'a str,
    /// Lower-case names, sorted, with their [`trimmed`] values.
    pub(crate) headers: &'a [(&'a str, &'a str)],
    /// The [`signed_names`] of the headers.
    pub(crate) signed_names: &'a str,
    /// In lower-case hexadecimal digits.
    pub(crate) body_sha256: &'a str,
}

impl CanonicalRequest<'_> {
    /// Writes the canonical request:
    ///
    /// ```text
    /// HTTPMethod \n
    /// CanonicalURI \n
    /// CanonicalQueryString \n
    /// CanonicalHeaders \n          (each: Lowercase(Name) + ":" + Trim(Value) + "\n")
    /// SignedHeaders \n
    /// HashedPayload
    /// ```
    pub(crate) fn write(&self) -> String {
        let mut parts = vec![self.method, "\n", self.path, "\n", self.query, "\n"];
        for (name, value) in self.headers {
            parts.extend([*name, ":", *value, "\n"]);
        }
        parts.extend(["\n", self.signed_names, "\n", self.body_sha256]);
        parts.concat()
    }
}

/// `SignedHeaders`: the names of the headers, with `;` between them.
pub(crate) fn signed_names(headers: &[(&str, &str)]) -> String {
    let names: Vec<&str> = headers.iter().map(|(name, _)| *name).collect();
    names.join(";")
}

/// `Trim`: the value of a header without spaces at its ends, and with one space where there are
/// several.
pub(crate) fn trimmed(value: &str) -> String {
    if !value.bytes().any(|byte| matches!(byte, b' ' | b'\t')) {
        return value.into();
    }
    let words = value.split([' ', '\t']).filter(|word| !word.is_empty());
    words.collect::<Vec<&str>>().join(" ")
}
