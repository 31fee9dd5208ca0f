//! The list of demos.

use threadlab_demos::{Demo, demos};
use yew::prelude::*;

/// Which demo is current.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// Its name in addresses.
    pub current: &'static str,
}

/// The list of demos, by chapter.
#[component]
pub fn Demos(props: &Props) -> Html {
    let demos = demos();
    let chapters = demos.chunk_by(|a, b| a.about.chapter == b.about.chapter);
    let link = |demo: &&'static Demo| {
        let about = demo.about;
        let current = (about.id == props.current).then_some("page");
        html! {
            <li><a href={format!("#/{}", about.id)} aria-current={current} title={about.summary}>{ about.title }</a></li>
        }
    };
    html! {
        <nav class="demos" aria-label="Demos">
            { for chapters.map(|chapter| {
                let title = chapter[0].about.chapter.title();
                let id = format!("chapter-{}", title.to_ascii_lowercase());
                html! {
                    <div class="chapter" key={title}>
                        <p class="chapter-title" id={id.clone()}>{ title }</p>
                        <ul aria-labelledby={id}>{ for chapter.iter().map(link) }</ul>
                    </div>
                }
            }) }
        </nav>
    }
}
