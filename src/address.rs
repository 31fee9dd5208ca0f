//! Addresses: `#/<demo>?name=value&…&speed=…&v=1`.

use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};

/// The version of the addresses that this page writes. An address says it as `v`, so that an older page can tell that
/// it may not understand all of a newer one's.
pub const VERSION: u32 = 1;

/// The key of the speed in an address.
pub const SPEED: &str = "speed";

const VERSION_KEY: &str = "v";

/// What would end the demo's name in an address, or be read as an escape.
const IN_NAME: &AsciiSet =
    &CONTROLS.add(b' ').add(b'"').add(b'<').add(b'>').add(b'`').add(b'?').add(b'#').add(b'%');

/// An address, taken apart. Nothing in it has been checked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Address {
    /// The demo's name, or nothing for the start of the page.
    pub demo: Option<String>,
    /// The demo's parameters as they were given.
    pub pairs: Vec<(String, String)>,
    /// The speed as it was given.
    pub speed: Option<String>,
    /// The version as it was given.
    pub version: Option<String>,
}

impl Address {
    /// Takes the part of an address from `#` on apart. Anything at all can be read; what makes no sense is left for
    /// others to complain about.
    pub fn parse(hash: &str) -> Self {
        let text = hash.strip_prefix('#').unwrap_or(hash);
        let text = text.strip_prefix('/').unwrap_or(text);
        let (name, query) = text.split_once('?').unwrap_or((text, ""));
        let mut address = Self::default();
        if !name.is_empty() {
            address.demo = Some(percent_decode_str(name).decode_utf8_lossy().into_owned());
        }
        for (key, value) in form_urlencoded::parse(query.as_bytes()) {
            match &*key {
                SPEED => address.speed = Some(value.into_owned()),
                VERSION_KEY => address.version = Some(value.into_owned()),
                _ => address.pairs.push((key.into_owned(), value.into_owned())),
            }
        }
        address
    }

    /// Writes it from `#` on, with this page's version.
    pub fn write(&self) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(&self.pairs);
        if let Some(speed) = &self.speed {
            query.append_pair(SPEED, speed);
        }
        query.append_pair(VERSION_KEY, &VERSION.to_string());
        let name = self.demo.as_deref().unwrap_or_default();
        format!("#/{}?{}", utf8_percent_encode(name, IN_NAME), query.finish())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn pair(name: &str, value: &str) -> (String, String) {
        (name.to_owned(), value.to_owned())
    }

    #[test]
    fn takes_a_deep_link_apart() {
        let address = Address::parse("#/lock?threads=3&name=a+b%26c&speed=5&v=1");
        assert_eq!(address.demo.as_deref(), Some("lock"));
        assert_eq!(address.pairs, [pair("threads", "3"), pair("name", "a b&c")]);
        assert_eq!(address.speed.as_deref(), Some("5"));
        assert_eq!(address.version.as_deref(), Some("1"));
    }

    #[test]
    fn an_empty_address_is_the_start() {
        for hash in ["", "#", "#/"] {
            assert_eq!(Address::parse(hash), Address::default());
        }
    }

    #[test]
    fn a_name_alone_is_enough() {
        assert_eq!(Address::parse("#/lost-updates").demo.as_deref(), Some("lost-updates"));
        assert_eq!(Address::parse("#lost-updates").demo.as_deref(), Some("lost-updates"));
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(
            demo in "\\PC{1,12}",
            pairs in prop::collection::vec(("[a-u]{1,6}", "\\PC{0,8}"), 0..4),
            speed in prop::option::of("[0-9.]{1,4}"),
        ) {
            // A leading `/` belongs to the address and not to the name.
            prop_assume!(!demo.starts_with('/') && pairs.iter().all(|(name, _)| name != "speed"));
            let address = Address { demo: Some(demo), pairs, speed, version: Some(VERSION.to_string()) };
            prop_assert_eq!(Address::parse(&address.write()), address);
        }

        #[test]
        fn garbage_is_read_without_panic(hash in "\\PC{0,40}") {
            let address = Address::parse(&hash);
            prop_assert!(address.write().starts_with("#/"));
        }
    }
}
