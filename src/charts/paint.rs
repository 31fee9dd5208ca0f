//! Pictures in tiles, as pixels of a canvas.

/// A colour: red, green and blue.
pub type Rgb = [u8; 3];

/// The brightest that a pixel of a picture is.
const BRIGHTEST: u8 = 63;

/// The share of a tile's colour that is left where the picture is darkest, so that its maker is seen there too.
const DARK: f64 = 0.22;

/// How far towards white the brightest pixels go.
const WHITE: f64 = 0.55;

/// A picture made of square tiles, each tinted with one colour.
#[derive(Clone, Copy, Debug)]
pub struct Tiled<'a> {
    /// Pixels in a row.
    pub width: usize,
    /// Pixels in a tile's row, and rows in a tile.
    pub side: usize,
    /// From 0, dark, to 63, bright, row by row.
    pub pixels: &'a [u8],
    /// Who made each tile, row by row.
    pub makers: &'a [u8],
}

impl Tiled<'_> {
    /// Rows of pixels; the last one may be short.
    pub const fn height(&self) -> usize {
        self.pixels.len().div_ceil(self.width)
    }

    /// Tiles in a row.
    pub const fn columns(&self) -> usize {
        self.width.div_ceil(self.side)
    }

    /// Red, green, blue and opacity of each pixel, row by row; `colour` tells that of a maker. What is missing, of the last
    /// row or of the makers, is transparent.
    pub fn rgba(&self, colour: impl Fn(u8) -> Rgb) -> Vec<u8> {
        let mut bytes = vec![0; self.width * self.height() * 4];
        for (place, (rgba, &pixel)) in bytes.as_chunks_mut().0.iter_mut().zip(self.pixels).enumerate() {
            let (column, row) = (place % self.width / self.side, place / self.width / self.side);
            if let Some(&maker) = self.makers.get(row * self.columns() + column) {
                let [red, green, blue] = tinted(pixel, colour(maker));
                *rgba = [red, green, blue, u8::MAX];
            }
        }
        bytes
    }
}

/// A colour as bright as a pixel.
fn tinted(pixel: u8, colour: Rgb) -> Rgb {
    let bright = f64::from(pixel.min(BRIGHTEST)) / f64::from(BRIGHTEST);
    colour.map(|part| {
        let part = f64::from(part) * (DARK + (1.0 - DARK) * bright);
        let part = part + (255.0 - part) * WHITE * bright * bright;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 255")]
        let part = part.round() as u8;
        part
    })
}

/// Reads a colour as the style sheet writes it: `#0067a6`.
pub fn rgb(text: &str) -> Option<Rgb> {
    let digits = text.trim().strip_prefix('#').filter(|digits| digits.len() == 6 && digits.is_ascii())?;
    let part = |from: usize| u8::from_str_radix(&digits[from..from + 2], 16).ok();
    Some([part(0)?, part(2)?, part(4)?])
}

#[cfg(test)]
mod tests {
    use super::*;

    const RED: Rgb = [200, 0, 0];
    const BLUE: Rgb = [0, 0, 200];

    #[test]
    fn each_tile_has_its_makers_tint() {
        // Three columns of pixels in tiles of two: the second column of tiles is narrower, the second row lower.
        let tiled = Tiled { width: 3, side: 2, pixels: &[63; 9], makers: &[0, 1, 1, 0] };
        assert_eq!((tiled.height(), tiled.columns()), (3, 2));
        let bytes = tiled.rgba(|maker| if maker == 0 { RED } else { BLUE });
        let is_red: Vec<_> = bytes.as_chunks().0.iter().map(|&[red, _, blue, _]| red > blue).collect();
        assert_eq!(is_red, [true, true, false, true, true, false, false, false, true]);
        assert!(bytes.as_chunks().0.iter().all(|&[_, _, _, opacity]| opacity == 255));
    }

    #[test]
    fn brighter_pixels_are_brighter_and_the_darkest_are_not_black() {
        let shades: Vec<u32> =
            (0..=63).map(|pixel| tinted(pixel, RED).iter().map(|&part| u32::from(part)).sum()).collect();
        assert!(shades.is_sorted_by(|a, b| a < b), "{shades:?}");
        assert!(tinted(0, RED)[0] > 30);
        assert_eq!(tinted(200, RED), tinted(63, RED));
    }

    #[test]
    fn what_is_missing_is_transparent() {
        let tiled = Tiled { width: 2, side: 1, pixels: &[63, 63, 63], makers: &[0] };
        let bytes = tiled.rgba(|_| RED);
        let opacities: Vec<_> = bytes.as_chunks().0.iter().map(|&[_, _, _, opacity]| opacity).collect();
        assert_eq!(opacities, [255, 0, 0, 0]);
        assert!(Tiled { width: 1, side: 1, pixels: &[], makers: &[] }.rgba(|_| RED).is_empty());
    }

    #[test]
    fn colours_of_the_style_sheet_are_read() {
        assert_eq!(rgb(" #0067a6"), Some([0, 0x67, 0xa6]));
        for text in ["", "#", "0067a6", "#0067a", "#0067ag", "#00é7a", "rgb(1, 2, 3)"] {
            assert_eq!(rgb(text), None, "{text}");
        }
    }
}
