//! Finding demos by words.

use threadlab_demos::{About, Demo};

/// The demos in whose title, summary, chapter or parameters every word of `query` is found, in their order. Case does
/// not count for letters from A to Z, and a part of a word is enough; without words all are found. (The tables of other
/// letters' cases would be a twentieth of what people download of the page, and the demos' texts are English.)
pub fn search(demos: &[&'static Demo], query: &str) -> Vec<&'static Demo> {
    let words: Vec<String> = query.split_whitespace().map(str::to_ascii_lowercase).collect();
    let has_all = |demo: &&&'static Demo| {
        let text = text(demo.about);
        words.iter().all(|word| text.contains(word))
    };
    demos.iter().filter(has_all).copied().collect()
}

/// Everything that is searched of a demo.
fn text(about: &About) -> String {
    let mut text = [about.title, about.summary, about.chapter.title(), about.id].join("\n");
    for parameter in about.parameters {
        text.push('\n');
        text.push_str(parameter.label);
    }
    text.make_ascii_lowercase();
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use threadlab_demos::demos;

    fn ids(query: &str) -> Vec<&'static str> {
        search(&demos(), query).iter().map(|demo| demo.about.id).collect()
    }

    #[test]
    fn every_word_has_to_be_found() {
        assert!(ids("lost UPDATES").contains(&"lost-updates"));
        assert!(!ids("lost semaphore").contains(&"lost-updates"));
        assert!(ids("addit").contains(&"lost-updates"), "a part of a parameter's label");
        assert_eq!(ids("no such demo"), [""; 0]);
    }

    #[test]
    fn no_words_find_all() {
        assert_eq!(ids("  ").len(), demos().len());
    }
}
