//! A small server for the built page: the files of one folder, with the headers that threads need.

use std::fs;
use std::net::TcpListener;
use std::path::{Component, Path, PathBuf};

use anyhow::{Context as _, Result};

use threadlab_loopback::{Request, Response, Server};

/// What a page needs before a browser lets it share memory between threads. `_headers` (see [`crate::page`]) says the
/// same to hosts of static files.
pub const ISOLATION: [(&str, &str); 3] = [
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Embedder-Policy", "require-corp"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
];

/// A running server of one folder. Dropping it ends it.
pub struct FileServer(Server);

impl FileServer {
    /// Serves the files below `folder` on a listener.
    ///
    /// # Errors
    /// When the folder does not exist or the listener cannot be used.
    pub fn start(listener: TcpListener, folder: &Path) -> Result<Self> {
        let folder = folder.canonicalize().with_context(|| format!("cannot serve {}", folder.display()))?;
        let server = Server::start(listener, move |request| answer(request, &folder));
        Ok(Self(server.context("cannot serve")?))
    }

    /// The page's address for a browser on this machine.
    #[must_use]
    pub fn url(&self) -> String {
        let address = self.0.address();
        match address.ip() {
            ip if ip.is_loopback() || ip.is_unspecified() => format!("http://localhost:{}/", address.port()),
            _ => format!("http://{address}/"),
        }
    }

    /// Serves until the process is ended.
    pub fn serve_forever(self) {
        self.0.wait();
    }
}

fn answer(request: &Request, folder: &Path) -> Response {
    if !["GET", "HEAD"].contains(&request.method.as_str()) {
        return refuse(405, "Only GET and HEAD are answered here.\n");
    }
    // Read whole, so that a build which replaces the file meanwhile cannot cut it short.
    match find(folder, &request.target).map(|path| (content_type(&path), fs::read(path))) {
        Some((content_type, Ok(body))) => Response { status: 200, headers: headers(content_type), body },
        _ => refuse(404, "There is no such file here.\n"),
    }
}

fn refuse(status: u16, text: &str) -> Response {
    Response { status, headers: headers("text/plain; charset=utf-8"), body: text.into() }
}

fn headers(content_type: &'static str) -> Vec<(&'static str, &'static str)> {
    let more = [
        ("Content-Type", content_type),
        ("X-Content-Type-Options", "nosniff"),
        // The files change with every build, and come from this very machine.
        ("Cache-Control", "no-cache"),
    ];
    ISOLATION.into_iter().chain(more).collect()
}

/// The file that an address means, if it is one of ours.
///
/// Nothing outside the folder is ever found, neither by `..` in any spelling nor through a symbolic link, and no
/// hidden file.
fn find(folder: &Path, url: &str) -> Option<PathBuf> {
    let path = url.split(['?', '#']).next()?;
    let path = percent_decode(path.strip_prefix('/')?)?;
    let wanted = Path::new(&path);
    let harmless = wanted.components().all(|component| match component {
        Component::Normal(name) => name.to_str().is_some_and(|name| !name.starts_with('.')),
        _ => false,
    });
    if !harmless || path.contains(['\0', '\\']) {
        return None;
    }
    let mut found = folder.join(wanted);
    if found.is_dir() {
        found.push("index.html");
    }
    let found = fs::canonicalize(found).ok()?;
    (found.starts_with(folder) && found.is_file()).then_some(found)
}

fn percent_decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        if byte == b'%' {
            let digits = std::str::from_utf8(after.get(..2)?).ok()?;
            bytes.push(u8::from_str_radix(digits, 16).ok()?);
            rest = &after[2..];
        } else {
            bytes.push(byte);
            rest = after;
        }
    }
    String::from_utf8(bytes).ok()
}

fn content_type(path: &Path) -> &'static str {
    match path.extension().and_then(|extension| extension.to_str()) {
        Some("html") => "text/html; charset=utf-8",
        Some("js" | "mjs") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        // Browsers compile a module while it arrives only under this type.
        Some("wasm") => "application/wasm",
        Some("json" | "map") => "application/json",
        Some("webmanifest") => "application/manifest+json",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("ico") => "image/x-icon",
        Some("woff2") => "font/woff2",
        Some("txt" | "md") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::ports;

    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str) -> Self {
            let outer = std::env::temp_dir().join(format!("threadlab-http-{name}-{}", std::process::id()));
            fs::create_dir_all(outer.join("dist/sub")).unwrap();
            fs::write(outer.join("secret.txt"), "secret").unwrap();
            fs::write(outer.join("dist/index.html"), "<p>page").unwrap();
            fs::write(outer.join("dist/.hidden"), "hidden").unwrap();
            fs::write(outer.join("dist/sub/a b.wasm"), "module").unwrap();
            Self(outer.canonicalize().unwrap())
        }

        fn find(&self, url: &str) -> Option<PathBuf> {
            super::find(&self.0.join("dist"), url)
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn files_and_folders_are_found() {
        let folder = Folder::new("found");
        let dist = folder.0.join("dist");
        assert_eq!(folder.find("/"), Some(dist.join("index.html")));
        assert_eq!(folder.find("/?a=b#c"), Some(dist.join("index.html")));
        assert_eq!(folder.find("/sub/a%20b.wasm"), Some(dist.join("sub/a b.wasm")));
    }

    #[test]
    fn nothing_outside_is_found() {
        let folder = Folder::new("outside");
        for url in [
            "/../secret.txt",
            "/%2e%2e/secret.txt",
            "/..%2fsecret.txt",
            "/sub/../../secret.txt",
            "//etc/passwd",
            "/%2fetc/passwd",
            "/..%5csecret.txt",
            "/.hidden",
            "/sub",
            "/nothing",
            "/%zz",
            "/%",
            "/%00",
            "/%ff",
            "",
            "secret.txt",
        ] {
            assert_eq!(folder.find(url), None, "{url}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_link_does_not_lead_outside() {
        let folder = Folder::new("link");
        std::os::unix::fs::symlink(folder.0.join("secret.txt"), folder.0.join("dist/link.txt")).unwrap();
        assert_eq!(folder.find("/link.txt"), None);
    }

    #[test]
    fn answers_carry_the_isolation_headers() {
        let folder = Folder::new("headers");
        let listener = ports::listen("127.0.0.1", 0).unwrap();
        let server = FileServer::start(listener, &folder.0.join("dist")).unwrap();
        let get = |path: &str| {
            let answer = ports::get(server.0.address().port(), path, Duration::from_secs(30)).unwrap();
            String::from_utf8(answer).unwrap()
        };
        let page = get("/");
        assert!(page.starts_with("HTTP/1.1 200"), "{page}");
        assert!(page.ends_with("<p>page"), "{page}");
        assert!(page.contains("text/html"), "{page}");
        for (name, value) in ISOLATION {
            assert!(page.contains(&format!("{name}: {value}")), "{page}");
        }
        assert!(get("/sub/a%20b.wasm").contains("application/wasm"));
        assert!(get("/../secret.txt").starts_with("HTTP/1.1 404"));
    }
}
