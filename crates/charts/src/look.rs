//! What the caller of a drawing wishes: its size and its colours.

use plotters::prelude::{IntoTextStyle as _, RGBColor, TextStyle};

/// Units of a drawing for a pixel of the page. The library places things at whole units only.
const UNITS: f64 = 4.0;

/// The library makes texts smaller by this.
const FONT_SCALE: f64 = 1.24;

/// The width of a letter beside its height. Which font it will be is not known here, so this is what wide ones have.
const LETTER: f64 = 0.63;

/// The least and the most width and height, in pixels: in less there is no room for axes.
const LEAST: (u32, u32) = (160, 120);
const MOST: u32 = 4000;

/// How a drawing looks. Lengths are in pixels of the page.
#[derive(Clone, Debug)]
pub struct Look {
    /// Of the whole drawing.
    pub(crate) width: f64,
    /// Of the whole drawing.
    pub(crate) height: f64,
    /// Height of the text.
    pub(crate) text: f64,
    /// Of texts and axes.
    pub(crate) ink: RGBColor,
    /// Of the grid.
    pub(crate) rule: RGBColor,
    series: Vec<RGBColor>,
}

impl Look {
    /// How a drawing looks: its size and the height of its text in pixels, brought within limits in which there is room
    /// for all, and its colours as in a style sheet, separated by spaces: those of texts, of the grid, then one or more of
    /// series.
    ///
    /// # Errors
    /// When a colour is missing, or is not written as `#0067a6` or `#06a`.
    pub fn new(width: u32, height: u32, text: f64, colours: &str) -> Result<Self, BadColour> {
        let mut colours = colours.split_ascii_whitespace().map(Colour::parse);
        let mut next = |what| colours.next().unwrap_or_else(|| Err(BadColour(format!("none of the {what}"))));
        let (ink, rule, first) = (next("text")?, next("grid")?, next("series")?);
        let rest = colours.collect::<Result<Vec<_>, _>>()?;
        Ok(Self {
            width: f64::from(width.clamp(LEAST.0, MOST)),
            height: f64::from(height.clamp(LEAST.1, MOST)),
            text: if text.is_finite() { text.clamp(6.0, 40.0) } else { 13.0 },
            ink: ink.rgb(),
            rule: rule.rgb(),
            series: std::iter::once(first).chain(rest).map(Colour::rgb).collect(),
        })
    }

    /// The colour of a series, from 0. When all are used up they begin anew.
    pub(crate) fn series(&self, place: usize) -> RGBColor {
        self.series[place % self.series.len()]
    }

    /// The drawing's size in units.
    pub(crate) fn units(&self) -> (u32, u32) {
        (units(self.width).unsigned_abs(), units(self.height).unsigned_abs())
    }

    /// How texts are written.
    pub(crate) fn style(&self) -> TextStyle<'_> {
        ("inherit", self.text * UNITS * FONT_SCALE).into_text_style(&(0, 0)).color(&self.ink)
    }

    /// About how wide a text is, in pixels.
    pub(crate) fn width_of(&self, text: &str) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "a few letters")]
        let letters = text.chars().count() as f64;
        letters * LETTER * self.text
    }

    /// A text without what exceeds a width in pixels.
    pub(crate) fn shortened(&self, text: &str, width: f64) -> String {
        if self.width_of(text) <= width {
            return text.to_owned();
        }
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "casts saturate")]
        let letters = (width / (LETTER * self.text)) as usize;
        text.chars().take(letters.saturating_sub(1)).chain(['…']).collect()
    }
}

/// Pixels of the page as units of the drawing.
pub fn units(pixels: f64) -> i32 {
    #[expect(clippy::cast_possible_truncation, reason = "casts saturate")]
    let units = (pixels * UNITS).round() as i32;
    units
}

/// A colour of a style sheet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Colour {
    red: u8,
    green: u8,
    blue: u8,
}

impl Colour {
    /// Reads `#0067a6` or `#06a`.
    ///
    /// # Errors
    /// When it is written in another way.
    pub fn parse(text: &str) -> Result<Self, BadColour> {
        let digit = |letter: char| letter.to_digit(16).and_then(|digit| u8::try_from(digit).ok());
        let digits: Option<Vec<u8>> =
            text.strip_prefix('#').and_then(|digits| digits.chars().map(digit).collect());
        let digits = digits.unwrap_or_default();
        if let &[red, green, blue] = digits.as_slice() {
            return Ok(Self { red: red * 17, green: green * 17, blue: blue * 17 });
        }
        match digits.as_chunks() {
            ([red, green, blue], []) => {
                let both = |&[high, low]: &[u8; 2]| high * 16 + low;
                Ok(Self { red: both(red), green: both(green), blue: both(blue) })
            }
            _ => Err(BadColour(format!("“{text}”"))),
        }
    }

    const fn rgb(self) -> RGBColor {
        RGBColor(self.red, self.green, self.blue)
    }
}

/// A colour that is missing, or is written in a way that is not read here.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a colour is needed such as #0067a6, and there is {0}")]
pub struct BadColour(String);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_read_as_style_sheets_write_them() {
        let blue = Colour { red: 0, green: 0x67, blue: 0xa6 };
        assert_eq!(Colour::parse("#0067a6"), Ok(blue));
        assert_eq!(Colour::parse("#0067A6"), Ok(blue));
        assert_eq!(Colour::parse("#fff"), Colour::parse("#ffffff"));
        for text in ["", "#", "red", "0067a6", "#0067a", "#0067ag", "#0067a6ff", "rgb(0,0,0)", "#é00"] {
            assert!(Colour::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_missing_colour_is_named() {
        let error = Look::new(400, 200, 13.0, "#000 #fff").unwrap_err();
        assert_eq!(error.to_string(), "a colour is needed such as #0067a6, and there is none of the series");
    }

    #[test]
    fn what_is_too_small_or_no_number_is_brought_within_limits() {
        let look = Look::new(0, u32::MAX, f64::NAN, "#000 #fff #000").unwrap();
        assert_eq!(look.units(), (640, 16_000));
        assert!((look.text - 13.0).abs() < f64::EPSILON);
    }

    #[test]
    fn long_texts_are_shortened() {
        let look = Look::new(400, 200, 10.0, "#000 #fff #000").unwrap();
        assert_eq!(look.shortened("four", 26.0), "four");
        assert_eq!(look.shortened("fourteen", 26.0), "fou…");
        assert_eq!(look.shortened("fourteen", 0.0), "…");
    }
}
