//! A TCP proxy on 127.0.0.1 that breaks connections on demand, for between the daemon and a server.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::AbortHandle;

/// Who speaks when the fault strikes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    Client,
    Server,
}

/// When the fault strikes: measured on the bytes of one side of one connection.
#[derive(Debug, Clone)]
pub enum Trigger {
    /// After so many bytes have passed; the rest of them do not.
    Bytes(usize),
    /// As soon as these bytes have passed (plain text only).
    Text(&'static [u8]),
}

/// What happens then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Damage {
    /// Both connections are closed.
    Cut,
    /// Nothing passes any more, in either direction, and both connections stay open.
    Stall,
}

/// One way to break a connection.
#[derive(Debug, Clone)]
pub struct Fault {
    pub side: Side,
    pub trigger: Trigger,
    pub damage: Damage,
}

/// The proxy; it stops with this value.
pub struct Proxy {
    port: u16,
    shared: Arc<Shared>,
    task: AbortHandle,
}

struct Shared {
    target: u16,
    accepted: AtomicUsize,
    /// Which connections go through the fault: those accepted while it is set, at most so many.
    fault: Mutex<Option<(Fault, usize)>>,
    refusing: watch::Sender<bool>,
    /// Bumped to cut all connections that are open.
    cut: watch::Sender<u64>,
}

impl Proxy {
    /// Passes everything on to 127.0.0.1:`target`.
    pub async fn start(target: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let shared = Arc::new(Shared {
            target,
            accepted: AtomicUsize::new(0),
            fault: Mutex::new(None),
            refusing: watch::Sender::new(false),
            cut: watch::Sender::new(0),
        });
        #[expect(clippy::disallowed_methods, reason = "the proxy is stopped by Drop")]
        let task = tokio::spawn(accept(listener, Arc::clone(&shared)));
        Self {
            port,
            shared,
            task: task.abort_handle(),
        }
    }

    /// The port to connect to.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// How many connections there have been, refused ones included.
    pub fn accepted(&self) -> usize {
        self.shared.accepted.load(Ordering::SeqCst)
    }

    /// The next `connections` meet this fault.
    pub fn break_next(&self, connections: usize, fault: Fault) {
        *self.shared.fault.lock().unwrap() = Some((fault, connections));
    }

    /// From now on new connections are closed at once (`true`) or passed on again (`false`).
    pub fn refuse(&self, refuse: bool) {
        self.shared.refusing.send_replace(refuse);
    }

    /// Cuts every connection that is open.
    pub fn cut_all(&self) {
        self.shared.cut.send_modify(|count| *count += 1);
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.cut_all();
        self.task.abort();
    }
}

async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    while let Ok((client, _)) = listener.accept().await {
        shared.accepted.fetch_add(1, Ordering::SeqCst);
        if *shared.refusing.borrow() {
            continue;
        }
        let fault = take_fault(&mut shared.fault.lock().unwrap());
        let (cut, target) = (shared.cut.subscribe(), shared.target);
        #[expect(
            clippy::disallowed_methods,
            reason = "ends with its connection, or by `cut`"
        )]
        tokio::spawn(pass(client, target, fault, cut));
    }
}

fn take_fault(fault: &mut Option<(Fault, usize)>) -> Option<Fault> {
    let (fault, left) = fault.as_mut()?;
    *left = left.checked_sub(1)?;
    Some(fault.clone())
}

async fn pass(client: TcpStream, target: u16, fault: Option<Fault>, mut cut: watch::Receiver<u64>) {
    let Ok(server) = TcpStream::connect(("127.0.0.1", target)).await else {
        return;
    };
    let (client_in, client_out) = client.into_split();
    let (server_in, server_out) = server.into_split();
    let of = |side| fault.clone().filter(|fault| fault.side == side);
    let stalled = AtomicBool::new(false);
    // Whichever direction meets its fault first ends both; an orderly end of one lets the other finish.
    tokio::select! {
        _ = async {
            tokio::try_join!(
                pump(client_in, server_out, of(Side::Client), &stalled),
                pump(server_in, client_out, of(Side::Server), &stalled),
            )
        } => {}
        _ = cut.changed() => {}
    }
}

/// The fault has struck; the connection is to be closed.
struct Broken;

async fn pump(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    fault: Option<Fault>,
    stalled: &AtomicBool,
) -> Result<(), Broken> {
    let mut seen = Vec::new();
    let mut chunk = vec![0; 16 * 1024];
    loop {
        let read = from.read(&mut chunk).await.map_err(|_| Broken)?;
        if read == 0 {
            return to.shutdown().await.map_err(|_| Broken);
        }
        if stalled.load(Ordering::SeqCst) {
            std::future::pending::<()>().await;
        }
        let before = seen.len();
        let strikes = fault.as_ref().and_then(|fault| {
            seen.extend_from_slice(&chunk[..read]);
            Some((end_of_trigger(&fault.trigger, &seen)?, fault.damage))
        });
        let passing = strikes.map_or(read, |(end, _)| end.saturating_sub(before).min(read));
        to.write_all(&chunk[..passing]).await.map_err(|_| Broken)?;
        match strikes {
            None => {}
            Some((_, Damage::Cut)) => return Err(Broken),
            Some((_, Damage::Stall)) => stalled.store(true, Ordering::SeqCst),
        }
    }
}

/// Where in what one side has said the fault strikes, if it does.
fn end_of_trigger(trigger: &Trigger, seen: &[u8]) -> Option<usize> {
    match trigger {
        Trigger::Bytes(count) => (seen.len() >= *count).then_some(*count),
        Trigger::Text(text) => {
            let start = seen
                .windows(text.len())
                .position(|window| window == *text)?;
            Some(start + text.len())
        }
    }
}
