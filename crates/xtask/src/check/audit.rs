//! An audit of the dependencies that needs no network: licences, sources, and versions that come twice.
//!
//! The rules are in deny.toml, in the form of `cargo deny`, so who has that program can run it as well; it also knows
//! the advisories, which need the network. It is not installed from here because it takes longer to compile than all
//! the rest of `check` takes to run.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

use super::licence;
use crate::native;
use crate::process;
use crate::wasm::TARGET;
use crate::workspace::Workspace;

/// The rules that are read from deny.toml.
#[derive(Debug, Default, PartialEq)]
struct Rules {
    licences: Vec<String>,
    registries: Vec<String>,
    /// Packages that may come in several incompatible versions.
    twice: BTreeSet<String>,
}

/// What the audit looks at of one package.
#[derive(Debug)]
struct Package {
    name: String,
    version: String,
    licence: Option<String>,
    /// Where it comes from; `None` for those of this workspace.
    source: Option<String>,
}

/// Compares all dependencies with the rules.
///
/// # Errors
/// When a dependency breaks a rule (all that do are named), or Cargo.lock does not fit the manifests.
pub fn run(workspace: &Workspace) -> Result<()> {
    let path = workspace.path("deny.toml");
    let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let rules = Rules::parse(&text).context("deny.toml")?;
    let packages = packages(workspace)?;
    let broken = rules.broken_by(&packages);
    if broken.is_empty() {
        return Ok(());
    }
    bail!("{}", broken.join("\n"))
}

impl Rules {
    fn parse(text: &str) -> Result<Self> {
        let table: toml::Table = text.parse()?;
        let list = |section: &str, key: &str| -> Result<Vec<toml::Value>> {
            let value = table.get(section).and_then(|section| section.get(key));
            Ok(value
                .and_then(toml::Value::as_array)
                .with_context(|| format!("{section}.{key} is no list"))?
                .clone())
        };
        let strings = |values: Vec<toml::Value>| -> Vec<String> {
            values.iter().filter_map(|value| value.as_str().map(str::to_owned)).collect()
        };
        let twice = list("bans", "skip")?
            .iter()
            .map(|entry| {
                let name = entry.get("crate").or_else(|| entry.get("name")).and_then(toml::Value::as_str);
                // "name" or "name@version"
                let name = name.context("an entry of bans.skip names no crate")?;
                Ok(name.split('@').next().unwrap_or(name).to_owned())
            })
            .collect::<Result<_>>()?;
        Ok(Self {
            licences: strings(list("licenses", "allow")?),
            registries: strings(list("sources", "allow-registry")?),
            twice,
        })
    }

    fn broken_by(&self, packages: &[Package]) -> Vec<String> {
        let mut broken = Vec::new();
        let mut versions: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for package in packages {
            let Some(source) = &package.source else { continue };
            let name = format!("{} {}", package.name, package.version);
            let registry = source.strip_prefix("registry+").or_else(|| source.strip_prefix("sparse+"));
            if !registry.is_some_and(|registry| self.registries.iter().any(|allowed| allowed == registry)) {
                broken.push(format!("{name} comes from {source}"));
            }
            match &package.licence {
                Some(expression) if licence::is_allowed(expression, &self.licences) => {}
                Some(expression) => broken.push(format!("{name} has the licence {expression}")),
                None => broken.push(format!("{name} names no licence")),
            }
            versions.entry(&package.name).or_default().insert(&package.version);
        }
        for (name, versions) in versions.into_iter().filter(|(_, versions)| versions.len() > 1) {
            if !self.twice.contains(name) {
                let versions: Vec<&str> = versions.into_iter().collect();
                broken.push(format!("{name} comes in several versions: {}", versions.join(", ")));
            }
        }
        broken
    }
}

/// All packages that any of our builds compiles.
fn packages(workspace: &Workspace) -> Result<Vec<Package>> {
    let mut cargo = native::cargo(workspace);
    cargo.args(["metadata", "--format-version=1", "--locked", "--filter-platform", TARGET]);
    cargo.args(["--filter-platform", &host()?]);
    // Without network first; only a machine that has not built everything yet has to fetch something.
    let metadata = process::read(cargo.arg("--offline")).or_else(|_| {
        let mut cargo = native::cargo(workspace);
        cargo.args(["metadata", "--format-version=1", "--locked", "--filter-platform", TARGET]);
        process::read(cargo.args(["--filter-platform", &host()?]))
    })?;
    parse(&metadata)
}

fn host() -> Result<String> {
    let version = process::read(std::process::Command::new("rustc").arg("-vV"))?;
    version
        .lines()
        .find_map(|line| line.strip_prefix("host: "))
        .map(str::to_owned)
        .context("rustc does not tell its host")
}

fn parse(metadata: &str) -> Result<Vec<Package>> {
    let metadata: Value = serde_json::from_str(metadata).context("cargo metadata")?;
    let text = |value: &Value| value.as_str().map(str::to_owned);
    // Only what is used on the two platforms is in the graph; the list has more.
    let used: BTreeSet<&str> = metadata["resolve"]["nodes"]
        .as_array()
        .context("cargo metadata names no graph")?
        .iter()
        .filter_map(|node| node["id"].as_str())
        .collect();
    metadata["packages"]
        .as_array()
        .context("cargo metadata names no packages")?
        .iter()
        .filter(|package| package["id"].as_str().is_some_and(|id| used.contains(id)))
        .map(|package| {
            Ok(Package {
                name: text(&package["name"]).context("a package without a name")?,
                version: text(&package["version"]).context("a package without a version")?,
                licence: text(&package["license"]),
                source: text(&package["source"]),
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULES: &str = r#"
        [licenses]
        allow = ["MIT"]
        [bans]
        skip = [{ crate = "syn" }, { crate = "toml@0.9" }]
        [sources]
        allow-registry = ["https://registry"]
    "#;

    fn package(name: &str, version: &str, licence: &str, source: Option<&str>) -> Package {
        Package {
            name: name.to_owned(),
            version: version.to_owned(),
            licence: (!licence.is_empty()).then(|| licence.to_owned()),
            source: source.map(str::to_owned),
        }
    }

    #[test]
    fn the_rules_are_read() {
        let rules = Rules::parse(RULES).unwrap();
        assert_eq!(rules.licences, ["MIT"]);
        assert_eq!(rules.registries, ["https://registry"]);
        assert!(rules.twice.contains("syn") && rules.twice.contains("toml"));
        assert!(Rules::parse("").is_err());
    }

    #[test]
    fn what_breaks_a_rule_is_named() {
        let registry = Some("registry+https://registry");
        let rules = Rules::parse(RULES).unwrap();
        let broken = rules.broken_by(&[
            package("good", "1.0.0", "MIT OR X", registry),
            package("ours", "1.0.0", "", None),
            package("syn", "1.0.0", "MIT", registry),
            package("syn", "2.0.0", "MIT", registry),
            package("bad", "1.0.0", "GPL-3.0", registry),
            package("none", "1.0.0", "", registry),
            package("git", "1.0.0", "MIT", Some("git+https://registry")),
            package("both", "1.0.0", "MIT", registry),
            package("both", "2.0.0", "MIT", registry),
        ]);
        assert_eq!(
            broken,
            [
                "bad 1.0.0 has the licence GPL-3.0",
                "none 1.0.0 names no licence",
                "git 1.0.0 comes from git+https://registry",
                "both comes in several versions: 1.0.0, 2.0.0",
            ]
        );
    }

    #[test]
    fn packages_of_other_platforms_do_not_count() {
        let metadata = r#"{
            "packages": [
                {"id": "a", "name": "a", "version": "1.0.0", "license": "MIT", "source": null},
                {"id": "b", "name": "b", "version": "1.0.0", "license": null, "source": "registry+x"}
            ],
            "resolve": {"nodes": [{"id": "a"}]}
        }"#;
        let packages = parse(metadata).unwrap();
        assert_eq!(packages.len(), 1);
        assert_eq!(packages[0].name, "a");
    }
}
