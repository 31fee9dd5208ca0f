//! Timers: how many are pending.

use super::Drawing;
use threadlab_model::Numbers;

pub(super) fn draw(pending: &Numbers) -> Drawing {
    let count = threadlab_demos::grouped(pending.count());
    Drawing {
        words: "pending:".to_owned(),
        picture: count.clone().into(),
        on: pending.count() > 0,
        data: vec![("data-pending", count)],
        ..Drawing::default()
    }
}
