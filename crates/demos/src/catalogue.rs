//! The list of demos, made from the files in `src/catalogue`.

use crate::{About, Arguments, Demo, ProgramError};

include!(concat!(env!("OUT_DIR"), "/with_demos.rs"));

/// A demo's program. It may block, and gives its result as text.
pub type Program = fn(&Arguments) -> Result<String, ProgramError>;

macro_rules! catalogue {
    ($($name:ident)*) => {
        $(mod $name;)*

        static DEMOS: &[Demo] = &[
            $(Demo { about: &$name::ABOUT, source: include_str!(concat!("catalogue/", stringify!($name), ".rs")) }),*
        ];

        /// The program of the demo `id`. Only the engine may call this: it is what draws the programs into a module.
        pub fn program(id: &str) -> Option<Program> {
            const ABOUT: &[(&About, Program)] = &[$((&$name::ABOUT, $name::main)),*];
            ABOUT.iter().find(|(about, _)| about.id == id).map(|&(_, program)| program)
        }

        #[cfg(test)]
        const FILES: &[&str] = &[$(stringify!($name)),*];
    };
}

with_demos!(catalogue);

/// All demos, by chapter and by their order within it.
pub fn demos() -> Vec<&'static Demo> {
    let mut demos: Vec<_> = DEMOS.iter().collect();
    demos.sort_by_key(|demo| (demo.about.chapter, demo.about.order));
    demos
}

/// The demo of this name.
pub fn demo(id: &str) -> Option<&'static Demo> {
    DEMOS.iter().find(|demo| demo.about.id == id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn a_demo_is_named_after_its_file() {
        for (demo, file) in DEMOS.iter().zip(FILES) {
            assert_eq!(demo.about.id, file.replace('_', "-"));
            assert!(demo.has_file(&format!("crates/demos/src/catalogue/{file}.rs")));
            assert!(!demo.has_file("crates/demos/src/catalogue/another.rs"));
        }
    }

    #[test]
    fn no_two_demos_share_a_place() {
        let mut places = HashSet::new();
        for demo in demos() {
            assert!(places.insert((demo.about.chapter, demo.about.order)), "{}", demo.about.id);
        }
    }

    #[test]
    fn every_demo_explains_itself() {
        for Demo { about, .. } in DEMOS {
            let explanation = &about.explanation;
            for part in [explanation.look_for, explanation.try_this, explanation.why] {
                assert!(!part.is_empty(), "{}", about.id);
            }
            for text in [about.title, about.summary, about.question.text, about.question.answer] {
                assert!(!text.is_empty(), "{}", about.id);
            }
        }
    }

    #[test]
    fn parameters_have_distinct_names_and_defaults_within_range() {
        // The page keeps these two names for itself.
        for Demo { about, .. } in DEMOS {
            let mut names = HashSet::from(["speed", "v"]);
            for parameter in about.parameters {
                assert!(names.insert(parameter.name), "{}: {}", about.id, parameter.name);
            }
            let defaults = Arguments::defaults(about.parameters);
            assert_eq!(
                Arguments::parse(about.parameters, &defaults.to_query()),
                Ok(defaults),
                "{}",
                about.id
            );
        }
    }

    #[test]
    fn the_program_is_shown_without_the_texts() {
        for demo in DEMOS {
            let text = demo.program_text();
            assert!(text.contains("pub fn main("), "{}", demo.about.id);
            assert!(!text.contains("ABOUT"), "{}", demo.about.id);
            assert!(demo.source.starts_with(text), "{}", demo.about.id);
        }
    }

    #[test]
    fn every_demo_has_a_program() {
        for demo in DEMOS {
            assert!(program(demo.about.id).is_some(), "{}", demo.about.id);
        }
        assert!(program("no-such-demo").is_none());
    }
}
