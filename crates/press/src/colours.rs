//! What each piece of a source is, by the grammars of an editor.

use anyhow::{Context as _, Result};
use syntect::parsing::{ParseState, Scope, ScopeStack, SyntaxSet};
use syntect::util::LinesWithEndings;
use threadlab_lessons::{Piece, Sort};

/// A language that demos are shown in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// The demos' own.
    Rust,
    /// The tutorials'.
    Python,
}

/// What the grammars' scopes stand for; of those that fit the innermost scope counts, and there the first in this list.
const SORTS: &[(&str, Sort)] = &[
    ("comment", Sort::Comment),
    ("string", Sort::Text),
    ("constant.character", Sort::Text),
    ("constant", Sort::Constant),
    ("keyword.operator", Sort::Plain),
    ("keyword", Sort::Keyword),
    ("storage", Sort::Keyword),
    ("variable.language", Sort::Keyword),
    ("entity.name.function", Sort::Function),
    ("support.function", Sort::Function),
    ("support.macro", Sort::Function),
    ("variable.function", Sort::Function),
    ("entity.name.struct", Sort::Type),
    ("entity.name.enum", Sort::Type),
    ("entity.name.class", Sort::Type),
    ("entity.name.type", Sort::Type),
    ("support.type", Sort::Type),
    ("storage.type.numeric", Sort::Type),
];

/// The grammars of both languages.
pub struct Grammars {
    syntaxes: SyntaxSet,
    sorts: Vec<(Scope, Sort)>,
}

impl Grammars {
    /// Loads them.
    ///
    /// # Errors
    /// If a scope's name cannot be read.
    pub fn load() -> Result<Self> {
        let sorts = SORTS
            .iter()
            .map(|&(name, sort)| Ok((Scope::new(name).with_context(|| format!("the scope {name}"))?, sort)))
            .collect::<Result<_>>()?;
        Ok(Self { syntaxes: SyntaxSet::load_defaults_newlines(), sorts })
    }

    /// Each line of `text` in pieces of one sort.
    ///
    /// # Errors
    /// If the grammar cannot make sense of it.
    pub fn colour(&self, text: &str, language: Language) -> Result<Vec<Vec<Piece>>> {
        let name = match language {
            Language::Rust => "rs",
            Language::Python => "py",
        };
        let syntax = self.syntaxes.find_syntax_by_extension(name).context("there is no such grammar")?;
        let mut state = ParseState::new(syntax);
        let mut stack = ScopeStack::new();
        let mut lines = Vec::new();
        for line in LinesWithEndings::from(text) {
            let mut pieces = Vec::new();
            let mut from = 0;
            for (at, change) in state.parse_line(line, &self.syntaxes)? {
                add(&mut pieces, self.sort(&stack), &line[from..at]);
                from = at;
                stack.apply(&change)?;
            }
            add(&mut pieces, self.sort(&stack), &line[from..]);
            lines.push(pieces);
        }
        Ok(lines)
    }

    fn sort(&self, stack: &ScopeStack) -> Sort {
        let of = |scope: &Scope| self.sorts.iter().find(|(prefix, _)| prefix.is_prefix_of(*scope));
        stack.as_slice().iter().rev().find_map(of).map_or(Sort::Plain, |&(_, sort)| sort)
    }
}

/// Adds a piece, or to the last one where that is of the same sort.
fn add(pieces: &mut Vec<Piece>, sort: Sort, text: &str) {
    let text = text.trim_end_matches(['\n', '\r']);
    match pieces.last_mut() {
        _ if text.is_empty() => {}
        Some(last) if last.sort == sort => last.text.push_str(text),
        _ => pieces.push(Piece { sort, text: text.to_owned() }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces(text: &str, language: Language) -> Vec<(Sort, String)> {
        let lines = Grammars::load().unwrap().colour(text, language).unwrap();
        let words = |pieces: Vec<Piece>| pieces.into_iter().map(|piece| (piece.sort, piece.text));
        lines.into_iter().flat_map(words).filter(|(_, text)| !text.trim().is_empty()).collect()
    }

    #[test]
    fn words_of_rust_are_told_apart() {
        let found = pieces("/// Doc.\nlet name = \"a\"; // (1)\nfn run() -> u32 { 17 }", Language::Rust);
        for expected in [
            (Sort::Comment, "/// Doc."),
            (Sort::Keyword, "let"),
            (Sort::Text, "\"a\""),
            (Sort::Comment, "// (1)"),
            (Sort::Function, "run"),
            (Sort::Constant, "17"),
        ] {
            assert!(
                found.iter().any(|(sort, text)| (*sort, text.trim()) == expected),
                "{expected:?} in {found:?}"
            );
        }
    }

    #[test]
    fn words_of_python_are_told_apart() {
        let found = pieces("def run(count):\n    print(\"a\", None)  # (1)", Language::Python);
        for expected in [
            (Sort::Function, "run"),
            (Sort::Text, "\"a\""),
            (Sort::Constant, "None"),
            (Sort::Comment, "# (1)"),
        ] {
            assert!(
                found.iter().any(|(sort, text)| (*sort, text.trim()) == expected),
                "{expected:?} in {found:?}"
            );
        }
    }

    #[test]
    fn a_text_over_several_lines_stays_a_text() {
        let lines = Grammars::load().unwrap().colour("x = '''a\nb'''", Language::Python).unwrap();
        assert_eq!(lines[1], [Piece { sort: Sort::Text, text: "b'''".to_owned() }]);
    }
}
