//! Turns the lessons that stand in the demos' files into files that the page loads.

mod colours;

use anyhow::{Context as _, Result};
use colours::{Grammars, Language};
use std::fs;
use std::path::Path;
use threadlab_demos::{Sheet, mark, sheets};
use threadlab_lessons::{Lesson, Line, Question};

/// Writes the lesson of every demo into `folder`, as `<id>.lesson`. Returns how many there are.
///
/// # Errors
/// If a source cannot be coloured or a file cannot be written.
pub fn write_all(folder: &Path) -> Result<usize> {
    let grammars = Grammars::load()?;
    fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
    let sheets = sheets();
    for sheet in &sheets {
        let path = folder.join(format!("{}.lesson", sheet.about.id));
        let lesson = lesson(sheet, &grammars).with_context(|| format!("the lesson of {}", sheet.about.id))?;
        fs::write(&path, lesson.to_bytes()).with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(sheets.len())
}

fn lesson(sheet: &Sheet, grammars: &Grammars) -> Result<Lesson> {
    let texts = |texts: &[&str]| texts.iter().map(|&text| text.to_owned()).collect::<Vec<_>>();
    let lesson = sheet.lesson;
    Ok(Lesson {
        question: Question {
            text: lesson.question.text.to_owned(),
            choices: texts(lesson.question.choices),
            because: lesson.question.because.to_owned(),
        },
        look_for: texts(lesson.look_for),
        try_this: texts(lesson.try_this),
        why: texts(lesson.why),
        source: lines(sheet.program_text(), Language::Rust, grammars)?,
        python: lines(lesson.python.trim(), Language::Python, grammars)?,
    })
}

fn lines(text: &str, language: Language, grammars: &Grammars) -> Result<Vec<Line>> {
    let coloured = grammars.colour(text, language)?;
    Ok(text.lines().zip(coloured).map(|(line, pieces)| Line { pieces, mark: mark(line) }).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_lesson_holds_the_very_text_of_its_program() -> Result<()> {
        let grammars = Grammars::load()?;
        for sheet in sheets() {
            let lesson = lesson(&sheet, &grammars)?;
            let text = |lines: &[Line]| lines.iter().map(|line| line.text() + "\n").collect::<String>();
            assert_eq!(text(&lesson.source).trim_end(), sheet.program_text(), "{}", sheet.about.id);
            assert_eq!(text(&lesson.python).trim(), sheet.lesson.python.trim(), "{}", sheet.about.id);
        }
        Ok(())
    }
}
