//! Parallel iterators: a picture in tiles, drawn by the workers of a pool.

use crate::{
    About, Arguments, Chapter, Chart, Findings, Kind, Lesson, Parameter, Preset, ProgramError, Question,
};
use rayon::prelude::*;
use threadlab_threads::pool::Traced as _;
use threadlab_threads::{Pool, clock, output, say};

const WIDTH: u32 = 88;
const HEIGHT: u32 = 66;

/// What to draw: a part of the Mandelbrot set, in square tiles.
#[derive(Clone, Copy)]
struct Plan {
    left: f64,
    top: f64,
    /// From one pixel to the next.
    step: f64,
    /// After how many turns a pixel counts as one that stays.
    depth: u32,
    /// Pixels in a row of a tile, and rows in a tile.
    side: u32,
}

/// A tile that has been drawn, and by which worker of a pool, if by one.
struct Tile {
    pixels: Vec<u8>,
    worker: Option<usize>,
}

impl Plan {
    fn tiles(self) -> u32 {
        WIDTH.div_ceil(self.side) * HEIGHT.div_ceil(self.side)
    }

    /// The columns and rows of a tile's pixels. Tiles at the right and lower edges may have fewer.
    fn places(self, tile: u32) -> impl Iterator<Item = (u32, u32)> {
        let tiles_in_a_row = WIDTH.div_ceil(self.side);
        let (left, top) = (tile % tiles_in_a_row * self.side, tile / tiles_in_a_row * self.side);
        let columns = left..WIDTH.min(left + self.side);
        let rows = top..HEIGHT.min(top + self.side);
        rows.flat_map(move |row| columns.clone().map(move |column| (column, row)))
    }

    /// How bright a pixel is: the longer it takes to leave a circle, the brighter. One that stays is dark.
    fn brightness(self, (column, row): (u32, u32)) -> u8 {
        let (x, y) = (self.left + self.step * f64::from(column), self.top + self.step * f64::from(row));
        let (mut a, mut b) = (0.0, 0.0);
        for turn in 0..self.depth {
            if a * a + b * b > 4.0 {
                return u8::try_from((20 * turn).isqrt()).map_or(63, |bright| bright.min(63));
            }
            (a, b) = (a * a - b * b + x, 2.0 * a * b + y); // (1)
        }
        0
    }

    fn draw(self, tile: u32) -> Tile {
        let pixels = self.places(tile).map(|place| self.brightness(place)).collect();
        Tile { pixels, worker: rayon::current_thread_index() }
    }

    /// Puts the tiles together.
    fn picture(self, tiles: &[Tile]) -> Vec<u8> {
        let mut picture = vec![0; (WIDTH * HEIGHT) as usize];
        for (number, tile) in (0..).zip(tiles) {
            for ((column, row), &pixel) in self.places(number).zip(&tile.pixels) {
                picture[(row * WIDTH + column) as usize] = pixel;
            }
        }
        picture
    }
}

pub fn main(arguments: &Arguments) -> Result<Findings, ProgramError> {
    let workers = arguments.whole("workers");
    let piece = arguments.whole("piece") as usize;
    let (left, top, width) = match arguments.choice("view") {
        "valley" => (-0.77, 0.08, 0.05),
        _ => (-2.2, -1.125, 3.0),
    };
    let step = width / f64::from(WIDTH);
    let plan = Plan { left, top, step, depth: arguments.whole("depth"), side: arguments.whole("side") };

    say!("one thread draws {} tiles", plan.tiles());
    let begin = clock::now();
    let alone: Vec<Tile> = (0..plan.tiles()).map(|tile| plan.draw(tile)).collect(); // (2)
    let time_alone = clock::now().saturating_sub(begin).as_secs_f64();
    output::progress(1, 2);

    let pool = Pool::named("pool", workers as usize)?;
    say!("a pool draws the same; its workers: {workers}");
    let begin = clock::now();
    let together: Vec<Tile> = pool.install(|| {
        let tiles = (0..plan.tiles()).into_par_iter().with_max_len(piece); // (3)
        // Each piece of the iterator becomes a task, which the page can show.
        tiles.map(|tile| plan.draw(tile)).traced().collect()
    })?;
    let time = clock::now().saturating_sub(begin).as_secs_f64().max(1e-6);
    pool.close();
    pool.join()?;
    output::progress(2, 2);

    let mut shares = vec![0_u32; workers as usize];
    let mut makers = Vec::new();
    for worker in together.iter().filter_map(|tile| tile.worker) {
        shares[worker] += 1;
        makers.push(u8::try_from(worker)?);
    }
    let picture = plan.picture(&together);
    let equal = plan.tiles() / workers;
    let alike = shares.iter().all(|&share| share == equal || share == equal + 1);
    let texts: Vec<_> = shares.iter().map(u32::to_string).collect();
    let findings = Findings::new(format!(
        "Tiles: {}. Drawn by one thread, and by a pool; its workers: {workers}.",
        plan.tiles()
    ))
    .held("the picture is the same as the one that one thread draws", picture == plan.picture(&alone))
    .held("every tile was drawn by a worker of the pool", makers.len() == together.len())
    .seen("all workers drew equally many tiles", alike)
    .figure("one thread", format_args!("{time_alone:.2} s"))
    .figure("the pool", format_args!("{time:.2} s, {:.1} times as fast", time_alone / time))
    .figure("tiles by worker", texts.join(", "))
    .chart(Chart::picture("Drawn by", WIDTH as usize, plan.side as usize, picture, makers));
    Ok(if workers > 1 { findings.answer(usize::from(!alike)) } else { findings })
}

/// What the page says about this demo.
pub const ABOUT: About = About {
    id: "parallel-iterators",
    title: "Parallel iterators",
    chapter: Chapter::Pools,
    order: 7,
    summary: "A Mandelbrot picture, drawn in tiles by the workers of a pool, and coloured by worker.",
    parameters: &[
        Parameter {
            name: "workers",
            label: "Workers",
            help: "How many threads the pool has.",
            kind: Kind::Whole { min: 1, max: 16, default: 4, unit: "" },
        },
        Parameter {
            name: "side",
            label: "Side",
            help: "How wide and high a tile is.",
            kind: Kind::Whole { min: 4, max: 22, default: 6, unit: "pixels" },
        },
        Parameter {
            name: "piece",
            label: "Piece",
            help: "How many tiles are worked on as one task at most.",
            kind: Kind::Whole { min: 1, max: 400, default: 4, unit: "tiles" },
        },
        Parameter {
            name: "depth",
            label: "Depth",
            help: "How long a pixel is followed before it counts as one that stays.",
            kind: Kind::Whole { min: 1000, max: 400_000, default: 150_000, unit: "turns" },
        },
        Parameter {
            name: "view",
            label: "View",
            help: "Which part of the set is drawn.",
            kind: Kind::Choice {
                options: &[("whole", "The whole set"), ("valley", "Seahorse valley")],
                default: "whole",
            },
        },
    ],
    presets: &[
        Preset { name: "Small pieces", arguments: "" },
        Preset { name: "Large pieces", arguments: "piece=400" },
        Preset { name: "Seahorse valley", arguments: "view=valley&depth=50000" },
    ],
};

/// What is read beside it.
pub const LESSON: Lesson = Lesson {
    question: Question {
        text: "The dark parts of the picture take by far the longest to compute. Several workers share the tiles. Does \
               each of them draw as many tiles as the others?",
        choices: &["Yes, all draw equally many", "No, some draw more than others"],
        because: "A worker that has finished its tiles takes some from another that still has many. So those with \
                  easy tiles draw more of them, and all of them end at about the same time.",
    },
    look_for: &[
        "The picture below the result is coloured by worker. Each begins with a stretch of the picture; where \
         colours change within it, another worker has taken over a part.",
        "First the main thread draws everything alone. Then the workers' lanes begin together, and end nearly together, \
         although some of them had much more difficult tiles.",
        "The result lists the tiles of each worker, and both times. With more workers than cores the time does not get \
         any shorter.",
    ],
    try_this: &[
        "Choose “Large pieces”. The iterator is then cut only as often as seems useful, into fewer tasks, and a \
         worker may be left with a large piece while the others have nothing to do.",
        "Use one worker. It draws everything, in about the time of the main thread alone.",
        "Choose “Seahorse valley”. Its dark part lies elsewhere, and its edge takes long too, so the tiles are \
         spread differently.",
    ],
    why: &[
        "A parallel iterator is written like any other: map, collect. But it can be cut into two halves, and each \
         half again. A worker cuts a piece, keeps one half and offers the other. A worker that is idle steals what \
         is offered, and cuts it further. This is called work stealing, and here it is done by rayon, a library \
         for Rust.",
        "The results come back in order, whichever worker made them. As each tile depends on nothing but its own \
         place, the picture cannot depend on who drew what: it is the same, bit for bit, as that of one thread.",
        "The compiler helps with that. What the closure uses must be safe to share between threads, or the program \
         does not compile; a plain number that several threads change without a lock, as in “Lost updates”, is \
         refused.",
    ],
    python: r#"import os
import time
from multiprocessing import Pool

WIDTH, HEIGHT, SIDE = 66, 33, 11
DEPTH = 400
WORKERS = 4
COLUMNS = WIDTH // SIDE
TILES = range(COLUMNS * (HEIGHT // SIDE))


def brightness(column, row):
    c = complex(-2.2 + 3.0 * column / WIDTH, -1.125 + 2.25 * row / HEIGHT)
    z = 0
    for turn in range(DEPTH):
        if abs(z) > 2:
            return turn
        z = z * z + c  # (1)
    return 0


def draw(tile):
    left, top = tile % COLUMNS * SIDE, tile // COLUMNS * SIDE
    rows = [
        [brightness(column, row) for column in range(left, left + SIDE)]
        for row in range(top, top + SIDE)
    ]
    return rows, os.getpid()


def answer(claim, true):
    print(f"{claim}:", "yes" if true else "no")


if __name__ == "__main__":
    begin = time.perf_counter()
    alone = [draw(tile) for tile in TILES]  # (2)
    time_alone = time.perf_counter() - begin
    with Pool(WORKERS) as pool:
        begin = time.perf_counter()
        together = pool.map(draw, TILES, chunksize=1)  # (3)
        taken = time.perf_counter() - begin

    makers = [maker for _, maker in together]
    workers = sorted(set(makers))
    for row in range(HEIGHT):
        tiles = together[row // SIDE * COLUMNS :][:COLUMNS]
        letters = [("." if pixel else "abcdefgh"[workers.index(maker)])
                   for pixels, maker in tiles for pixel in pixels[row % SIDE]]
        print("".join(letters))
    print(f"One: {time_alone:.2f} s. Pool of {WORKERS}: {taken:.2f} s")
    shares = [makers.count(worker) for worker in workers]
    print("Tiles by worker:", shares)
    same = [pixels for pixels, _ in together] == [pixels for pixels, _ in alone]
    answer("The picture is the same as the one that one thread draws", same)
    answer("Every tile was drawn by a worker of the pool", os.getpid() not in makers)
    equal = len(shares) == WORKERS and max(shares) - min(shares) <= 1
    answer("All workers drew equally many tiles", equal)
"#,
};

#[cfg(test)]
mod tests {
    use super::{HEIGHT, Plan, WIDTH};
    use crate::{Chart, Data, Findings};

    fn run(arguments: &str) -> (Findings, usize) {
        let text = crate::run("parallel-iterators", arguments).unwrap();
        (Findings::parse(&text), text.len())
    }

    #[test]
    fn tiles_cover_the_picture_once() {
        for side in 4..=22 {
            let plan = Plan { left: 0.0, top: 0.0, step: 0.0, depth: 1, side };
            let mut places: Vec<_> = (0..plan.tiles()).flat_map(|tile| plan.places(tile)).collect();
            places.sort_unstable_by_key(|&(column, row)| (row, column));
            let all = (0..HEIGHT).flat_map(|row| (0..WIDTH).map(move |column| (column, row)));
            assert!(places.into_iter().eq(all), "{side}");
        }
    }

    #[test]
    fn pixels_are_told_by_how_long_they_stay() {
        let plan = Plan { left: 0.0, top: 0.0, step: 1.0, depth: 100, side: 4 };
        // The middle stays; 1 leaves by 0, 1, 2, 5, so which is seen at turn 3; 3 by 0, 3.
        assert_eq!([0, 1, 3].map(|x| plan.brightness((x, 0))), [0, 60_u8.isqrt(), 20_u8.isqrt()]);
    }

    #[test]
    fn workers_draw_what_one_thread_draws() {
        for arguments in
            ["workers=3&side=4&piece=1&depth=1000", "workers=1&side=22&piece=400&depth=1000&view=valley"]
        {
            let (findings, length) = run(arguments);
            assert!(length < 8 * 1024, "{length} bytes");
            let [Chart { data: Data::Picture { pixels, makers, .. }, .. }] = &findings.charts[..] else {
                panic!()
            };
            assert_eq!(pixels.len(), (WIDTH * HEIGHT) as usize);
            assert!(pixels.contains(&0) && pixels.iter().any(|&pixel| pixel > 20), "{arguments}");
            assert!(makers.iter().all(|&maker| maker < 3), "{arguments}");
            assert_eq!(findings.answer.is_some(), makers.contains(&1) || arguments.contains("workers=3"));
        }
    }
}
