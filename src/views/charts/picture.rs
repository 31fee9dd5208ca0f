//! A picture in tiles, each in the colour of the worker that made it.

use super::Maker;
use crate::browser;
use crate::charts::paint::{Rgb, Tiled, rgb};
use crate::charts::table::tiles;
use crate::charts::words::description;
use crate::words::counted;
use std::rc::Rc;
use threadlab_demos::{Chart, Data};
use wasm_bindgen::{Clamped, JsCast as _};
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement, ImageData};
use yew::prelude::*;

#[derive(Properties)]
pub struct Props {
    /// What is drawn.
    pub chart: Rc<Chart>,
    /// Its makers, by their numbers.
    pub makers: Vec<Maker>,
    /// Whether the page is dark, from which its colours follow.
    pub is_dark: bool,
}

impl PartialEq for Props {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.chart, &other.chart) && self.makers == other.makers && self.is_dark == other.is_dark
    }
}

/// The picture and its makers. Their numbers stand in the tiles too, for those who cannot tell all colours.
#[component]
pub fn Picture(props: &Props) -> Html {
    let canvas = use_node_ref();
    let drawn = (Rc::as_ptr(&props.chart), props.makers.clone(), props.is_dark);
    {
        let (canvas, chart) = (canvas.clone(), props.chart.clone());
        use_effect_with(drawn, move |(_, makers, _)| {
            if let (Some(canvas), Some(tiled)) = (canvas.cast::<HtmlCanvasElement>(), tiled(&chart)) {
                let _ = paint(&canvas, tiled, makers);
            }
        });
    }
    let Some(tiled) = tiled(&props.chart) else { return Html::default() };
    let Tiled { width, side, makers, .. } = tiled;
    let number = |(place, maker): (usize, &u8)| {
        let (x, y) = (place % tiled.columns() * side, place / tiled.columns() * side);
        html! { <text x={x.to_string()} y={y.to_string()}>{ maker + 1 }</text> }
    };
    let legend = |(number, tiles): (usize, usize)| {
        let maker = props.makers.get(number)?;
        Some(html! {
            <li class="picture-maker">
                <span class={format!("mark {}", maker.accent.classes())} aria-hidden="true" />
                <span class="picture-number">{ number + 1 }</span>
                <span class="name">{ maker.name.clone() }</span>
                <span class="hint">{ counted(tiles as u64, "tile", "tiles") }</span>
            </li>
        })
    };
    html! {
        <div class="chart-box picture">
            <div class="picture-tiles" role="img" aria-label={description(&props.chart)}>
                <canvas ref={canvas} />
                // Texts as large as there is room in a tile, at their tile's corner.
                <svg viewBox={format!("0 0 {width} {}", tiled.height())} font-size={(side * 3).to_string() + "e-1"}>
                    { for makers.iter().enumerate().map(number) }
                </svg>
            </div>
            <ul class="picture-makers" aria-label="Workers">{ for tiles(makers).filter_map(legend) }</ul>
        </div>
    }
}

fn tiled(chart: &Chart) -> Option<Tiled<'_>> {
    match &chart.data {
        Data::Picture { width, side, pixels, makers } => {
            Some(Tiled { width: *width, side: *side, pixels, makers })
        }
        _ => None,
    }
}

/// Paints the picture on a canvas that has a pixel for each of its own. `None` where the browser gives no canvas.
fn paint(canvas: &HtmlCanvasElement, tiled: Tiled<'_>, makers: &[Maker]) -> Option<()> {
    let colours: Vec<Rgb> = makers
        .iter()
        .map(|maker| rgb(&browser::colour(&format!("--accent-{}", maker.accent.colour))).unwrap_or([128; 3]))
        .collect();
    let bytes = tiled.rgba(|maker| colours.get(usize::from(maker)).copied().unwrap_or([128; 3]));
    let (width, height) = (u32::try_from(tiled.width).ok()?, u32::try_from(tiled.height()).ok()?);
    canvas.set_width(width);
    canvas.set_height(height);
    let context: CanvasRenderingContext2d = canvas.get_context("2d").ok()??.dyn_into().ok()?;
    let image = ImageData::new_with_u8_clamped_array_and_sh(Clamped(&bytes), width, height).ok()?;
    context.put_image_data(&image, 0.0, 0.0).ok()
}
