//! The list of demos, made from the files in `src/catalogue`.

use crate::{About, Arguments, Demo, Findings, ProgramError, Sheet};

include!(concat!(env!("OUT_DIR"), "/with_demos.rs"));

/// A demo's program. It may block.
pub type Program = fn(&Arguments) -> Result<Findings, ProgramError>;

macro_rules! catalogue {
    ($($name:ident $charts:literal)*) => {
        $(mod $name;)*

        static DEMOS: &[Demo] = &[
            $(Demo { about: &$name::ABOUT, charts: $charts }),*
        ];

        /// What is read beside each demo, in no order. Only the build may call this: it draws all texts into a module.
        pub fn sheets() -> Vec<Sheet> {
            vec![$(Sheet {
                about: &$name::ABOUT,
                lesson: &$name::LESSON,
                source: include_str!(concat!("catalogue/", stringify!($name), ".rs")),
            }),*]
        }

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
    use crate::mark;
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
    fn a_demos_charts_are_counted() {
        let counts = ["speed-up", "chunk-size", "lock"].map(|id| demo(id).map(|demo| demo.charts));
        assert_eq!(counts, [Some(1), Some(2), Some(0)]);
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
        for Sheet { about, lesson, .. } in sheets() {
            for part in [lesson.look_for, lesson.try_this, lesson.why] {
                assert!(!part.is_empty(), "{}", about.id);
                assert!(part.iter().all(|text| !text.is_empty()), "{}", about.id);
            }
            let question = &lesson.question;
            for text in [about.title, about.summary, question.text, question.because] {
                assert!(!text.is_empty(), "{}", about.id);
            }
            assert!((2..=4).contains(&question.choices.len()), "{}", about.id);
        }
    }

    #[test]
    fn every_demo_has_a_few_parameters_and_presets_that_differ() {
        for Demo { about, .. } in DEMOS {
            assert!((2..=6).contains(&about.parameters.len()), "{}", about.id);
            assert!((2..=3).contains(&about.presets.len()), "{}", about.id);
            let mut seen = HashSet::new();
            for preset in about.presets {
                let arguments = Arguments::parse(about.parameters, preset.arguments);
                let arguments =
                    arguments.unwrap_or_else(|bad| panic!("{}: {}: {bad}", about.id, preset.name));
                assert!(seen.insert(arguments.to_query()), "{}: {}", about.id, preset.name);
                assert!(!preset.name.is_empty(), "{}", about.id);
            }
        }
    }

    #[test]
    fn lines_that_match_are_marked_in_both_languages() {
        for sheet in sheets() {
            let id = sheet.about.id;
            let marks = |text: &str| text.lines().filter_map(mark).collect::<HashSet<_>>();
            let (rust, python) = (marks(sheet.program_text()), marks(sheet.lesson.python));
            assert!(rust.len() >= 2, "{id}: mark at least two lines with // (1), // (2)");
            assert_eq!(rust, python, "{id}");
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
        for sheet in sheets() {
            let text = sheet.program_text();
            assert!(text.contains("pub fn main("), "{}", sheet.about.id);
            assert!(!text.contains("ABOUT") && !text.contains("LESSON"), "{}", sheet.about.id);
            assert!(sheet.source.starts_with(text), "{}", sheet.about.id);
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
