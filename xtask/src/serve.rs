//! This turns `dist/` into a site on this machine, for the browser next to it.

use std::{
    fs::{self, File},
    io::{self, BufRead, BufReader, ErrorKind, Read, Write},
    net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, TcpStream},
    path::{Path, PathBuf},
    sync::Arc,
    thread::{self, JoinHandle},
    time::Duration,
};

use anyhow::{Context, Result, anyhow, bail, ensure};
use lexopt::{Arg, Parser, ValueExt};

use crate::{build, process};

/// How long a connection may say nothing; browsers open some ahead of what they ask.
const PATIENCE: Duration = Duration::from_secs(30);
/// Bytes of a request's head.
const LONGEST_HEAD: u64 = 1 << 16;

/// `cargo xtask serve [--port 8080] [--no-build]`.
pub fn run(args: &[String]) -> Result<()> {
    let options = Options::parse(args).context("`cargo xtask serve` does not understand its arguments")?;
    let listeners = listen(options.port)?;
    let port = listeners[0].local_addr()?.port();
    let dist = if options.build { build::build()? } else { process::root().join("dist") };
    ensure!(
        dist.join("index.html").is_file(),
        "{} holds no index.html. Leave --no-build away, so that the site gets built",
        dist.display()
    );
    let policy = build::policy(&dist)?;

    println!("\nScumble is at http://localhost:{port}. Ctrl-C ends it.");
    let workers: Vec<_> = listeners.into_iter().map(|listener| start(listener, &dist, &policy)).collect();
    for worker in workers {
        worker.join().map_err(|_| anyhow!("a thread of the server panicked; its message stands above"))?;
    }
    Ok(())
}

/// Answers on one address, every answer under the policy: the page's own says nothing of workers. Each connection has a thread and
/// one answer, so that none waits for another.
fn start(listener: TcpListener, dist: &Path, policy: &str) -> JoinHandle<()> {
    let (dist, policy): (Arc<Path>, Arc<str>) = (dist.into(), policy.into());
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let (dist, policy) = (Arc::clone(&dist), Arc::clone(&policy));
            // A browser that leaves in the middle of an answer is its own affair.
            thread::spawn(move || converse(&stream, &dist, &policy));
        }
    })
}

/// Reads a request and answers it.
fn converse(mut stream: &TcpStream, dist: &Path, policy: &str) -> io::Result<()> {
    stream.set_read_timeout(Some(PATIENCE))?;
    let mut lines = BufReader::new(stream.take(LONGEST_HEAD)).lines();
    let request = lines.next().transpose()?.unwrap_or_default();
    // What else it says is of no interest, but has to be read before the connection is closed.
    while lines.next().transpose()?.is_some_and(|line| !line.is_empty()) {}
    let mut words = request.split(' ');
    let (method, url) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let Answer { status, headers, mut body, bytes } = answer(method, url, dist);
    write!(stream, "HTTP/1.1 {status}\r\nContent-Length: {bytes}\r\nConnection: close\r\nCache-Control: no-cache\r\n")?;
    write!(stream, "X-Content-Type-Options: nosniff\r\nContent-Security-Policy: {policy}\r\n{headers}\r\n")?;
    if method != "HEAD" {
        io::copy(&mut body, &mut stream)?;
    }
    Ok(())
}

struct Options {
    port: u16,
    build: bool,
}

impl Options {
    fn parse(args: &[String]) -> Result<Options> {
        let mut options = Options { port: 8080, build: true };
        let mut parser = Parser::from_args(args);
        while let Some(arg) = parser.next()? {
            match arg {
                Arg::Long("port") => {
                    let port = parser.value()?;
                    options.port = port.parse().map_err(|_| anyhow!("{port:?} is no port, a number up to 65535"))?;
                }
                Arg::Long("no-build") => options.build = false,
                other => return Err(other.unexpected().into()),
            }
        }
        Ok(options)
    }
}

/// Takes the port on both loopback addresses, because browsers differ in which one they mean by `localhost`. Only this
/// machine can reach them.
fn listen(port: u16) -> Result<Vec<TcpListener>> {
    let ipv4 = bind((Ipv4Addr::LOCALHOST, port).into())?
        .with_context(|| format!("port {port} cannot be opened on 127.0.0.1. Choose another one with --port"))?;
    let port = ipv4.local_addr()?.port();
    let ipv6 = bind((Ipv6Addr::LOCALHOST, port).into())?;
    Ok([Some(ipv4), ipv6].into_iter().flatten().collect())
}

/// The listener, or none where the machine does not offer this address. A taken port is an error.
fn bind(address: SocketAddr) -> Result<Option<TcpListener>> {
    match TcpListener::bind(address) {
        Ok(listener) => Ok(Some(listener)),
        Err(error) if error.kind() == ErrorKind::AddrInUse => bail!(
            "port {} is taken by another program, perhaps by another `cargo xtask serve`. End that one, or choose \
             another port with --port",
            address.port()
        ),
        Err(_) => Ok(None),
    }
}

/// What is sent back.
struct Answer {
    /// The number and its name.
    status: &'static str,
    /// Lines of its own.
    headers: String,
    body: Box<dyn Read>,
    bytes: u64,
}

fn answer(method: &str, url: &str, dist: &Path) -> Answer {
    if !["GET", "HEAD"].contains(&method) {
        return sentence("405 Method Not Allowed", "Allow: GET, HEAD\r\n", "This server only answers GET and HEAD.\n");
    }
    let found = file_path(url).map(|path| dist.join(path)).and_then(|path| Some((open(&path)?, path)));
    let Some(((file, bytes), path)) = found else {
        return sentence("404 Not Found", "", "There is no such file here.\n");
    };
    let headers = format!("Content-Type: {}\r\n", content_type(&path));
    Answer { status: "200 OK", headers, body: Box::new(file), bytes }
}

fn sentence(status: &'static str, headers: &str, text: &'static str) -> Answer {
    let headers = format!("{headers}Content-Type: text/plain; charset=utf-8\r\n");
    Answer { status, headers, body: Box::new(text.as_bytes()), bytes: text.len() as u64 }
}

/// The file and its length, unless it is missing or a folder.
fn open(path: &Path) -> Option<(File, u64)> {
    let file = File::open(path).ok()?;
    let metadata = file.metadata().ok().filter(fs::Metadata::is_file)?;
    Some((file, metadata.len()))
}

/// The file below the site's root that a URL asks for. There is none where the path could lead out of the root.
fn file_path(url: &str) -> Option<PathBuf> {
    let path = percent_decoded(url.split(['?', '#']).next()?.strip_prefix('/')?)?;
    let mut file = PathBuf::new();
    for name in path.split('/') {
        let leads_astray = name == "." || name == ".." || name.contains(['\\', ':', '\0']);
        if leads_astray {
            return None;
        }
        file.push(name);
    }
    if path.is_empty() || path.ends_with('/') {
        file.push("index.html");
    }
    Some(file)
}

fn percent_decoded(text: &str) -> Option<String> {
    let mut bytes = text.bytes();
    let mut decoded = Vec::new();
    while let Some(byte) = bytes.next() {
        let mut digit = || char::from(bytes.next()?).to_digit(16);
        decoded.push(if byte == b'%' { (16 * digit()? + digit()?) as u8 } else { byte });
    }
    String::from_utf8(decoded).ok()
}

/// The media type that a browser expects. It refuses modules and WebAssembly under any other.
fn content_type(path: &Path) -> &'static str {
    match path.extension().and_then(|extension| extension.to_str()).unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "json" => "application/json",
        "webmanifest" => "application/manifest+json",
        "wasm" => "application/wasm",
        "txt" | "md" | "ts" | "wgsl" => "text/plain; charset=utf-8",
        "svg" => "image/svg+xml",
        "webp" => "image/webp",
        "avif" => "image/avif",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "gif" => "image/gif",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_answer_has_the_policy() {
        let dist = std::env::temp_dir().join(format!("xtask-serve-{}", std::process::id()));
        fs::create_dir_all(&dist).unwrap();
        fs::write(dist.join("worker.js"), "").unwrap();
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        start(listener, &dist, "default-src 'self'");
        // Browsers open connections ahead of what they ask; nobody may wait for these.
        let _silent: Vec<_> = (0..8).map(|_| TcpStream::connect(address).unwrap()).collect();
        for (path, status) in [("/worker.js", "200"), ("/missing.js", "404")] {
            let mut stream = TcpStream::connect(address).unwrap();
            write!(stream, "GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").unwrap();
            let mut answer = String::new();
            stream.read_to_string(&mut answer).unwrap();
            assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "{answer}");
            assert!(answer.contains("Content-Security-Policy: default-src 'self'\r\n"), "{answer}");
        }
        fs::remove_dir_all(&dist).unwrap();
    }

    #[test]
    fn a_url_names_a_file_below_the_root() {
        assert_eq!(file_path("/"), Some("index.html".into()));
        assert_eq!(file_path("/?photo=1#top"), Some("index.html".into()));
        assert_eq!(file_path("/pkg/scumble.js?v=2"), Some("pkg/scumble.js".into()));
        assert_eq!(file_path("/samples/night%20caf%C3%A9.webp"), Some("samples/night café.webp".into()));
        assert_eq!(file_path("/samples/"), Some("samples/index.html".into()));
    }

    #[test]
    fn no_url_leads_out_of_the_root() {
        for url in [
            "/../Cargo.toml",
            "/pkg/../../Cargo.toml",
            "/%2e%2e/Cargo.toml",
            "/..%2fCargo.toml",
            "/..\\Cargo.toml",
            "/..%5CCargo.toml",
            "/c:/secret",
            "/a%00b",
            "/broken%2",
            "/broken%+1",
            "/not-utf8-%ff",
            "Cargo.toml",
            "*",
        ] {
            assert_eq!(file_path(url), None, "{url}");
        }
        for url in ["//etc/passwd", "/pkg//etc/passwd", "/%2fetc/passwd"] {
            assert!(file_path(url).is_none_or(|path| path.is_relative()), "{url}");
        }
    }

    #[test]
    fn browsers_get_the_types_they_insist_on() {
        assert_eq!(content_type(Path::new("pkg/scumble_bg.wasm")), "application/wasm");
        assert_eq!(content_type(Path::new("elements/canvas.mjs")), "text/javascript; charset=utf-8");
        assert_eq!(content_type(Path::new("weights/shard-0")), "application/octet-stream");
    }

    #[test]
    fn a_taken_port_is_an_error_that_names_it() -> Result<()> {
        let taken = listen(0)?;
        let port = taken[0].local_addr()?.port();
        let error = listen(port).unwrap_err().to_string();
        assert!(error.contains(&port.to_string()), "{error}");
        Ok(())
    }
}
