//! A document that shows many pictures at once, in sheets.

use std::fmt::Write as _;

/// Pictures of one kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// What the kind is called in file names and in addresses.
    pub id: String,
    /// What all have in common, in words.
    pub title: String,
    /// How wide each picture is drawn, in CSS pixels.
    pub picture_width: u32,
    /// How many stand side by side.
    pub columns: usize,
    /// How many lie below each other on a sheet.
    pub rows: usize,
    /// The pictures.
    pub pictures: Vec<Picture>,
}

/// A picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// The name of its file, beside the document.
    pub file: String,
    /// What is seen.
    pub caption: String,
}

/// Where one sheet is to be found in the document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sheet {
    /// The part of the address after `#`. With it the document shows this sheet and nothing else.
    pub id: String,
    /// How wide a window has to be to show all of it, in CSS pixels.
    pub width: u32,
}

/// The space around pictures, in CSS pixels.
const GAP: u32 = 16;

impl Group {
    /// The sheets of this group.
    pub fn sheets(&self) -> Vec<Sheet> {
        let columns = u32::try_from(self.columns).unwrap_or(u32::MAX);
        let width = self.picture_width.saturating_add(GAP).saturating_mul(columns).saturating_add(GAP);
        (1..=self.pictures.len().div_ceil(self.on_a_sheet()))
            .map(|number| Sheet { id: format!("{}-{number}", self.id), width })
            .collect()
    }

    fn on_a_sheet(&self) -> usize {
        (self.columns * self.rows).max(1)
    }
}

/// The document's text: all groups, each picture a link to its file.
pub fn document(title: &str, groups: &[Group]) -> String {
    let mut html = format!(
        "<!doctype html>\n<html lang=en>\n<meta charset=utf-8>\n<link rel=icon href=\"data:,\">\n<title>{title}</title>\n<style>\n\
         body {{ margin: 0; font: 14px/1.4 system-ui, sans-serif; background: #888; color: #000 }}\n\
         section {{ display: grid; gap: {GAP}px; padding: {GAP}px; align-items: start; width: max-content }}\n\
         h1, h2, nav {{ margin: 0; padding: {GAP}px {GAP}px 0; font-size: 20px }}\n\
         nav a {{ color: inherit; margin-right: 1em; font-size: 14px }}\n\
         section h2 {{ grid-column: 1 / -1; padding: 0 }}\n\
         figure {{ margin: 0 }}\n\
         figcaption {{ font-weight: 600 }}\n\
         img {{ display: block; width: 100%; background: #fff }}\n\
         body:has(:target) > :not(:target) {{ display: none }}\n\
         </style>\n<h1>{title}</h1>\n<nav>",
        title = escaped(title),
    );
    for group in groups.iter().filter(|group| !group.pictures.is_empty()) {
        // Writing to a text cannot fail.
        let _ = writeln!(html, "<a href=\"#all-{}\">{}</a>", group.id, escaped(&group.title));
    }
    html.push_str("</nav>\n");
    for group in groups {
        let _ = writeln!(html, "<a id=\"all-{}\"></a>", group.id);
        let sheets = group.sheets();
        for (sheet, pictures) in sheets.iter().zip(group.pictures.chunks(group.on_a_sheet())) {
            let _ = writeln!(
                html,
                "<section id=\"{}\" style=\"grid-template-columns: repeat({}, {}px)\">\n<h2>{}, {} of {}</h2>",
                sheet.id,
                group.columns,
                group.picture_width,
                escaped(&group.title),
                sheet.id.rsplit('-').next().unwrap_or_default(),
                sheets.len(),
            );
            for picture in pictures {
                let (file, caption) = (escaped(&picture.file), escaped(&picture.caption));
                let _ = writeln!(
                    html,
                    "<figure><figcaption>{caption}</figcaption><a href=\"{file}\"><img src=\"{file}\" alt=\"{caption}\"></a></figure>"
                );
            }
            html.push_str("</section>\n");
        }
    }
    html
}

/// A text that a document takes for text, in attributes too.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn group(pictures: usize) -> Group {
        let picture = |number| Picture { file: format!("{number}.png"), caption: format!("Demo <{number}>") };
        Group {
            id: "light".into(),
            title: "In the light".into(),
            picture_width: 100,
            columns: 3,
            rows: 2,
            pictures: (0..pictures).map(picture).collect(),
        }
    }

    #[test]
    fn sheets_are_filled_one_after_the_other() {
        let ids = |pictures| group(pictures).sheets().into_iter().map(|sheet| sheet.id).collect::<Vec<_>>();
        assert!(ids(0).is_empty());
        assert_eq!(ids(6), ["light-1"]);
        assert_eq!(ids(7), ["light-1", "light-2"]);
        assert_eq!(group(1).sheets()[0].width, 3 * 100 + 4 * GAP);
    }

    #[test]
    fn each_picture_is_shown_once_with_its_caption() {
        let html = document("All", &[group(7)]);
        assert_eq!(html.matches("<section ").count(), 2);
        assert_eq!(html.matches("<img ").count(), 7);
        assert!(html.contains("<figcaption>Demo &lt;6></figcaption><a href=\"6.png\">"), "{html}");
    }
}
