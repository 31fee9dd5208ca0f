//! The numbers of the sorts of events: one for each variant of [`What`].

#[cfg(doc)]
use crate::What;

/// The number that stands for each sort of event in a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Code {
    /// [`What::ThreadCreated`]
    ThreadCreated = 1,
    /// [`What::ThreadStarted`]
    ThreadStarted = 2,
    /// [`What::ThreadFinished`]
    ThreadFinished = 3,
    /// [`What::ThreadPanicked`]
    ThreadPanicked = 4,
    /// [`What::JoinBegan`]
    JoinBegan = 5,
    /// [`What::JoinEnded`]
    JoinEnded = 6,
    /// [`What::JoinTimedOut`]
    JoinTimedOut = 7,
    /// [`What::SleepBegan`]
    SleepBegan = 8,
    /// [`What::SleepEnded`]
    SleepEnded = 9,
    /// [`What::ObjectCreated`]
    ObjectCreated = 10,
    /// [`What::WaitBegan`]
    WaitBegan = 11,
    /// [`What::WaitTimedOut`]
    WaitTimedOut = 12,
    /// [`What::Acquired`]
    Acquired = 13,
    /// [`What::Released`]
    Released = 14,
    /// [`What::Printed`]
    Printed = 15,
    /// [`What::Progress`]
    Progress = 16,
    /// [`What::PlaceDefined`]
    PlaceDefined = 17,
    /// [`What::Result`]
    Result = 18,
    /// [`What::Failed`]
    Failed = 19,
    /// [`What::Lost`]
    Lost = 20,
    /// [`What::ThreadRenamed`]
    ThreadRenamed = 21,
    /// [`What::ObjectSized`]
    ObjectSized = 22,
    /// [`What::WaitEnded`]
    WaitEnded = 23,
    /// [`What::Set`]
    Set = 24,
    /// [`What::Cleared`]
    Cleared = 25,
    /// [`What::Notified`]
    Notified = 26,
    /// [`What::Arrived`]
    Arrived = 27,
    /// [`What::Tripped`]
    Tripped = 28,
    /// [`What::Broken`]
    Broken = 29,
    /// [`What::Reset`]
    Reset = 30,
    /// [`What::Put`]
    Put = 31,
    /// [`What::Got`]
    Got = 32,
    /// [`What::TaskDone`]
    TaskDone = 33,
    /// [`What::ShutDown`]
    ShutDown = 34,
    /// [`What::TimerStarted`]
    TimerStarted = 35,
    /// [`What::TimerFired`]
    TimerFired = 36,
    /// [`What::TimerCancelled`]
    TimerCancelled = 37,
    /// [`What::WorkerJoined`]
    WorkerJoined = 38,
    /// [`What::TasksAdded`]
    TasksAdded = 39,
    /// [`What::TaskBegan`]
    TaskBegan = 40,
    /// [`What::TaskEnded`]
    TaskEnded = 41,
    /// [`What::TasksCancelled`]
    TasksCancelled = 42,
    /// [`What::ProcessCreated`]
    ProcessCreated = 43,
    /// [`What::ProcessJoinBegan`]
    ProcessJoinBegan = 44,
    /// [`What::ProcessJoinEnded`]
    ProcessJoinEnded = 45,
    /// [`What::ProcessJoinTimedOut`]
    ProcessJoinTimedOut = 46,
    /// [`What::ProcessEndAsked`]
    ProcessEndAsked = 47,
    /// [`What::Used`]
    Used = 48,
    /// [`What::Opened`]
    Opened = 49,
    /// [`What::Closed`]
    Closed = 50,
    /// [`What::Paired`]
    Paired = 51,
    /// [`What::Sent`]
    Sent = 52,
    /// [`What::Received`]
    Received = 53,
    /// [`What::Refused`]
    Refused = 54,
    /// [`What::ProcessGone`]
    ProcessGone = 55,
}

pub(crate) const CODES: [Code; 55] = [
    Code::ThreadCreated,
    Code::ThreadStarted,
    Code::ThreadFinished,
    Code::ThreadPanicked,
    Code::JoinBegan,
    Code::JoinEnded,
    Code::JoinTimedOut,
    Code::SleepBegan,
    Code::SleepEnded,
    Code::ObjectCreated,
    Code::WaitBegan,
    Code::WaitTimedOut,
    Code::Acquired,
    Code::Released,
    Code::Printed,
    Code::Progress,
    Code::PlaceDefined,
    Code::Result,
    Code::Failed,
    Code::Lost,
    Code::ThreadRenamed,
    Code::ObjectSized,
    Code::WaitEnded,
    Code::Set,
    Code::Cleared,
    Code::Notified,
    Code::Arrived,
    Code::Tripped,
    Code::Broken,
    Code::Reset,
    Code::Put,
    Code::Got,
    Code::TaskDone,
    Code::ShutDown,
    Code::TimerStarted,
    Code::TimerFired,
    Code::TimerCancelled,
    Code::WorkerJoined,
    Code::TasksAdded,
    Code::TaskBegan,
    Code::TaskEnded,
    Code::TasksCancelled,
    Code::ProcessCreated,
    Code::ProcessJoinBegan,
    Code::ProcessJoinEnded,
    Code::ProcessJoinTimedOut,
    Code::ProcessEndAsked,
    Code::Used,
    Code::Opened,
    Code::Closed,
    Code::Paired,
    Code::Sent,
    Code::Received,
    Code::Refused,
    Code::ProcessGone,
];

impl Code {
    pub(crate) fn from_number(number: u8) -> Option<Self> {
        CODES.get(usize::from(number).wrapping_sub(1)).copied()
    }

    pub(crate) const fn carries_text(self) -> bool {
        matches!(
            self,
            Self::ThreadCreated
                | Self::ThreadRenamed
                | Self::ThreadPanicked
                | Self::ObjectCreated
                | Self::ProcessCreated
                | Self::TimerStarted
                | Self::Printed
                | Self::PlaceDefined
                | Self::Result
                | Self::Failed
        )
    }

    /// Whether a view of the run would stay wrong for good if an event of this sort were dropped.
    #[inline]
    pub(crate) const fn is_vital(self) -> bool {
        !matches!(
            self,
            Self::Acquired
                | Self::Released
                | Self::Put
                | Self::Got
                | Self::TaskDone
                | Self::Set
                | Self::Cleared
                | Self::Notified
                | Self::Arrived
                | Self::Tripped
                | Self::TaskBegan
                | Self::Used
                | Self::Sent
                | Self::Received
                | Self::Refused
                | Self::Progress
                | Self::Printed
        )
    }
}
