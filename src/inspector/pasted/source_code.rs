//! Source code, whose texts are said by no server.

use super::search::{Search, is_part_of_a_name};

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
    let trimmed = line.skip(|c| "+- \t".contains(c));
    line.has_any(&CODE)
        || trimmed.begins(&KEYWORDS) && has_literal(trimmed)
        || is_argument(line)
        || is_assignment(line)
        || is_field(line.trim())
}

/// Says whether the first quote of a line opens a string of the program. The stack of an exception
/// that stands in a string has such words, too, and escaped line breaks.
fn has_literal(line: &str) -> bool {
    let before = line.until("\"").until("'");
    before.len() < line.len() && before.ends(&["(", " ", "=", "&", "["]) && !before.has("\\n")
}

/// Says whether a string is given a name: `expected = "…"`.
fn is_assignment(line: &str) -> bool {
    let name = line.until(" = ");
    let value = line.slice(name.len() + " = ".len(), line.len());
    name.trim_start()
        .is_all(|c| is_part_of_a_name(c) || ".$".contains(c))
        && value.skip(|c| "rfb[".contains(c)).begins(&["\"", "'"])
}

/// Says whether a string is an argument of a call: `check(400, "…"`. A value that is printed for a
/// person, such as `Err("…")`, has the name of a type in front.
fn is_argument(line: &str) -> bool {
    fn is_path(c: char) -> bool {
        is_part_of_a_name(c) || ".!:&".contains(c)
    }
    let before = line.until("\"");
    let Some((callee, arguments)) = before.rsplit_once('(') else {
        return false;
    };
    let name = callee.slice(callee.cut(is_path).len(), callee.len());
    let is_type = name.starts_with(|c: char| c.is_ascii_uppercase()) && !name.contains('.');
    before.len() < line.len()
        && !name.is_empty()
        && !is_type
        && arguments.is_all(|c| is_path(c) || ", ".contains(c))
}

/// Says whether a string is a field of a structure: `title: "…",`.
fn is_field(line: &str) -> bool {
    let name = line.until(": \"");
    name.len() + 4 < line.len() && name.is_all(is_part_of_a_name) && line.ends_with("\",")
}

/// Says whether a whole text is source code or a change of it.
pub(super) fn is_program(text: &str) -> bool {
    let (mut lines, mut code) = (0_usize, 0_usize);
    let mut before = "";
    for line in text.lines() {
        let line = line.trim();
        if line.begins(&["diff --git ", "@@ -"]) {
            return true;
        }
        if line.is_empty() {
            continue;
        }
        lines += 1;
        let is_code = is_source_code(line)
            || line.ends(&CODE_ENDS)
            || line.begins(&CODE_STARTS)
            || line.begins(&KEYWORDS)
            || [")", "))", "})"].contains(&line)
            || line.begins(&["\"", "'"]) && line.ends(&["\\n\"", "\\n'"])
            || line.starts_with('"') && line.ends_with("\",") && !line.has("\": ");
        // A stack trace is not a program, although Python quotes lines of one in it.
        if is_code && !line.starts_with("at ") && !before.starts_with("File \"") {
            code += 1;
        }
        before = line;
    }
    code >= 3 && code * 5 >= lines * 2
}

const CODE_ENDS: [&str; 15] = [
    ";", "(", ") {", "=> {", "else {", ") -> {", "):", "),", "})", "= {", "({", "&[", "= [",
    "-> None:", "\"\"\"",
];

const CODE_STARTS: [&str; 19] = [
    "// ", "///", "//!", "/*", "*/", "use ", "import ", "from ", "pub ", "if (", "if !", "} else",
    "for (", "struct ", "impl ", "enum ", "class ", "def ", "@",
];
