//! What is read beside a demo, as a file: its question and explanation, and its source and Python text with their colours.
//!
//! The build writes a file for each demo, and the page loads the one that is open, so that the texts of all demos are not
//! part of what people wait for first.

use serde::{Deserialize, Serialize};

/// The version of the files' form; a file of another version is refused.
const VERSION: u8 = 1;

/// What is read beside a demo.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lesson {
    /// The question to answer before the first run.
    pub question: Question,
    /// What to look for while it runs: a list of paragraphs.
    pub look_for: Vec<String>,
    /// What to change, and what that shows.
    pub try_this: Vec<String>,
    /// Why it happens.
    pub why: Vec<String>,
    /// The demo's own source, as it was compiled. The number of its first line is 1.
    pub source: Vec<Line>,
    /// The same program in Python.
    pub python: Vec<Line>,
}

/// A question that a run answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    /// What is asked.
    pub text: String,
    /// What can be answered.
    pub choices: Vec<String>,
    /// Why the right answer is right.
    pub because: String,
}

/// A line of source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// Its text in pieces of one colour each; together they are the whole line without its end.
    pub pieces: Vec<Piece>,
    /// The number that it shares with the matching lines in the other language.
    pub mark: Option<u32>,
}

/// A part of a line that has one colour.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Piece {
    /// What it is.
    pub sort: Sort,
    /// Its text.
    pub text: String,
}

/// What a piece of source is, as far as its colour is concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Sort {
    /// Names, operators, spaces: everything else.
    Plain,
    /// A comment.
    Comment,
    /// A word of the language.
    Keyword,
    /// Text in quotes.
    Text,
    /// A number, or another constant of the language.
    Constant,
    /// The name of a function or macro where it is defined or called.
    Function,
    /// The name of a type.
    Type,
}

/// Why a file is no lesson.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// It was written by another build.
    #[error("the lesson is of version {0}, and this page reads version {VERSION}; reload the page")]
    Version(u8),
    /// It is damaged or something else.
    #[error("the file is not a lesson")]
    Damaged,
}

impl Lesson {
    /// The lesson as a file's bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = vec![VERSION];
        // Texts and numbers can always be written.
        bytes.extend(postcard::to_stdvec(self).unwrap_or_default());
        bytes
    }

    /// Reads a file's bytes.
    ///
    /// # Errors
    /// If they are not a lesson of this version.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Unreadable> {
        match bytes.split_first() {
            Some((&VERSION, rest)) => postcard::from_bytes(rest).map_err(|_| Unreadable::Damaged),
            Some((&other, _)) => Err(Unreadable::Version(other)),
            None => Err(Unreadable::Damaged),
        }
    }
}

impl Line {
    /// The whole line, without its end.
    pub fn text(&self) -> String {
        self.pieces.iter().map(|piece| piece.text.as_str()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lesson() -> Lesson {
        let piece = |sort, text: &str| Piece { sort, text: text.to_owned() };
        Lesson {
            question: Question {
                text: "Which?".to_owned(),
                choices: vec!["One".to_owned(), "Two".to_owned()],
                because: "So.".to_owned(),
            },
            look_for: vec!["Here.".to_owned()],
            try_this: Vec::new(),
            why: vec!["Because.".to_owned(), "And so.".to_owned()],
            source: vec![Line {
                pieces: vec![piece(Sort::Keyword, "fn"), piece(Sort::Plain, " main() {}")],
                mark: Some(3),
            }],
            python: vec![Line { pieces: Vec::new(), mark: None }],
        }
    }

    #[test]
    fn a_lesson_comes_back_from_its_file() {
        assert_eq!(Lesson::from_bytes(&lesson().to_bytes()), Ok(lesson()));
        assert_eq!(lesson().source[0].text(), "fn main() {}");
    }

    #[test]
    fn what_is_no_lesson_is_refused() {
        let bytes = lesson().to_bytes();
        assert_eq!(Lesson::from_bytes(&[]), Err(Unreadable::Damaged));
        assert_eq!(Lesson::from_bytes(b"<!DOCTYPE html>"), Err(Unreadable::Version(b'<')));
        for length in 1..bytes.len() {
            assert_eq!(Lesson::from_bytes(&bytes[..length]), Err(Unreadable::Damaged), "{length}");
        }
    }
}
