//! What the domain name system says, as a thing that is passed in: the TXT records that DKIM keys are published in.
//!
//! A stub resolver, RFC 1035 section 7: it asks the machine's own name servers, which do the work, and trusts them as
//! everything else on the machine does.

mod wire;

use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpStream, UdpSocket};
use tokio::time::{Instant, timeout};

use super::Random;
use wire::{Answer, Question};

/// How long one server may take to answer.
const ONE_SERVER: Duration = Duration::from_secs(2);
/// How long an answer is remembered at most, and at least.
const LONGEST: Duration = Duration::from_hours(1);
const SHORTEST: Duration = Duration::from_mins(1);
/// Answers that are remembered.
const MOST_ANSWERS: usize = 2000;
/// Servers that are asked, one after another; each of them twice.
const MOST_SERVERS: usize = 3;
/// Where the machine names its name servers.
const RESOLV_CONF: &str = "/etc/resolv.conf";

/// Names and what is published under them. Cheap to clone; clones share what they remember.
#[derive(Clone, Debug)]
pub struct Names(Kind);

#[derive(Clone, Debug)]
enum Kind {
    /// Nobody is asked.
    Nobody,
    /// As a test says.
    Told(Arc<HashMap<String, Vec<String>>>),
    Asking(Arc<Asking>),
}

#[derive(Debug)]
struct Asking {
    /// None: those that the machine's own configuration names when a question is asked.
    servers: Option<Vec<SocketAddr>>,
    random: Random,
    /// Until when an answer holds. Shared by all clones; bounded by `MOST_ANSWERS`.
    known: Mutex<HashMap<String, (Instant, Vec<String>)>>,
}

/// Why a question was not answered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unanswered {
    /// This installation asks nobody.
    #[error("no name server is asked here")]
    Nobody,
    /// Not a name.
    #[error("it is not a name that can be asked for")]
    Unaskable,
    /// No server answered in time, or in a way that could be understood.
    #[error("no name server answered")]
    Silence,
}

impl Names {
    /// Nobody is asked: every question stays unanswered.
    pub const fn nobody() -> Self {
        Self(Kind::Nobody)
    }

    /// What is published, in tests. Every other name has no records.
    pub fn told(records: impl IntoIterator<Item = (String, Vec<String>)>) -> Self {
        Self(Kind::Told(Arc::new(records.into_iter().collect())))
    }

    /// Asks the machine's name servers.
    pub fn of_this_machine(random: Random) -> Self {
        Self::asking(None, random)
    }

    /// Asks these servers.
    pub fn of_servers(servers: Vec<SocketAddr>, random: Random) -> Self {
        Self::asking(Some(servers), random)
    }

    fn asking(servers: Option<Vec<SocketAddr>>, random: Random) -> Self {
        Self(Kind::Asking(Arc::new(Asking {
            servers,
            random,
            known: Mutex::default(),
        })))
    }

    /// The TXT records of a name, each with its strings joined; none if there are none.
    ///
    /// # Errors
    /// Nobody answered: that says nothing about the records.
    pub async fn texts(&self, name: &str) -> Result<Vec<String>, Unanswered> {
        match &self.0 {
            Kind::Nobody => Err(Unanswered::Nobody),
            Kind::Told(records) => Ok(records.get(name).cloned().unwrap_or_default()),
            Kind::Asking(asking) => asking.texts(name).await,
        }
    }
}

impl Asking {
    async fn texts(&self, name: &str) -> Result<Vec<String>, Unanswered> {
        let name = name.to_ascii_lowercase();
        if let Some(records) = self.remembered(&name) {
            return Ok(records);
        }
        let servers = match &self.servers {
            Some(servers) => servers.clone(),
            None => servers_of_this_machine(Path::new(RESOLV_CONF)),
        };
        for server in servers
            .iter()
            .take(MOST_SERVERS)
            .cycle()
            .take(servers.len().min(MOST_SERVERS) * 2)
        {
            let id = u16::from_be_bytes(self.random.bytes());
            let question = Question::texts(id, &name).ok_or(Unanswered::Unaskable)?;
            // A silent server, a refusal and an answer that makes no sense are alike: the next one is asked.
            if let Ok(Ok(answer)) = timeout(ONE_SERVER, ask(*server, &question)).await {
                self.remember(name, &answer);
                return Ok(answer.texts);
            }
        }
        Err(Unanswered::Silence)
    }

    fn remembered(&self, name: &str) -> Option<Vec<String>> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let (until, records) = known.get(name)?;
        (*until > Instant::now()).then(|| records.clone())
    }

    fn remember(&self, name: String, answer: &Answer) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        if known.len() >= MOST_ANSWERS {
            known.retain(|_, (until, _)| *until > now);
        }
        if known.len() >= MOST_ANSWERS {
            known.clear();
        }
        let lives = answer.lives.clamp(SHORTEST, LONGEST);
        known.insert(name, (now + lives, answer.texts.clone()));
    }
}

async fn ask(server: SocketAddr, question: &Question) -> io::Result<Answer> {
    let here = if server.is_ipv4() {
        SocketAddr::from(([0, 0, 0, 0], 0))
    } else {
        SocketAddr::from(([0_u16; 8], 0))
    };
    // A port of its own for each question, so that nobody who does not see it can answer it (RFC 5452).
    let socket = UdpSocket::bind(here).await?;
    socket.connect(server).await?;
    socket.send(&question.bytes).await?;
    let mut buffer = vec![0; 4096];
    loop {
        let length = socket.recv(&mut buffer).await?;
        let reply = buffer.get(..length).unwrap_or_default();
        if !question.is_answered_by(reply) {
            continue;
        }
        if wire::is_cut(reply) {
            return ask_by_stream(server, question).await;
        }
        return Answer::read(reply).ok_or_else(|| io::ErrorKind::InvalidData.into());
    }
}

/// As [`ask`], for answers that do not fit into a datagram.
async fn ask_by_stream(server: SocketAddr, question: &Question) -> io::Result<Answer> {
    let mut stream = TcpStream::connect(server).await?;
    let length = u16::try_from(question.bytes.len()).unwrap_or(u16::MAX);
    stream.write_all(&length.to_be_bytes()).await?;
    stream.write_all(&question.bytes).await?;
    let length = stream.read_u16().await?;
    let mut reply = vec![0; usize::from(length)];
    stream.read_exact(&mut reply).await?;
    let answer = question
        .is_answered_by(&reply)
        .then(|| Answer::read(&reply))
        .flatten();
    answer.ok_or_else(|| io::ErrorKind::InvalidData.into())
}

/// The servers that the machine's own programs ask; this machine if it names none.
fn servers_of_this_machine(file: &Path) -> Vec<SocketAddr> {
    let text = std::fs::read_to_string(file).unwrap_or_default();
    let mut servers: Vec<SocketAddr> = text
        .lines()
        .filter_map(|line| line.trim().strip_prefix("nameserver"))
        .filter_map(|rest| rest.trim().parse::<IpAddr>().ok())
        .map(|address| SocketAddr::new(address, 53))
        .collect();
    if servers.is_empty() {
        servers.push(SocketAddr::from((Ipv4Addr::LOCALHOST, 53)));
    }
    servers
}

#[cfg(test)]
mod tests;
