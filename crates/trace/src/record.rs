//! How an event is laid out in a ring: one unit of fixed size, followed by units of raw text where it carries text.
//!
//! ```text
//! word 0   seq
//! word 1   time in microseconds (48 bits) | code (8 bits) | detail (8 bits)
//! word 2   thread (32 bits)               | subject (32 bits)
//! word 3   place (32 bits)                | value (32 bits)
//! ```
//!
//! For codes that carry text, `value` is its length in bytes and the text follows in as many units as it fills. The text of a
//! timer's start has two numbers, in little-endian order, before the name: the timer's (4 bytes) and its delay in
//! microseconds (8 bytes).

use crate::code::Code;
use crate::{
    Event, Mode, ObjectId, ObjectKind, PlaceId, Purpose, Refusal, Size, StartMethod, ThreadId, What,
};

/// The size of a unit in bytes.
pub const UNIT_BYTES: usize = 32;

/// The longest text in an event, in bytes. Longer ones are cut at a character's border and end in an ellipsis.
pub const MAX_TEXT_BYTES: usize = 8 * 1024;

const TIME_BITS: u32 = 48;
/// In a wait's detail: it has a deadline.
pub(crate) const TIMED: u8 = 0x80;
/// In a process's detail: it is a daemon.
pub(crate) const DAEMON: u8 = 0x80;

const TIME_MASK: u64 = (1 << TIME_BITS) - 1;

/// The fixed-size cell that rings are made of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C, align(8))]
pub struct Unit(pub [u64; 4]);

impl Unit {
    /// The unit as it stands in memory.
    #[must_use]
    pub fn from_bytes(bytes: &[u8; UNIT_BYTES]) -> Self {
        let mut words = [0; 4];
        for (word, chunk) in words.iter_mut().zip(bytes.as_chunks::<8>().0) {
            *word = u64::from_ne_bytes(*chunk);
        }
        Self(words)
    }

    /// The bytes as they stand in memory.
    #[must_use]
    pub fn to_bytes(self) -> [u8; UNIT_BYTES] {
        let mut bytes = [0; UNIT_BYTES];
        for (chunk, word) in bytes.as_chunks_mut::<8>().0.iter_mut().zip(self.0) {
            *chunk = word.to_ne_bytes();
        }
        bytes
    }
}

/// The first unit of an event, taken apart. `detail`, `subject` and `value` mean what the code says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Header {
    pub seq: u64,
    pub time: u64,
    pub code: u8,
    pub detail: u8,
    pub thread: u32,
    pub subject: u32,
    pub place: u32,
    pub value: u32,
}

impl Header {
    #[inline]
    pub(crate) fn pack(self) -> Unit {
        let tag = u64::from(self.code) << TIME_BITS | u64::from(self.detail) << (TIME_BITS + 8);
        Unit([
            self.seq,
            self.time & TIME_MASK | tag,
            u64::from(self.thread) | u64::from(self.subject) << 32,
            u64::from(self.place) | u64::from(self.value) << 32,
        ])
    }

    #[expect(
        clippy::cast_possible_truncation,
        reason = "each cast picks the bits that its field was packed into"
    )]
    pub(crate) fn unpack(unit: Unit) -> Self {
        let [seq, tagged, who, whereabouts] = unit.0;
        Self {
            seq,
            time: tagged & TIME_MASK,
            code: (tagged >> TIME_BITS) as u8,
            detail: (tagged >> (TIME_BITS + 8)) as u8,
            thread: who as u32,
            subject: (who >> 32) as u32,
            place: whereabouts as u32,
            value: (whereabouts >> 32) as u32,
        }
    }

    /// How many bytes of text follow this header.
    pub(crate) fn text_bytes(&self) -> usize {
        match Code::from_number(self.code) {
            Some(code) if code.carries_text() => (self.value as usize).min(MAX_TEXT_BYTES),
            _ => 0,
        }
    }

    /// The event that the header and its text make, or `None` where the code or the detail is not known here.
    pub(crate) fn event(&self, bytes: &[u8]) -> Option<Event> {
        let text = || String::from_utf8_lossy(bytes).into_owned();
        let object = ObjectId(self.subject);
        let thread = ThreadId(self.subject);
        let what = match Code::from_number(self.code)? {
            Code::ThreadCreated => {
                What::ThreadCreated { child: thread, name: text(), daemon: self.detail != 0 }
            }
            Code::ThreadRenamed => What::ThreadRenamed { target: thread, name: text() },
            Code::ThreadStarted => What::ThreadStarted,
            Code::ThreadFinished => What::ThreadFinished,
            Code::ThreadPanicked => What::ThreadPanicked { message: text() },
            Code::JoinBegan => What::JoinBegan { target: thread, timed: self.detail != 0 },
            Code::JoinEnded => What::JoinEnded { target: thread },
            Code::JoinTimedOut => What::JoinTimedOut { target: thread },
            Code::SleepBegan => What::SleepBegan { micros: self.value },
            Code::SleepEnded => What::SleepEnded,
            Code::ObjectCreated => {
                What::ObjectCreated { object, kind: ObjectKind::from_code(self.detail)?, name: text() }
            }
            Code::ObjectSized => {
                What::ObjectSized { object, size: Size::from_code(self.detail)?, value: self.value }
            }
            Code::WaitBegan => What::WaitBegan {
                object,
                purpose: Purpose::from_code(self.detail & !TIMED)?,
                timed: self.detail & TIMED != 0,
            },
            Code::WaitTimedOut => What::WaitTimedOut { object },
            Code::WaitEnded => What::WaitEnded { object },
            Code::Acquired => {
                What::Acquired { object, mode: Mode::from_code(self.detail)?, count: self.value }
            }
            Code::Released => {
                What::Released { object, mode: Mode::from_code(self.detail)?, count: self.value }
            }
            Code::Set => What::Set { object },
            Code::Cleared => What::Cleared { object },
            Code::Notified => What::Notified { object, count: self.value },
            Code::Arrived => What::Arrived { object },
            Code::Tripped => What::Tripped { object },
            Code::Broken => What::Broken { object },
            Code::Reset => What::Reset { object },
            Code::Put => What::Put { object, item: self.value },
            Code::Got => What::Got { object, item: self.value },
            Code::TaskDone => What::TaskDone { object },
            Code::ShutDown => What::ShutDown { object, immediate: self.detail != 0 },
            Code::TimerStarted => {
                let (timer, delay, name) = timer_and_name(bytes)?;
                let name = String::from_utf8_lossy(name).into_owned();
                What::TimerStarted { object, timer, delay, name }
            }
            Code::TimerFired => What::TimerFired { object, timer: self.value },
            Code::TimerCancelled => What::TimerCancelled { object, timer: self.value },
            Code::WorkerJoined => What::WorkerJoined { object },
            Code::TasksAdded => What::TasksAdded { object, count: self.value },
            Code::TaskBegan => What::TaskBegan { object, task: self.value },
            Code::TaskEnded => What::TaskEnded { object, task: self.value, failed: self.detail != 0 },
            Code::TasksCancelled => What::TasksCancelled { object, count: self.value },
            Code::ProcessCreated => What::ProcessCreated {
                process: self.subject,
                name: text(),
                method: StartMethod::from_code(self.detail & !DAEMON)?,
                daemon: self.detail & DAEMON != 0,
            },
            Code::ProcessJoinBegan => {
                What::ProcessJoinBegan { process: self.subject, timed: self.detail != 0 }
            }
            Code::ProcessJoinEnded => What::ProcessJoinEnded { process: self.subject },
            Code::ProcessJoinTimedOut => What::ProcessJoinTimedOut { process: self.subject },
            Code::ProcessEndAsked => What::ProcessEndAsked { process: self.subject },
            Code::Used => What::Used { object },
            Code::Opened => What::Opened { object, process: self.value },
            Code::Closed => What::Closed { object, process: self.value },
            Code::Paired => What::Paired { object, other: ObjectId(self.value), duplex: self.detail != 0 },
            Code::Sent => What::Sent { object, fill: self.value, whole: self.detail != 0 },
            Code::Received => What::Received { object, fill: self.value, whole: self.detail != 0 },
            Code::Refused => What::Refused { object, refusal: Refusal::from_code(self.detail)? },
            Code::ProcessGone => What::ProcessGone { process: self.subject },
            Code::Printed => What::Printed { text: text() },
            Code::Progress => What::Progress { done: self.subject, total: self.value },
            Code::PlaceDefined => What::PlaceDefined { line: self.subject, file: text() },
            Code::Result => What::Result { text: text() },
            Code::Failed => What::Failed { message: text() },
            Code::Lost => What::Lost { count: self.value },
        };
        Some(Event {
            seq: self.seq,
            time: self.time,
            thread: ThreadId(self.thread),
            place: PlaceId(self.place),
            what,
        })
    }
}

/// What stands before a timer's name: its number, and its delay in microseconds.
pub(crate) fn timer_lead(timer: u32, delay: u64) -> [u8; 12] {
    let mut lead = [0; 12];
    lead[..4].copy_from_slice(&timer.to_le_bytes());
    lead[4..].copy_from_slice(&delay.to_le_bytes());
    lead
}

/// A timer's number, its delay in microseconds, and its name.
fn timer_and_name(bytes: &[u8]) -> Option<(u32, u64, &[u8])> {
    let (timer, bytes) = bytes.split_first_chunk()?;
    let (delay, name) = bytes.split_first_chunk()?;
    Some((u32::from_le_bytes(*timer), u64::from_le_bytes(*delay), name))
}

/// Cuts a text that has `lead` bytes before it so that both together are no longer than [`MAX_TEXT_BYTES`], at a
/// character's border. Returns the part kept and what marks the cut.
pub(crate) fn cut(text: &str, lead: usize) -> (&str, &'static str) {
    const MARK: &str = "…";
    if text.len() + lead <= MAX_TEXT_BYTES {
        return (text, "");
    }
    let room = MAX_TEXT_BYTES.saturating_sub(MARK.len() + lead);
    (&text[..text.floor_char_boundary(room)], MARK)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::code::CODES;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn header_survives_packing(
            seq: u64, time in 0..=TIME_MASK, code: u8, detail: u8, thread: u32, subject: u32, place: u32, value: u32
        ) {
            let header = Header { seq, time, code, detail, thread, subject, place, value };
            prop_assert_eq!(Header::unpack(header.pack()), header);
            prop_assert_eq!(Unit::from_bytes(&header.pack().to_bytes()), header.pack());
        }

        #[test]
        fn no_unit_makes_decoding_panic(words: [u64; 4], text: Vec<u8>) {
            let header = Header::unpack(Unit(words));
            prop_assert!(header.text_bytes() <= MAX_TEXT_BYTES);
            let _ = header.event(&text);
        }
    }

    #[test]
    fn codes_are_numbered_from_one_in_order() {
        for (index, code) in CODES.into_iter().enumerate() {
            assert_eq!(code as usize, index + 1);
            assert_eq!(Code::from_number(code as u8), Some(code));
        }
        assert_eq!(Code::from_number(0), None);
        assert_eq!(Code::from_number(u8::try_from(CODES.len()).unwrap() + 1), None);
    }

    #[test]
    fn long_text_is_cut_at_a_character() {
        let long = "ä".repeat(MAX_TEXT_BYTES);
        for lead in [0, 12] {
            let (kept, mark) = cut(&long, lead);
            assert!((MAX_TEXT_BYTES - 1..=MAX_TEXT_BYTES).contains(&(lead + kept.len() + mark.len())));
            assert!(!mark.is_empty());
        }
        assert_eq!(cut("short", 0), ("short", ""));
        assert_eq!(cut(&long[..MAX_TEXT_BYTES], 0).1, "");
    }

    #[test]
    fn a_timer_that_does_not_say_its_numbers_is_none() {
        let bytes = timer_lead(7, 1 << 40);
        assert_eq!(timer_and_name(&bytes), Some((7, 1 << 40, &[][..])));
        assert_eq!(timer_and_name(&bytes[..11]), None);
    }
}
