//! Source code, whose texts are said by no server.

use super::search::Search;

/// Code that makes, compares or lists texts in place of printing them.
const CODE: [&str; 40] = [
    "fmt.Errorf(",
    "fmt.Sprintf(",
    "fmt.Fprint",
    "fmt.Print",
    "errors.New(",
    "errors.Wrap",
    "ErrorResponse(",
    "assert_eq!",
    "assert!(",
    "assert.",
    "require.",
    "expect(",
    "t.Fatal",
    "t.Error",
    "t.Run(",
    "format!(",
    "println!(",
    "panic!(",
    "bail!(",
    "anyhow!(",
    "json!(",
    ".contains(\"",
    ".Contains(",
    ".includes(",
    ".toThrow",
    ".to_string()",
    "console.log(",
    "console.error(",
    "throw new ",
    "raise Exception(",
    "#[error(",
    "raise_error(",
    " := ",
    " == \"",
    " != \"",
    "\" => ",
    "\" -> ",
    "r#\"",
    "%q",
    "%w",
];

/// Words that only a line of source code begins with.
const KEYWORDS: [&str; 18] = [
    "fn ",
    "pub fn ",
    "func ",
    "let ",
    "const ",
    "pub const ",
    "static ",
    "package ",
    "#[",
    "#include",
    "case \"",
    "return ",
    "raise ",
    "throw ",
    "assert ",
    "if \"",
    "if '",
    "elif ",
];

/// Says whether a line is source code.
pub(super) fn is_source_code(line: &str) -> bool {
    let trimmed = line.trim_start_matches(['+', '-', ' ', '\t']);
    CODE.iter().any(|code| line.has(code))
        || KEYWORDS.iter().any(|word| trimmed.starts_with(word)) && has_literal(trimmed)
        || is_argument(line)
        || is_assignment(line)
        || is_field(line.trim())
}

/// Says whether the first quote of a line opens a string of the program. The stack of an exception
/// that stands in a string has such words, too, and escaped line breaks.
fn has_literal(line: &str) -> bool {
    let before = line.split(['"', '\'']).next().unwrap_or_default();
    before.len() < line.len() && before.ends_with(['(', ' ', '=', '&', '[']) && !before.has("\\n")
}

/// Says whether a string is given a name: `expected = "…"`.
fn is_assignment(line: &str) -> bool {
    let Some((name, value)) = line.split_once(" = ") else {
        return false;
    };
    let is_part = |c: char| c.is_alphanumeric() || "_.$".contains(c);
    name.trim_start().chars().all(is_part)
        && value
            .trim_start_matches(['r', 'f', 'b', '['])
            .starts_with(['"', '\''])
}

/// Says whether a string is an argument of a call: `check(400, "…"`. A value that is printed for a
/// person, such as `Err("…")`, has the name of a type in front.
fn is_argument(line: &str) -> bool {
    let Some((before, _)) = line.split_once('"') else {
        return false;
    };
    let Some((callee, arguments)) = before.rsplit_once('(') else {
        return false;
    };
    let is_part = |c: char| c.is_alphanumeric() || "_.!:&".contains(c);
    let name = callee.rsplit(|c| !is_part(c)).next().unwrap_or_default();
    let is_type = name.starts_with(char::is_uppercase) && !name.contains('.');
    !arguments.contains(')')
        && !name.is_empty()
        && !is_type
        && arguments.chars().all(|c| is_part(c) || ", ".contains(c))
}

/// Says whether a whole text is source code or a change of it.
pub(super) fn is_program(text: &str) -> bool {
    let (mut lines, mut code) = (0_usize, 0_usize);
    let mut before = "";
    for line in text.lines() {
        let line = line.trim();
        if line.starts_with("diff --git ") || line.starts_with("@@ -") {
            return true;
        }
        if line.is_empty() {
            continue;
        }
        lines += 1;
        let ends = |ends: &[&str]| ends.iter().any(|end| line.ends_with(end));
        let starts = |starts: &[&str]| starts.iter().any(|start| line.starts_with(start));
        let is_code = is_source_code(line)
            || ends(&CODE_ENDS)
            || starts(&CODE_STARTS)
            || starts(&KEYWORDS)
            || [")", "))", "})"].contains(&line)
            || starts(&["\"", "'"]) && ends(&["\\n\"", "\\n'"])
            || starts(&["\""]) && ends(&["\","]) && !line.has("\": ");
        // The frames of a stack are no program, nor is what Python shows of one.
        if is_code && !line.starts_with("at ") && !before.starts_with("File \"") {
            code += 1;
        }
        before = line;
    }
    code >= 3 && code * 5 >= lines * 2
}

/// Says whether a string is a field of a structure: `title: "…",`.
fn is_field(line: &str) -> bool {
    let Some((name, value)) = line.split_once(": \"") else {
        return false;
    };
    name.chars().all(|c| c.is_alphanumeric() || c == '_') && value.ends_with("\",")
}

const CODE_ENDS: [&str; 15] = [
    ";", "(", ") {", "=> {", "else {", ") -> {", "):", "),", "})", "= {", "({", "&[", "= [",
    "-> None:", "\"\"\"",
];

const CODE_STARTS: [&str; 19] = [
    "// ", "///", "//!", "/*", "*/", "use ", "import ", "from ", "pub ", "if (", "if !", "} else",
    "for (", "struct ", "impl ", "enum ", "class ", "def ", "@",
];
