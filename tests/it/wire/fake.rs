//! A server that says what the test wants, line by line.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;

/// What the server does when it has heard a line.
pub enum Does {
    /// Says this and listens on.
    Says(Vec<u8>),
    /// Says this and hangs up.
    SaysAndLeaves(Vec<u8>),
    /// Says this again and again until the client hangs up.
    Floods(Vec<u8>),
    /// Says nothing more, and stays.
    Sulks,
}

/// Says `text`.
pub fn says(text: impl Into<Vec<u8>>) -> Does {
    Does::Says(text.into())
}

/// Starts a server on a free port of 127.0.0.1. Each connection is greeted and then answered by a new `script`,
/// which is given the lines one by one.
pub fn serve<S>(greeting: &'static [u8], script: impl Fn() -> S + Send + 'static) -> u16
where
    S: FnMut(&str) -> Does + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    // Ends with the test process.
    thread::spawn(move || {
        for client in listener.incoming() {
            let mut answers = script();
            let client = client.unwrap();
            thread::spawn(move || {
                // The client may hang up at any moment: that ends the conversation.
                let _ = converse(&client, greeting, &mut answers);
            });
        }
    });
    port
}

fn converse(
    mut client: &TcpStream,
    greeting: &[u8],
    answers: &mut impl FnMut(&str) -> Does,
) -> std::io::Result<()> {
    client.write_all(greeting)?;
    let mut lines = BufReader::new(client);
    let mut line = String::new();
    while lines.read_line(&mut line)? > 0 {
        match answers(line.trim_end()) {
            Does::Says(text) => client.write_all(&text)?,
            Does::SaysAndLeaves(text) => return client.write_all(&text),
            Does::Floods(text) => loop {
                client.write_all(&text)?;
            },
            Does::Sulks => {
                while lines.read_line(&mut line)? > 0 {}
                return Ok(());
            }
        }
        line.clear();
    }
    Ok(())
}
