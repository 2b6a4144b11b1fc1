//! This turns `dist/` into a site on this machine, for the browser next to it.

use std::{
    fs::File,
    io::{Cursor, ErrorKind},
    net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener},
    path::{Path, PathBuf},
    sync::Arc,
    thread::{self, JoinHandle},
};

use anyhow::{Context, Result, anyhow, bail, ensure};
use lexopt::{Arg, Parser, ValueExt};
use tiny_http::{Header, Method, Request, Response, ResponseBox, Server};

use crate::{build, process};

/// How many requests one address answers at a time. A browser opens six connections to a site at most.
const WORKERS: usize = 4;

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
    let mut workers = Vec::new();
    for listener in listeners {
        workers.extend(start(listener, &dist, &policy)?);
    }
    for worker in workers {
        worker.join().map_err(|_| anyhow!("a thread of the server panicked; its message stands above"))?;
    }
    Ok(())
}

/// Answers on one address, every answer under the policy: the page's own says nothing of workers.
fn start(listener: TcpListener, dist: &Path, policy: &str) -> Result<Vec<JoinHandle<()>>> {
    let server = Server::from_listener(listener, None).map_err(|error| anyhow!("the server did not start: {error}"))?;
    let server = Arc::new(server);
    let worker = |_| {
        let (server, dist, policy) = (Arc::clone(&server), dist.to_owned(), policy.to_owned());
        thread::spawn(move || {
            while let Ok(request) = server.recv() {
                let response = answer(&request, &dist).with_header(header("Content-Security-Policy", &policy));
                // A browser that leaves in the middle of an answer is its own affair.
                let _ = request.respond(response);
            }
        })
    };
    Ok((0..WORKERS).map(worker).collect())
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

fn answer(request: &Request, dist: &Path) -> ResponseBox {
    if !matches!(request.method(), Method::Get | Method::Head) {
        return sentence(405, "This server only answers GET and HEAD.")
            .with_header(header("Allow", "GET, HEAD"))
            .boxed();
    }
    let found = file_path(request.url()).map(|path| dist.join(path)).and_then(|path| Some((open(&path)?, path)));
    let Some((file, path)) = found else {
        return sentence(404, "There is no such file here.").boxed();
    };
    Response::from_file(file)
        // Whoever shows the progress of a download needs its length, so never send it in chunks of unknown number.
        .with_chunked_threshold(usize::MAX)
        .with_header(header("Content-Type", content_type(&path)))
        .with_header(header("Cache-Control", "no-cache"))
        .with_header(header("X-Content-Type-Options", "nosniff"))
        .boxed()
}

/// The file, unless it is missing or a folder.
fn open(path: &Path) -> Option<File> {
    File::open(path).ok().filter(|file| file.metadata().is_ok_and(|metadata| metadata.is_file()))
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

fn sentence(status: u16, text: &str) -> Response<Cursor<Vec<u8>>> {
    Response::from_string(format!("{text}\n")).with_status_code(status).with_header(header("Cache-Control", "no-cache"))
}

fn header(field: &str, value: &str) -> Header {
    Header::from_bytes(field, value).expect("our headers are plain ASCII")
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::io::{Read, Write};
    use std::net::TcpStream;

    use super::*;

    #[test]
    fn every_answer_has_the_policy() {
        let dist = std::env::temp_dir().join(format!("xtask-serve-{}", std::process::id()));
        fs::create_dir_all(&dist).unwrap();
        fs::write(dist.join("worker.js"), "").unwrap();
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        start(listener, &dist, "default-src 'self'").unwrap();
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
