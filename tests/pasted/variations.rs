//! What terminals, collectors and people make of a text.

/// A generator whose numbers follow from its seed (xorshift).
pub struct Random(pub u64);

impl Random {
    pub fn below(&mut self, below: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % below as u64) as usize
    }
}

pub type Variation = (&'static str, fn(&str, &mut Random) -> String);

pub const VARIATIONS: &[Variation] = &[
    ("as it is", |text, _| text.into()),
    ("in colours", |text, _| {
        let lines: Vec<String> = text
            .lines()
            .map(|line| format!("\u{1b}[1;31m{line}\u{1b}[0m\u{1b}[K"))
            .collect();
        lines.join("\n")
    }),
    ("in a box", |text, _| {
        let lines: Vec<String> = text.lines().map(|line| format!("│ {line}")).collect();
        format!("╷\n{}\n╵", lines.join("\n"))
    }),
    ("in a box that is closed, and wrapped", |text, random| {
        let width = 40 + random.below(100);
        let lines: Vec<String> = hard(text, width)
            .lines()
            .map(|line| format!("│ {line:width$} │"))
            .collect();
        format!("┌──────┐\n{}\n└──────┘", lines.join("\n"))
    }),
    ("wrapped by a terminal", |text, random| {
        hard(text, 20 + random.below(110))
    }),
    ("wrapped by a terminal, spaces cut", |text, random| {
        let wrapped = hard(text, 20 + random.below(110));
        wrapped
            .lines()
            .map(str::trim_end)
            .collect::<Vec<_>>()
            .join("\n")
    }),
    ("wrapped between words", |text, random| {
        words(text, 30 + random.below(80), "")
    }),
    ("wrapped between words in a box", |text, random| {
        format!("╷\n{}\n╵\n", words(text, 30 + random.below(80), "│ "))
    }),
    ("with a time stamp on each line", |text, _| {
        let lines: Vec<String> = text
            .lines()
            .map(|line| format!("2024-03-01T10:00:00.123456789Z {line}"))
            .collect();
        lines.join("\n")
    }),
    ("as containerd logs it", |text, _| {
        let lines: Vec<String> = text
            .lines()
            .map(|line| format!("2024-03-01T10:00:00.123456789+00:00 stderr F {line}"))
            .collect();
        lines.join("\n")
    }),
    ("as docker compose logs it", |text, _| {
        let lines: Vec<String> = text
            .lines()
            .map(|line| format!("vault-agent-1  | {line}"))
            .collect();
        lines.join("\n")
    }),
    ("as GitHub logs it", |text, _| {
        let lines: Vec<String> = text
            .lines()
            .map(|line| format!("2024-03-01T10:00:00.1234567Z ##[error]{line}"))
            .collect();
        lines.join("\n")
    }),
    ("with CR and LF", |text, _| {
        text.replace("\r\n", "\n").replace('\n', "\r\n")
    }),
    ("with a BOM", |text, _| format!("\u{feff}{text}")),
    ("under a prompt", |text, _| {
        format!("user@host:~$ vault login -method=aws role=dev\n{text}\nuser@host:~$ ")
    }),
    ("quoted in a mail", |text, _| {
        let lines: Vec<String> = text.lines().map(|line| format!("> {line}")).collect();
        format!(
            "Hello,\nwhen we start the pod we see this:\n\n{}\n\nAny idea?\n",
            lines.join("\n")
        )
    }),
    ("in an issue", |text, _| {
        format!(
            "### What happened\n\nLogging in with AWS does not work.\n\n```\n{text}\n```\n\n### Environment\n\n- Vault 1.15.2\n- Kubernetes 1.29\n"
        )
    }),
    ("indented", |text, _| {
        let lines: Vec<String> = text.lines().map(|line| format!("        {line}")).collect();
        lines.join("\n")
    }),
    ("as a string of JSON", |text, _| {
        serde_json::json!({"level": "error", "msg": text}).to_string()
    }),
    ("as a string of JSON, twice", |text, _| {
        let inner = serde_json::json!({"log": text, "stream": "stderr"}).to_string();
        serde_json::json!({"message": inner}).to_string()
    }),
    ("as a string of JSON, wrapped", |text, random| {
        hard(
            &serde_json::json!({"level": "error", "error": text}).to_string(),
            40 + random.below(90),
        )
    }),
    ("in HTML", |text, _| {
        let text = text
            .replace('&', "&amp;")
            .replace('<', "&lt;")
            .replace('>', "&gt;")
            .replace('"', "&quot;")
            .replace('\'', "&#39;");
        format!("<pre class=\"console-output\">{text}</pre>")
    }),
    ("among lines of a log", |text, _| {
        format!(
            "2024-03-01T09:59:58.000Z [INFO]  agent: starting\n2024-03-01T09:59:59.000Z [INFO]  agent.auth.handler: authenticating\n\n{text}\n\n2024-03-01T10:00:01.000Z [INFO]  agent.sink.server: sink server stopped\n"
        )
    }),
];

/// Breaks each line after so many characters, in the middle of words, too.
fn hard(text: &str, width: usize) -> String {
    let mut wrapped = String::new();
    for line in text.lines() {
        let characters: Vec<char> = line.chars().collect();
        if characters.is_empty() {
            wrapped.push('\n');
        }
        for part in characters.chunks(width) {
            wrapped.extend(part);
            wrapped.push('\n');
        }
    }
    wrapped
}

/// Breaks each line between words, and puts something in front of each.
fn words(text: &str, width: usize, side: &str) -> String {
    let mut wrapped = String::new();
    for line in text.lines() {
        wrapped.push_str(side);
        let mut column = 0;
        for word in line.split(' ') {
            if column > 0 && column + word.len() > width {
                wrapped.push('\n');
                wrapped.push_str(side);
                column = 0;
            } else if column > 0 {
                wrapped.push(' ');
            }
            wrapped.push_str(word);
            column += word.len() + 1;
        }
        wrapped.push('\n');
    }
    wrapped
}
