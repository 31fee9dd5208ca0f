//! SPDX expressions: does a package's licence allow what we allow?

/// Whether an expression can be met with the allowed licences alone.
///
/// `A OR B` needs one of the two, `A AND B` both; `A/B` is the old spelling of `A OR B`. An exception
/// (`A WITH exception`) counts as a licence of its own name. What cannot be read is not allowed.
#[must_use]
pub fn is_allowed(expression: &str, allowed: &[String]) -> bool {
    let words: Vec<String> = expression
        .replace('/', " OR ")
        .replace('(', " ( ")
        .replace(')', " ) ")
        .split_whitespace()
        .map(str::to_owned)
        .collect();
    let mut reader = Reader { words: &words, allowed };
    let good = reader.alternatives();
    good == Some(true) && reader.words.is_empty()
}

struct Reader<'a> {
    words: &'a [String],
    allowed: &'a [String],
}

impl Reader<'_> {
    fn alternatives(&mut self) -> Option<bool> {
        let mut good = self.conjunction()?;
        while self.take("OR") {
            good |= self.conjunction()?;
        }
        Some(good)
    }

    fn conjunction(&mut self) -> Option<bool> {
        let mut good = self.single()?;
        while self.take("AND") {
            good &= self.single()?;
        }
        Some(good)
    }

    fn single(&mut self) -> Option<bool> {
        if self.take("(") {
            let good = self.alternatives()?;
            return self.take(")").then_some(good);
        }
        let mut name = self.name()?;
        if self.take("WITH") {
            name = format!("{name} WITH {}", self.name()?);
        }
        Some(self.allowed.contains(&name))
    }

    fn name(&mut self) -> Option<String> {
        let (first, rest) = self.words.split_first()?;
        let is_name = !["OR", "AND", "WITH", "(", ")"].contains(&first.as_str());
        self.words = rest;
        is_name.then(|| first.clone())
    }

    fn take(&mut self, word: &str) -> bool {
        match self.words.split_first() {
            Some((first, rest)) if first == word => {
                self.words = rest;
                true
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowed(expression: &str) -> bool {
        is_allowed(expression, &["MIT", "Zlib", "Apache-2.0 WITH LLVM-exception"].map(str::to_owned))
    }

    #[test]
    fn one_of_several_is_enough() {
        assert!(allowed("MIT"));
        assert!(allowed("MIT OR GPL-3.0"));
        assert!(allowed("GPL-3.0 OR MIT"));
        assert!(allowed("MIT/Apache-2.0"));
        assert!(!allowed("GPL-3.0 OR Apache-2.0"));
    }

    #[test]
    fn all_of_a_conjunction_are_needed() {
        assert!(allowed("MIT AND Zlib"));
        assert!(!allowed("MIT AND GPL-3.0"));
        assert!(allowed("(GPL-3.0 OR MIT) AND Zlib"));
        assert!(allowed("GPL-3.0 AND Apache-2.0 OR MIT"), "AND binds closer than OR");
        assert!(!allowed("GPL-3.0 AND (Apache-2.0 OR MIT)"));
    }

    #[test]
    fn an_exception_belongs_to_the_name() {
        assert!(allowed("Apache-2.0 WITH LLVM-exception OR Apache-2.0"));
        assert!(!allowed("MIT WITH LLVM-exception"));
    }

    #[test]
    fn nonsense_is_refused() {
        for text in ["", "OR", "MIT OR", "(MIT", "MIT)", "MIT MIT", "MIT WITH", "()"] {
            assert!(!allowed(text), "{text}");
        }
    }
}
