//! Where the lanes are within the picture. Its unit is a sixteenth of the size of the page's text: mostly a CSS pixel.

use std::borrow::Cow;
use threadlab_model::{Family, Object, Process, Thread};

/// The height below which lanes cannot be told apart.
const LOWEST: f64 = 9.0;

/// The height below which the headings of processes cannot be read.
const LOWEST_OF_SEVERAL: f64 = 14.0;

/// Height of the time axis, above the lanes.
pub const AXIS: f64 = 22.0;

/// What a lane of the picture shows.
#[derive(Clone, Copy, Debug)]
pub enum LaneOf<'a> {
    /// A process: the heading of its lanes.
    Process(&'a Process),
    /// What a thread of a process did.
    Thread(&'a Process, &'a Thread),
    /// Who in a process held an object.
    Object(&'a Process, &'a Object),
}

/// All lanes from top to bottom: of each process the threads' and then the objects', below its heading where there are
/// several processes.
pub fn lanes(family: &Family) -> Vec<LaneOf<'_>> {
    let mut lanes = Vec::new();
    for process in family.processes() {
        if family.is_several() {
            lanes.push(LaneOf::Process(process));
        }
        lanes.extend(process.model().threads().map(|thread| LaneOf::Thread(process, thread)));
        lanes.extend(process.model().objects().map(|object| LaneOf::Object(process, object)));
    }
    lanes
}

/// The measures of the picture.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Layout {
    /// The width of the whole picture.
    pub width: f64,
    /// The height of the whole picture.
    pub height: f64,
    /// The width of the names on the left.
    pub names: f64,
    /// The height of a lane.
    pub lane: f64,
    /// How many lanes there are.
    pub lanes: usize,
}

impl Layout {
    /// The measures for the lanes of these processes. Lanes get lower as there are more of them, down to a height at which they can
    /// still be told apart; what does not fit then is reached by scrolling.
    pub fn of(family: &Family, width: f64, height: f64) -> Self {
        let each = family.processes().map(Process::model);
        let lanes: usize = each.map(|model| model.threads().len() + model.objects().len()).sum();
        if family.is_several() {
            Self::new(width, height, lanes + family.processes().len(), LOWEST_OF_SEVERAL)
        } else {
            Self::new(width, height, lanes, LOWEST)
        }
    }

    fn new(width: f64, height: f64, lanes: usize, lowest: f64) -> Self {
        let names = (width * 0.2).clamp(84.0, 128.0);
        #[expect(clippy::cast_precision_loss, reason = "a number of lanes")]
        let share = (height - AXIS) / lanes.max(1) as f64;
        Self { width, height, names, lane: share.clamp(lowest, 30.0), lanes }
    }

    /// How high the whole would be without scrolling.
    pub fn full_height(&self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "a number of lanes")]
        let lanes = self.lanes as f64;
        (AXIS + self.lane * lanes).max(self.height)
    }

    /// The width of the part that shows time.
    pub fn span_width(&self) -> f64 {
        (self.width - self.names).max(1.0)
    }

    /// The lanes that are in view when scrolled down by `scrolled`, each with its upper edge.
    pub fn visible(&self, scrolled: f64) -> impl Iterator<Item = (usize, f64)> + use<> {
        let Self { lane, lanes, height, .. } = *self;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "casts from float saturate, and the take below bounds the rest"
        )]
        let first = (scrolled.max(0.0) / lane).floor() as usize;
        #[expect(clippy::cast_precision_loss, reason = "a number of lanes")]
        (first..lanes)
            .map(move |number| (number, AXIS + number as f64 * lane - scrolled.max(0.0)))
            .take_while(move |&(_, top)| top < height)
    }

    /// The lane at a height within the picture, when scrolled down by `scrolled`.
    pub fn lane_at(&self, y: f64, scrolled: f64) -> Option<usize> {
        self.visible(scrolled)
            .find(|&(_, top)| y >= AXIS && (top..top + self.lane).contains(&y))
            .map(|(number, _)| number)
    }
}

/// A lane's name, or as much of its end as `room` has room for, when it is written in letters of this size. What tells
/// names apart is mostly at their end, so what is left begins with a whole word where it can.
pub fn fitting(name: &str, room: f64, size: f64) -> Cow<'_, str> {
    // Letters are about half as wide as they are high, and may be narrowed to two thirds of that.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "casts from float saturate")]
    let most = (room / (size * 0.55 * 0.66)) as usize;
    let long = name.chars().count();
    if long <= most {
        return Cow::Borrowed(name);
    }
    // One of them is the sign that something is missing.
    let dropped = long - most.saturating_sub(1);
    let end = name.char_indices().nth(dropped).map_or("", |(at, _)| &name[at..]);
    let word = end.split_once(['-', ' ']).map(|(_, word)| word).filter(|word| word.chars().count() >= 6);
    Cow::Owned(format!("…{}", word.unwrap_or(end)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use threadlab_trace::{Event, ObjectId, ObjectKind, PlaceId, ThreadId, What};

    #[test]
    fn processes_have_headings_where_there_are_several() {
        let mut family = Family::new();
        let mut events = 0;
        let mut apply = |family: &mut Family, process, what| {
            let (thread, place) = (ThreadId::MAIN, PlaceId::UNKNOWN);
            family.apply(process, &Event { seq: events, time: events, thread, place, what });
            events += 1;
        };
        let made =
            What::ObjectCreated { object: ObjectId(1), kind: ObjectKind::Lock, name: "door".to_owned() };
        apply(&mut family, 1, What::ThreadStarted);
        apply(&mut family, 1, made);
        let names = |family: &Family| -> Vec<String> {
            let name = |lane| match lane {
                LaneOf::Process(process) => process.name(),
                LaneOf::Thread(_, thread) => thread.name(),
                LaneOf::Object(_, object) => object.name(),
            };
            assert_eq!(lanes(family).len(), Layout::of(family, 800.0, 260.0).lanes);
            lanes(family).into_iter().map(|lane| name(lane).to_owned()).collect()
        };
        assert_eq!(names(&family), ["MainThread", "door"]);
        apply(&mut family, 2, What::ThreadStarted);
        assert_eq!(names(&family), ["MainProcess", "MainThread", "door", "process 2", "MainThread"]);
    }

    #[test]
    fn few_lanes_fill_no_more_than_they_need() {
        let layout = Layout::new(800.0, 260.0, 3, LOWEST);
        assert!((layout.full_height() - 260.0).abs() < 1e-9);
        assert_eq!(layout.visible(0.0).count(), 3);
        assert_eq!(layout.lane_at(AXIS + 31.0, 0.0), Some(1));
        assert_eq!(layout.lane_at(AXIS - 1.0, 0.0), None);
        assert_eq!(layout.lane_at(250.0, 0.0), None);
    }

    #[test]
    fn of_many_lanes_only_those_in_view_are_drawn() {
        let layout = Layout::new(800.0, 260.0, 1_000, LOWEST);
        assert!(layout.full_height() > 9_000.0);
        let seen: Vec<_> = layout.visible(4_500.0).map(|(number, _)| number).collect();
        assert!(seen.len() < 30 && seen[0] == 500, "{seen:?}");
    }

    #[test]
    fn long_names_keep_their_end() {
        assert_eq!(fitting("Philosopher-1", 57.0, 12.0), "Philosopher-1");
        assert_eq!(fitting("executor-worker-1", 57.0, 12.0), "…worker-1");
        assert_eq!(fitting("pool of 16-worker-12", 57.0, 9.0), "…of 16-worker-12");
        assert_eq!(fitting("äöüäöüäöüäöüäöüäöü-1", 57.0, 12.0), "…üäöüäöüäöü-1");
        assert_eq!(fitting("Thread-1", 0.0, 12.0), "…");
    }
}
