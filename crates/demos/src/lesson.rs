//! What is read beside a demo: its explanation, its question, its own source and the same program in Python.

use crate::About;

/// What a demo's file says to the person who runs it.
#[derive(Debug)]
pub struct Lesson {
    /// A question to answer before the first run.
    pub question: Question,
    /// What to look for while it runs: a list of paragraphs.
    pub look_for: &'static [&'static str],
    /// What to change, and what that shows.
    pub try_this: &'static [&'static str],
    /// Why it happens.
    pub why: &'static [&'static str],
    /// The same program in Python 3.11. Lines that end in `# (1)`, `# (2)`… match those that end in `// (1)`, `// (2)`…
    /// in the demo's own source.
    pub python: &'static str,
}

/// A question that a run answers.
#[derive(Debug)]
pub struct Question {
    /// What to think about before pressing Run.
    pub text: &'static str,
    /// What can be answered: two to four choices. The run says by [`Findings::answer`](crate::Findings::answer) which
    /// of them it has shown.
    pub choices: &'static [&'static str],
    /// Why that is the answer.
    pub because: &'static str,
}

/// A demo's lesson together with the file that it stands in.
#[derive(Debug)]
pub struct Sheet {
    /// What the demo says about itself.
    pub about: &'static About,
    /// Its lesson.
    pub lesson: &'static Lesson,
    /// The whole text of its file.
    pub source: &'static str,
}

impl Sheet {
    /// The part of its file that is the program: everything before `ABOUT`, with the file's own line numbers.
    pub fn program_text(&self) -> &'static str {
        let end = self.source.find("\n/// What the page says").unwrap_or(self.source.len());
        self.source[..end].trim_end()
    }
}

/// The number of the mark that ends a line of source: 2 for `let guard = lock.lock(); // (2)`.
pub fn mark(line: &str) -> Option<u32> {
    let (rest, number) = line.trim_end().strip_suffix(')')?.rsplit_once('(')?;
    let rest = rest.trim_end();
    if !(rest.ends_with("//") || rest.ends_with('#')) {
        return None;
    }
    number.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::mark;

    #[test]
    fn marks_end_a_line() {
        assert_eq!(mark("    let guard = lock.lock(); // (2)"), Some(2));
        assert_eq!(mark("with lock:  # (13) "), Some(13));
        for line in ["call(2)", "// (two)", "let x = 1; // see (2)", "", ")", "# 2"] {
            assert_eq!(mark(line), None, "{line}");
        }
    }
}
