//! The charts of a result: a figure for each, with its data as a table.

mod drawing;
mod picture;

use super::use_refresh;
use crate::accents::Accent;
use crate::browser;
use crate::charts::drawer::{Drawer, use_drawer};
use crate::charts::table::Table;
use crate::loading::Loading;
use crate::run::{Run, RunState};
use crate::runner::Runner;
use drawing::Drawing;
use picture::Picture;
use std::rc::Rc;
use threadlab_demos::{Chart, Data, Findings};
use threadlab_model::{Model, ObjectState};
use threadlab_trace::ThreadId;
use yew::prelude::*;

/// Whose charts.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// Who runs it.
    pub runner: Runner,
    /// How many charts the demo may have: for so many there is room before it has run.
    #[prop_or_default]
    pub places: usize,
    /// The section's name.
    #[prop_or("Charts")]
    pub name: &'static str,
}

/// The section named "Charts", or otherwise where it is that of a run to compare with. Nothing where there are none, and
/// none will come.
#[component]
pub fn Charts(props: &Props) -> Html {
    use_refresh(&props.runner);
    let run = props.runner.run();
    let result = match run.state {
        RunState::Finished => run.model().result().unwrap_or_default().to_owned(),
        _ => String::new(),
    };
    let number = run.number;
    // Those of another run are other charts, even if they have the same data: their workers may have other names.
    let charts = use_memo((number, result), |(_, result)| {
        Findings::parse(result).charts.into_iter().map(Rc::new).collect::<Vec<_>>()
    });
    let is_dark = use_is_dark();
    let drawer = use_drawer(charts.iter().any(|chart| !matches!(chart.data, Data::Picture { .. })));
    let places = props.places.max(charts.len());
    if places == 0 {
        return Html::default();
    }
    let makers = |chart: &Chart| match &chart.data {
        Data::Picture { makers, .. } => makers_of(&run, makers),
        _ => Vec::new(),
    };
    let missing = match run.state {
        RunState::Idle => "A chart appears here when the demo has run.",
        RunState::Starting | RunState::Running | RunState::Deadlocked => "Not there yet.",
        RunState::Finished => "This run has no chart here.",
        RunState::Stopped | RunState::Failed => "This run came to no chart.",
    };
    html! {
        <section class="charts" aria-label={props.name}>
            <h2>{ props.name }</h2>
            <div class="charts-figures">
                { for charts.iter().enumerate().map(|(place, chart)| html! {
                    <Figure key={format!("{number}-{place}")} chart={chart.clone()} drawer={drawer.clone()} {is_dark}
                        makers={makers(chart)} />
                }) }
                { for (charts.len()..places).map(|place| html! {
                    <div class="chart" key={format!("place-{place}")}>
                        <h3 class="unseen" aria-hidden="true">{ "Chart" }</h3>
                        <p class="chart-box chart-missing hint">{ missing }</p>
                        <p class="unseen" aria-hidden="true">{ "Data" }</p>
                    </div>
                }) }
            </div>
        </section>
    }
}

/// Who made tiles of a picture.
#[derive(Clone, Debug, PartialEq)]
struct Maker {
    name: String,
    accent: Accent,
}

/// The makers of a picture, by their numbers: workers of the run's pool, with the names and accents that they have
/// everywhere on the page.
fn makers_of(run: &Run, tiles: &[u8]) -> Vec<Maker> {
    let count = tiles.iter().max().map_or(0, |&last| usize::from(last) + 1);
    (0..count).map(|number| maker(run.model(), number)).collect()
}

fn maker(model: &Model, number: usize) -> Maker {
    // A pool's workers are called after it and after their number, from 1.
    let end = format!("-worker-{}", number + 1);
    let worker = model
        .objects()
        .filter_map(|object| match object.state() {
            ObjectState::Pool(pool) => Some(pool.workers()),
            _ => None,
        })
        .flatten()
        .filter_map(|worker| model.thread(worker.thread()))
        .find(|thread| thread.name().ends_with(&end));
    if let Some(thread) = worker {
        return Maker {
            name: thread.name().to_owned(),
            accent: Accent::within(model.process(), thread.id()),
        };
    }
    let place = u32::try_from(number).unwrap_or(0);
    Maker {
        name: format!("Worker {}", number + 1),
        accent: Accent::of(ThreadId(ThreadId::MAIN.0 + 1 + place)),
    }
}

#[derive(Properties)]
struct FigureProps {
    chart: Rc<Chart>,
    drawer: Loading<Drawer>,
    is_dark: bool,
    makers: Vec<Maker>,
}

impl PartialEq for FigureProps {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.chart, &other.chart)
            && self.drawer == other.drawer
            && self.is_dark == other.is_dark
            && self.makers == other.makers
    }
}

/// A chart, with its data below.
#[component]
fn Figure(props: &FigureProps) -> Html {
    let FigureProps { chart, drawer, is_dark, makers } = props;
    let table =
        Table::of(chart, |number| makers.get(number).map_or_else(String::new, |maker| maker.name.clone()));
    let is_picture = matches!(chart.data, Data::Picture { .. });
    // Then the data is all there is.
    let open = !is_picture && matches!(drawer, Loading::Failed(_));
    html! {
        <figure class="chart" aria-label={chart.title.clone()}>
            <h3>{ chart.title.clone() }</h3>
            if is_picture {
                <Picture chart={chart.clone()} makers={makers.clone()} is_dark={*is_dark} />
            } else {
                <Drawing chart={chart.clone()} drawer={drawer.clone()} is_dark={*is_dark} />
            }
            <details {open}>
                <summary>{ "Data" }</summary>
                <div class="chart-data" tabindex="0" role="group" aria-label={format!("Data of {}", chart.title)}>
                    { data(&table, &chart.title) }
                </div>
            </details>
        </figure>
    }
}

fn data(table: &Table, title: &str) -> Html {
    let head = |text: &String| {
        // What names the rows needs no name itself.
        if text.is_empty() {
            html! { <td /> }
        } else {
            html! { <th scope="col">{ text.clone() }</th> }
        }
    };
    let row = |row: &Vec<String>| {
        let cells = row.iter().enumerate().map(|(place, cell)| match place {
            0 => html! { <th scope="row">{ cell.clone() }</th> },
            _ => html! { <td>{ cell.clone() }</td> },
        });
        html! { <tr>{ for cells }</tr> }
    };
    html! {
        <table aria-label={title.to_owned()}>
            <thead><tr>{ for table.head.iter().map(head) }</tr></thead>
            <tbody>{ for table.rows.iter().map(row) }</tbody>
        </table>
    }
}

/// Whether the page is dark, as the person's system wants it; the view is drawn again when that changes.
#[hook]
fn use_is_dark() -> bool {
    const DARK: &str = "(prefers-color-scheme: dark)";
    let is_dark = use_state_eq(|| browser::matches(DARK));
    {
        let set = is_dark.setter();
        use_effect_with((), move |()| {
            let listener = browser::on_media(DARK, move || set.set(browser::matches(DARK)));
            move || drop(listener)
        });
    }
    *is_dark
}
