//! What stands in the controls, checked.

use crate::address::{Address, SPEED, VERSION};
use threadlab_demos::{Arguments, BadArguments, Demo, Kind, Parameter, Preset, Problem, demo};

/// How fast program time passes: the page's own parameter, the same for every demo.
pub static SPEED_PARAMETER: [Parameter; 1] = [Parameter {
    name: SPEED,
    label: "Speed",
    help: "How fast sleeps pass; applies at once.",
    kind: Kind::Decimal { min: 0.1, max: 20.0, default: 1.0, step: 0.1, unit: "×" },
}];

/// The texts in the controls of a demo, good or bad.
#[derive(Clone, Debug)]
pub struct Form {
    /// The demo.
    pub demo: &'static Demo,
    /// One text for each parameter, in their order.
    texts: Vec<String>,
    /// The text in the control for the speed.
    speed: String,
}

impl PartialEq for Form {
    fn eq(&self, other: &Self) -> bool {
        self.demo.about.id == other.demo.about.id && self.texts == other.texts && self.speed == other.speed
    }
}

impl Form {
    /// The demo with its defaults.
    pub fn new(demo: &'static Demo) -> Self {
        let texts = demo.about.parameters.iter().map(|parameter| parameter.kind.default_text()).collect();
        Self { demo, texts, speed: SPEED_PARAMETER[0].kind.default_text() }
    }

    /// The text in the control of the parameter of this name, or of the speed.
    pub fn text(&self, name: &str) -> &str {
        if name == SPEED {
            return &self.speed;
        }
        self.place(name).map_or("", |place| &self.texts[place])
    }

    /// Puts a text in the control of the parameter of this name, or of the speed. Returns whether there is one.
    pub fn set(&mut self, name: &str, text: impl Into<String>) -> bool {
        if name == SPEED {
            self.speed = text.into();
            return true;
        }
        let Some(place) = self.place(name) else { return false };
        self.texts[place] = text.into();
        true
    }

    /// Puts a preset's values into the controls, and defaults where it says nothing. The speed stays.
    pub fn choose(&mut self, preset: &Preset) {
        let preset = self.texts_of(preset);
        self.texts = preset;
    }

    /// Whether a preset's values stand in the controls.
    pub fn has_chosen(&self, preset: &Preset) -> bool {
        let arguments = |texts: &[String]| {
            let names = self.demo.about.parameters.iter().map(|parameter| parameter.name);
            Arguments::from_pairs(self.demo.about.parameters, names.zip(texts)).ok()
        };
        arguments(&self.texts).is_some_and(|mine| Some(mine) == arguments(&self.texts_of(preset)))
    }

    fn texts_of(&self, preset: &Preset) -> Vec<String> {
        let arguments = Arguments::parse(self.demo.about.parameters, preset.arguments);
        // Presets are tested; what of one cannot be used has its default.
        let arguments = arguments.unwrap_or_else(|bad| bad.usable);
        arguments.pairs().map(|(_, value)| value).collect()
    }

    /// The demo's arguments, if all of them can be used.
    ///
    /// # Errors
    /// What is wrong with those that cannot.
    pub fn arguments(&self) -> Result<Arguments, BadArguments> {
        let names = self.demo.about.parameters.iter().map(|parameter| parameter.name);
        Arguments::from_pairs(self.demo.about.parameters, names.zip(&self.texts))
    }

    /// How fast program time is to pass, if the text can be used.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn speed(&self) -> Result<f64, BadArguments> {
        Arguments::from_pairs(&SPEED_PARAMETER, [(SPEED, &self.speed)])
            .map(|arguments| arguments.decimal(SPEED))
    }

    /// What is wrong with the texts; empty when the demo can run.
    pub fn problems(&self) -> Vec<Problem> {
        let arguments = self.arguments().err().into_iter();
        arguments.chain(self.speed().err()).flat_map(|bad| bad.problems).collect()
    }

    /// The address that opens the demo with these values, or `None` while some of them cannot be used.
    pub fn address(&self) -> Option<Address> {
        let pairs = self.arguments().ok()?.pairs().map(|(name, value)| (name.to_owned(), value)).collect();
        self.speed().ok()?;
        Some(Address {
            demo: Some(self.demo.about.id.to_owned()),
            pairs,
            speed: Some(self.speed.trim().to_owned()),
            version: None,
        })
    }

    fn place(&self, name: &str) -> Option<usize> {
        self.demo.about.parameters.iter().position(|parameter| parameter.name == name)
    }
}

/// What an address opens.
#[derive(Clone, Debug, PartialEq)]
pub struct Opened {
    /// What is open.
    pub place: Place,
    /// What could not be followed, to be told to the person.
    pub notices: Vec<String>,
}

/// Where a person is in the page.
#[derive(Clone, Debug, PartialEq)]
pub enum Place {
    /// At its start.
    Start,
    /// At a demo, with this in its controls.
    Demo(Form),
}

impl Place {
    /// The demo that is open.
    pub const fn demo(&self) -> Option<&'static Demo> {
        match self {
            Self::Start => None,
            Self::Demo(form) => Some(form.demo),
        }
    }
}

/// Opens an address: as much of it as can be understood.
pub fn open(address: &Address) -> Opened {
    let mut notices = Vec::new();
    let Some(name) = address.demo.as_deref() else {
        return Opened { place: Place::Start, notices };
    };
    let Some(demo) = demo(name) else {
        notices.push(format!(
            "There is no demo named “{name}”. Look for it by a word, or pick one from the list."
        ));
        return Opened { place: Place::Start, notices };
    };

    let mut form = Form::new(demo);
    if let Some(version) = &address.version {
        match version.parse::<u32>() {
            Ok(number) if number <= VERSION => {}
            Ok(number) => notices.push(format!(
                "This address was made by a newer version of Threadlab (v={number}; this page knows v={VERSION}). \
                 Whatever this page understands of it is used."
            )),
            Err(_) => notices.push(format!("“{version}” is not the version of an address; it is not used.")),
        }
    }
    for (name, value) in &address.pairs {
        if !form.set(name, value) {
            let problem = Problem::UnknownParameter { name: name.clone(), value: value.clone() };
            notices.push(format!("In this address {problem}."));
        }
    }
    if let Some(speed) = &address.speed {
        form.set(SPEED, speed);
    }
    Opened { place: Place::Demo(form), notices }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opened(hash: &str) -> Opened {
        open(&Address::parse(hash))
    }

    fn form(opened: &Opened) -> &Form {
        match &opened.place {
            Place::Demo(form) => form,
            Place::Start => panic!("no demo is open"),
        }
    }

    #[test]
    fn a_link_reproduces_what_it_was_made_from() {
        let mut form = Form::new(demo("lock").unwrap());
        form.set("lock", "off");
        form.set("threads", "7");
        form.set(SPEED, "2.5");
        let link = form.address().unwrap().write();
        assert_eq!(opened(&link), Opened { place: Place::Demo(form), notices: Vec::new() });
    }

    #[test]
    fn a_preset_fills_the_controls() {
        let demo = demo("lock").unwrap();
        let mut form = Form::new(demo);
        form.set("threads", "7");
        form.set(SPEED, "2");
        let no_lock = demo.about.presets.iter().find(|preset| preset.arguments == "lock=off").unwrap();
        assert!(!form.has_chosen(no_lock));
        form.choose(no_lock);
        assert!(form.has_chosen(no_lock));
        assert_eq!((form.text("lock"), form.text("threads"), form.text(SPEED)), ("off", "2", "2"));
        form.set("threads", "many");
        assert!(!form.has_chosen(no_lock));
    }

    #[test]
    fn no_name_is_the_start() {
        for hash in ["", "#/", "#/?threads=2"] {
            assert_eq!(opened(hash), Opened { place: Place::Start, notices: Vec::new() });
        }
    }

    #[test]
    fn an_unknown_demo_is_named_at_the_start() {
        let start = opened("#/unheard-of?threads=9");
        assert_eq!(start.place, Place::Start);
        assert!(start.notices[0].contains("“unheard-of”"));
    }

    #[test]
    fn an_unknown_parameter_is_named_and_the_rest_used() {
        let start = opened("#/lock?threads=3&colour=red");
        assert_eq!(form(&start).text("threads"), "3");
        assert_eq!(start.notices.len(), 1);
        assert!(start.notices[0].contains("“colour”") && start.notices[0].contains("“red”"));
    }

    #[test]
    fn a_newer_version_is_told_and_the_rest_used() {
        let start = opened("#/lock?threads=3&v=99");
        assert_eq!(form(&start).text("threads"), "3");
        assert!(start.notices[0].contains("v=99"));
        assert!(opened("#/lock?v=one").notices[0].contains("“one”"));
        assert!(opened("#/lock?v=1").notices.is_empty());
    }

    #[test]
    fn bad_values_stay_in_view_and_are_problems() {
        let start = opened("#/lock?threads=999&period=abc&speed=50");
        assert_eq!(form(&start).text("threads"), "999");
        assert_eq!(
            form(&start).problems().iter().map(Problem::name).collect::<Vec<_>>(),
            ["threads", "period", "speed"]
        );
        assert_eq!(form(&start).problems()[2].to_string(), "Speed: 50 is out of range; it takes 0.1 to 20 ×");
        assert_eq!(form(&start).address(), None);
    }
}
