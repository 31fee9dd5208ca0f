//! The page's side of a process: starts it, relays its threads, drains its events, stops it.
