//! HTTP/1.1 as far as a page on this machine needs it: one request a connection, one thread a connection.
//!
//! A browser opens connections ahead of need and leaves them idle. A server that shares few threads among its
//! connections can be held up by those for as long as they stay open; here an idle one holds up nobody.

use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// How long a connection may take to say what it wants, and to take the answer.
const PATIENCE: Duration = Duration::from_secs(30);

/// The longest head of a request that is read, in bytes.
const LONGEST_HEAD: u64 = 64 * 1024;

/// What a browser asks for.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    /// `GET`, `HEAD`, ...
    pub method: String,
    /// The path with its query, as it came: percent-encoded.
    pub target: String,
}

/// What it gets.
#[derive(Clone, Debug, PartialEq)]
pub struct Response {
    /// The status, such as 200.
    pub status: u16,
    /// Headers, apart from those that the connection itself needs.
    pub headers: Vec<(&'static str, &'static str)>,
    /// The body; left out of the answer to `HEAD`.
    pub body: Vec<u8>,
}

/// A running server. Dropping it ends it; answers that are under way are finished by themselves.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    ended: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// Answers every request on a listener by `answer`.
    ///
    /// # Errors
    /// When the listener has no address.
    pub fn start(
        listener: TcpListener,
        answer: impl Fn(&Request) -> Response + Send + Sync + 'static,
    ) -> io::Result<Self> {
        let address = listener.local_addr()?;
        let ended = Arc::new(AtomicBool::new(false));
        let answer = Arc::new(answer);
        let ends = Arc::clone(&ended);
        let thread = thread::spawn(move || {
            for stream in listener.incoming() {
                if ends.load(Ordering::Acquire) {
                    return;
                }
                // A connection that failed on its way is the browser's to try again.
                let Ok(stream) = stream else { continue };
                let answer = Arc::clone(&answer);
                thread::spawn(move || {
                    // A browser that goes away before it has its answer is no error of ours.
                    let _ = talk(&stream, &*answer);
                });
            }
        });
        Ok(Self { address, ended, thread: Some(thread) })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Waits until the server ends, which it does only when something ends this process.
    pub fn wait(mut self) {
        if let Some(thread) = self.thread.take() {
            // It panics only when no thread can be started, and has said so then.
            let _ = thread.join();
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let Some(thread) = self.thread.take() else { return };
        self.ended.store(true, Ordering::Release);
        // The thread waits for a connection, so it gets one.
        let ip = match self.address.ip() {
            ip if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
            ip => ip,
        };
        if TcpStream::connect_timeout(&SocketAddr::new(ip, self.address.port()), PATIENCE).is_ok() {
            let _ = thread.join();
        }
    }
}

fn talk(stream: &TcpStream, answer: &dyn Fn(&Request) -> Response) -> io::Result<()> {
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let mut reader = BufReader::new(stream.take(LONGEST_HEAD));
    let mut first = String::new();
    reader.read_line(&mut first)?;
    // The headers have to be read, or closing the connection would take back the answer.
    let mut header = String::new();
    while reader.read_line(&mut header)? > 2 {
        header.clear();
    }
    let Some(request) = parse(&first) else {
        let bad = Response { status: 400, headers: Vec::new(), body: Vec::new() };
        return write(stream, &bad, true);
    };
    let response = answer(&request);
    write(stream, &response, request.method != "HEAD")
}

/// The request in a line such as `GET /index.html HTTP/1.1`.
fn parse(line: &str) -> Option<Request> {
    let mut words = line.split_whitespace();
    let (method, target, version) = (words.next()?, words.next()?, words.next()?);
    let good = version.starts_with("HTTP/1.") && words.next().is_none();
    good.then(|| Request { method: method.to_owned(), target: target.to_owned() })
}

fn write(mut stream: &TcpStream, response: &Response, with_body: bool) -> io::Result<()> {
    let mut answer = Vec::with_capacity(response.body.len() + 512);
    write!(answer, "HTTP/1.1 {} {}\r\n", response.status, reason(response.status))?;
    for (name, value) in &response.headers {
        write!(answer, "{name}: {value}\r\n")?;
    }
    write!(answer, "Content-Length: {}\r\nConnection: close\r\n\r\n", response.body.len())?;
    if with_body {
        answer.extend_from_slice(&response.body);
    }
    stream.write_all(&answer)?;
    stream.flush()
}

fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        400 => "Bad Request",
        404 => "Not Found",
        405 => "Method Not Allowed",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn echo() -> Server {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        Server::start(listener, |request| Response {
            status: 200,
            headers: vec![("X-Test", "yes")],
            body: request.target.clone().into_bytes(),
        })
        .unwrap()
    }

    fn ask(server: &Server, request: &str) -> String {
        let mut stream = TcpStream::connect(server.address()).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    #[test]
    fn a_request_is_answered() {
        let answer = ask(&echo(), "GET /a?b HTTP/1.1\r\nHost: x\r\n\r\n");
        assert!(answer.starts_with("HTTP/1.1 200 OK\r\nX-Test: yes\r\nContent-Length: 4\r\n"), "{answer}");
        assert!(answer.ends_with("\r\n\r\n/a?b"), "{answer}");
    }

    #[test]
    fn head_has_no_body() {
        let answer = ask(&echo(), "HEAD /a?b HTTP/1.1\r\n\r\n");
        assert!(answer.contains("Content-Length: 4\r\n") && answer.ends_with("\r\n\r\n"), "{answer}");
    }

    #[test]
    fn nonsense_is_refused() {
        let server = echo();
        for line in ["", "GET", "GET /", "GET / FTP/1", "GET / HTTP/1.1 more"] {
            let answer = ask(&server, &format!("{line}\r\n\r\n"));
            assert!(answer.starts_with("HTTP/1.1 400"), "{line}: {answer}");
        }
    }

    #[test]
    fn idle_connections_hold_up_nobody() {
        let server = echo();
        let idle: Vec<TcpStream> = (0..50).map(|_| TcpStream::connect(server.address()).unwrap()).collect();
        for _ in 0..50 {
            assert!(ask(&server, "GET /x HTTP/1.1\r\n\r\n").ends_with("/x"));
        }
        drop(idle);
    }

    #[test]
    fn a_server_that_ended_does_not_listen() {
        let server = echo();
        let address = server.address();
        drop(server);
        assert!(TcpStream::connect(address).is_err());
    }
}
