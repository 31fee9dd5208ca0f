//! Ports: taking one, saying which is taken, and asking a server on this machine something.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream, ToSocketAddrs as _};
use std::time::Duration;

use anyhow::{Context as _, Result, anyhow};

/// A listener on this very port.
///
/// # Errors
/// When the address is not one of this machine's, or the port is in use; the message says what to do then.
pub fn listen(host: &str, port: u16) -> Result<TcpListener> {
    let address = (host, port)
        .to_socket_addrs()
        .with_context(|| format!("`{host}` is not an address"))?
        .next()
        .with_context(|| format!("`{host}` has no address"))?;
    TcpListener::bind(address).map_err(|error| match error.kind() {
        ErrorKind::AddrInUse => in_use(host, port),
        _ => anyhow!(error).context(format!("cannot listen on {address}")),
    })
}

/// A port that is free now. Another program may take it before it is used; those who can, should [`listen`] on
/// port 0 instead.
///
/// # Errors
/// When the system has no free port.
pub fn free() -> Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("no free port")?;
    Ok(listener.local_addr().context("a listener without an address")?.port())
}

/// Whether somebody listens on this port of this machine.
#[must_use]
pub fn answers(port: u16) -> bool {
    TcpStream::connect_timeout(&SocketAddr::from((Ipv4Addr::LOCALHOST, port)), Duration::from_millis(500))
        .is_ok()
}

/// Asks a server on this machine for a path and returns all that it answers, headers included.
///
/// # Errors
/// When it does not answer within the limit.
pub fn get(port: u16, path: &str, limit: Duration) -> Result<Vec<u8>> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let mut stream = TcpStream::connect_timeout(&address, limit).context("nobody listens")?;
    stream.set_read_timeout(Some(limit))?;
    stream.set_write_timeout(Some(limit))?;
    write!(stream, "GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n")?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).context("no answer")?;
    Ok(answer)
}

fn in_use(host: &str, port: u16) -> anyhow::Error {
    // Port 65535 has no successor.
    let other = port.checked_add(1).unwrap_or(8080);
    anyhow!(
        "port {port} of {host} is in use by another program; choose another one, for example `--port {other}`, or let \
         the system choose with `--port 0`"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_taken_port_is_named_and_another_proposed() {
        let taken = listen("127.0.0.1", 0).unwrap();
        let port = taken.local_addr().unwrap().port();
        let message = listen("127.0.0.1", port).unwrap_err().to_string();
        assert!(message.contains(&format!("port {port} ")), "{message}");
        assert!(message.contains("--port"), "{message}");
    }

    #[test]
    fn the_last_port_has_another_proposed_too() {
        assert!(in_use("127.0.0.1", u16::MAX).to_string().contains("--port 8080"));
    }

    #[test]
    fn a_listener_answers() {
        let listener = listen("127.0.0.1", 0).unwrap();
        assert!(answers(listener.local_addr().unwrap().port()));
    }

    #[test]
    fn a_wrong_host_is_named() {
        assert!(listen("no such host", 0).unwrap_err().to_string().contains("no such host"));
    }
}
