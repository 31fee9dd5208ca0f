//! The fold of a run's events into its state: who runs, who holds, who waits for whom.
