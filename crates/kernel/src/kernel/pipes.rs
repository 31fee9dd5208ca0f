//! Pipes.

use super::{Kernel, Shape, introduce, opened};
use crate::attempt::{Attempt, Done, Step};
use crate::error::{Error, Rule, Subject};
use crate::ids::{Caller, Handle};
use crate::limits;
use crate::objects::channel::{Channel, Part, Sent};
use crate::objects::pipe::End;
use crate::objects::{Kind, Scene};
use crate::recording;
use threadlab_trace::{ObjectKind, Purpose, Size};

impl Kernel {
    /// Makes a pipe that holds so many bytes in each direction. A one-way pipe's first end only receives and its second
    /// only sends; the ends of a duplex one do both.
    ///
    /// # Errors
    ///
    /// [`Rule::BadCapacity`], [`Rule::TooManyObjects`], [`Rule::NoMemory`]; [`Rule::Killed`] and
    /// [`Rule::NoSuchProcess`], as for every call that has a caller.
    pub fn pipe(&self, caller: Caller, duplex: bool, capacity: u32) -> Result<Done<(Handle, Handle)>, Error> {
        let _inside = self.processes.enter(caller.pid)?;
        self.make_pipe(caller, duplex, capacity)
            .map(|ends| self.done(ends))
            .map_err(|rule| rule.about(Subject::New("pipe")))
    }

    fn make_pipe(&self, caller: Caller, duplex: bool, capacity: u32) -> Result<(Handle, Handle), Rule> {
        let (least, most) = limits::PIPE_BYTES_RANGE;
        if !(least..=most).contains(&capacity) {
            return Err(Rule::BadCapacity);
        }
        let holders = caller.pid.bit();
        let channel = || Channel::new(capacity as usize, holders);
        let nobody = Handle::from_raw(0);
        let first = if duplex { End::writing(channel()?, nobody) } else { End::reading() };
        let first = self.insert(first.into(), holders)?;
        let second = channel().and_then(|channel| self.insert(End::writing(channel, first).into(), holders));
        let second = match second {
            Ok(second) => second,
            Err(rule) => {
                // Both as a holder of this end and as a reader from the one that there is not.
                self.table.forget_process(first.place(), caller.pid, false);
                return Err(rule);
            }
        };
        introduce(
            caller,
            &[first, second],
            Shape { kind: ObjectKind::Pipe, size: Some((Size::Bytes, capacity)) },
        );
        recording::tell(Some(caller.pid), |recorder| {
            recorder.paired(recording::id(first), recording::id(second), duplex);
        });
        for (end, other) in [(first, second), (second, first)] {
            let slot = self.table.slot_of(end)?;
            slot.set_peer(other);
            if let Some(end) = slot.state.lock().body.as_mut().and_then(Kind::of) {
                End::set_reader(end, other);
            }
        }
        Ok((first, second))
    }

    /// Sends a part of a message of `total` bytes. The first part begins it; until it is finished, other threads that
    /// send at this end would block. A message that is given in one part and fits into the pipe is sent as a whole or
    /// not at all; of a longer one as much is taken as there is room for.
    ///
    /// A thread that begins a message has to finish or to [abandon](Self::abandon) it. If its process ends before, the
    /// receiver gets [`Rule::Torn`].
    ///
    /// # Errors
    ///
    /// [`Rule::BrokenPipe`] when nobody can read, [`Rule::WrongDirection`], [`Rule::MessageTooLong`],
    /// [`Rule::MessageChanged`] when the parts do not fit together, [`Rule::BadHandle`].
    pub fn send(&self, caller: Caller, end: Handle, total: u32, part: &[u8]) -> Result<Attempt<Sent>, Error> {
        self.outgoing(
            caller,
            end,
            |sent: &Sent| sent.finished,
            |channel, scene| channel.send(scene, total, part),
        )
    }

    /// Receives the next part of a message, as much as is there and fits. The first part begins it; until it is
    /// finished, other threads that receive at this end would block.
    ///
    /// # Errors
    ///
    /// [`Rule::EndOfFile`] when everything was received and nobody can write; [`Rule::Torn`] and [`Rule::Corrupted`] in
    /// place of a message that is damaged, whatever was received of it: after it the next message can be received.
    /// [`Rule::WrongDirection`], [`Rule::BadHandle`].
    pub fn recv(&self, caller: Caller, end: Handle, into: &mut [u8]) -> Result<Attempt<Part>, Error> {
        self.incoming(caller, end, |part: &Part| part.finished, |channel, scene| channel.recv(scene, into))
    }

    /// Finds out whether something can be received, be it an error. It takes nothing.
    ///
    /// # Errors
    ///
    /// [`Rule::WrongDirection`], [`Rule::BadHandle`].
    pub fn poll(&self, caller: Caller, end: Handle) -> Result<Attempt<()>, Error> {
        self.incoming(caller, end, |()| false, |channel, scene| Ok(channel.poll(scene)))
    }

    /// Gives up the messages that the caller has begun at this end. Returns whether it had any.
    ///
    /// # Errors
    ///
    /// [`Rule::BadHandle`].
    pub fn abandon(&self, caller: Caller, end: Handle) -> Result<bool, Error> {
        let sent = self.outgoing(
            caller,
            end,
            |_| false,
            |channel, scene| {
                let any = channel.abandon_sending(scene);
                if any {
                    tell_dropped(Purpose::Put, scene, channel.fill());
                }
                Ok(Step::Done(any))
            },
        );
        let received = self.incoming(
            caller,
            end,
            |_| false,
            |channel, scene| {
                let any = channel.abandon_receiving(scene);
                if any {
                    tell_dropped(Purpose::Get, scene, channel.fill());
                }
                Ok(Step::Done(any))
            },
        );
        let mut any = false;
        for abandoned in [sent, received] {
            match abandoned {
                Ok(attempt) => any |= attempt.done().unwrap_or(false),
                // One of the two does not exist at the end of a one-way pipe.
                Err(Error { rule: Rule::WrongDirection, .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(any)
    }

    /// Writes as many bytes as there is room for, without regard to messages. Returns how many. Bytes of several writers
    /// can get mixed. A message can be written in this way with its [header](crate::framing::header) before it; if it gets
    /// mixed with others, the receiver gets [`Rule::Corrupted`].
    ///
    /// # Errors
    ///
    /// [`Rule::BrokenPipe`] when nobody can read, [`Rule::WrongDirection`], [`Rule::BadHandle`].
    pub fn write(&self, caller: Caller, end: Handle, bytes: &[u8]) -> Result<Attempt<usize>, Error> {
        self.outgoing(caller, end, |_| false, |channel, scene| channel.write(scene, bytes))
    }

    /// Reads as many bytes as there are, without regard to messages. Returns how many.
    ///
    /// # Errors
    ///
    /// [`Rule::EndOfFile`], [`Rule::WrongDirection`], [`Rule::BadHandle`].
    pub fn read(&self, caller: Caller, end: Handle, into: &mut [u8]) -> Result<Attempt<usize>, Error> {
        self.incoming(caller, end, |_| false, |channel, scene| channel.read(scene, into))
    }

    /// An operation on what is written at this end. `completes` says of what came of it whether it completed a message.
    fn outgoing<T>(
        &self,
        caller: Caller,
        end: Handle,
        completes: impl FnOnce(&T) -> bool,
        act: impl FnOnce(&mut Channel, Scene<'_>) -> Result<Step<T>, Rule>,
    ) -> Result<Attempt<T>, Error> {
        self.attempt::<End, _>(caller, end, Purpose::Put, |end, scene| {
            let channel = end.outgoing().ok_or(Rule::WrongDirection)?;
            let before = channel.fill();
            let step = act(channel, scene);
            tell(Purpose::Put, scene, (before, channel.fill()), &step, completes);
            step
        })
    }

    /// An operation on what is written at the other end, as [`Self::outgoing`]. Only that end's lock is taken: it knows
    /// who reads.
    fn incoming<T>(
        &self,
        caller: Caller,
        end: Handle,
        completes: impl FnOnce(&T) -> bool,
        act: impl FnOnce(&mut Channel, Scene<'_>) -> Result<Step<T>, Rule>,
    ) -> Result<Attempt<T>, Error> {
        let _inside = self.processes.enter(caller.pid)?;
        let slot = self.table.slot_of(end).map_err(|rule| rule.of(end))?;
        let other = slot.peer();
        let source = self.table.slot_of(other).map_err(|rule| rule.of(end))?;
        {
            let mut state = source.state.lock();
            let scene = self.scene(caller, end, source, state.holders);
            if state.is(other)
                && let Some(channel) =
                    state.body.as_mut().and_then(End::of).and_then(|it| it.incoming_of(end))
                && channel.readers & caller.pid.bit() != 0
            {
                let before = channel.fill();
                let step = act(channel, scene);
                tell(Purpose::Get, scene, (before, channel.fill()), &step, completes);
                // The place of the other end is where its readers wait.
                return self.came_to(step, caller, end, Purpose::Get, source, other);
            }
        }
        // Nothing is written for this end. Say why.
        let mut state = slot.state.lock();
        let why = opened::<End>(&mut state, end, caller).map_or_else(|rule| rule, |_| Rule::WrongDirection);
        recording::tell_refused(caller.pid, end, why);
        Err(why.of(end))
    }
}

/// Records what an operation did to a channel, whose fill went from the one number to the other.
fn tell<T>(
    purpose: Purpose,
    scene: Scene<'_>,
    (before, after): (u32, u32),
    step: &Result<Step<T>, Rule>,
    completes: impl FnOnce(&T) -> bool,
) {
    match step {
        Ok(Step::Done(value)) => {
            let whole = completes(value);
            if before == after && !whole {
                scene.tell_through();
                return;
            }
            scene.tell(|recorder, end, waited| match purpose {
                Purpose::Put => recorder.sent(end, after, whole, waited),
                _ => recorder.received(end, after, whole, waited),
            });
        }
        // What is of no use to anybody is dropped also where that leaves nothing to receive.
        Ok(Step::Blocked(_)) | Err(_) if before != after => tell_dropped(purpose, scene, after),
        Ok(Step::Blocked(_)) | Err(_) => {}
    }
}

/// Records that a message was given up, or bytes were dropped, which concerns all who wait at either end.
fn tell_dropped(purpose: Purpose, scene: Scene<'_>, fill: u32) {
    let end = recording::id(scene.object);
    recording::tell(None, |recorder| match purpose {
        Purpose::Put => recorder.sent(end, fill, false, false),
        _ => recorder.received(end, fill, false, false),
    });
}
