//! The real program, started as a person would: `postroom serve` with a configuration of its own.

use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;

use super::api::Api;
use super::{TestDatabase, wait_for};

/// How long the program may take until it accepts requests: a first start runs every migration.
const START: Duration = Duration::from_mins(1);

/// One installation: a folder with `postroom.toml`, the key and the log, and the daemon, when it runs.
pub struct Daemon {
    folder: TempDir,
    port: u16,
    child: Option<Child>,
}

impl Daemon {
    /// Writes the configuration and initialises the database. The daemon does not run yet.
    pub async fn install(database: &TestDatabase) -> Self {
        let daemon = Self {
            folder: tempfile::tempdir().unwrap(),
            port: free_port(),
            child: None,
        };
        let configuration = format!(
            "[server]\nlisten = \"127.0.0.1:{port}\"\npublic_url = \"http://localhost:{port}\"\n\
             [database]\nurl = \"{url}\"\n[secrets]\nkey_file = \"{key}\"\n[log]\nlevel = \"debug\"\n",
            port = daemon.port,
            url = database.url(),
            key = daemon.path("postroom.key").display(),
        );
        fs::write(daemon.path("postroom.toml"), configuration).unwrap();
        daemon.run(&["init", "--admin", "root@platform.test"]).await;
        daemon
    }

    /// Installs, applies a seed, and starts.
    pub async fn start_with(database: &TestDatabase, seed: &str) -> Self {
        let mut daemon = Self::install(database).await;
        daemon.apply(seed).await;
        daemon.start().await;
        daemon
    }

    /// A file in the daemon's folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The port of pages and API; it stays the same over restarts.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Where a tenant's pages are.
    pub fn tenant_url(&self, slug: &str) -> String {
        format!("http://{slug}.localhost:{}", self.port)
    }

    /// Runs one command of the program to its end; fails the test if the command fails.
    pub async fn run(&self, arguments: &[&str]) -> String {
        let output = self.try_run(arguments).await;
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        let complaint = String::from_utf8_lossy(&output.stderr);
        assert!(
            output.status.success(),
            "postroom {arguments:?}: {said}{complaint}"
        );
        said
    }

    /// Runs one command of the program to its end, whatever comes of it.
    pub async fn try_run(&self, arguments: &[&str]) -> Output {
        let mut command = self.command();
        command.args(arguments).stdin(Stdio::null());
        tokio::task::spawn_blocking(move || command.output().unwrap())
            .await
            .unwrap()
    }

    /// Applies a seed, given as TOML text.
    pub async fn apply(&self, seed: &str) -> String {
        let file = self.path("seed.toml");
        fs::write(&file, seed).unwrap();
        self.run(&["apply", file.to_str().unwrap()]).await
    }

    /// A client of the API with a fresh token of this person.
    pub async fn api(&self, tenant: &str, email: &str) -> Api {
        let token = self
            .run(&[
                "token", "create", "--tenant", tenant, "--user", email, "--name", "test",
            ])
            .await;
        Api::new(self.address(), Some(token.trim()))
    }

    /// Waits until all accounts that `api` may see have been connected. Mail that lies there before the very
    /// first connection is not taken (`first = "new"`): send after this.
    pub async fn wait_until_connected(&self, api: &Api) {
        wait_for("all accounts to be connected", async || {
            let accounts = api.list("/accounts").await;
            let connected = |account: &Value| !account["last_seen_at"].is_null();
            (!accounts.is_empty() && accounts.iter().all(connected)).then_some(())
        })
        .await;
    }

    /// A client of the API that says nothing about who it is.
    pub fn stranger(&self) -> Api {
        Api::new(self.address(), None)
    }

    /// Starts `serve` and waits until it accepts requests.
    pub async fn start(&mut self) {
        assert!(self.child.is_none(), "it runs already");
        let log = File::options()
            .append(true)
            .create(true)
            .open(self.path("log"))
            .unwrap();
        let mut child = self
            .command()
            .arg("serve")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        self.child = Some(child);
        let (ready, started) = mpsc::channel();
        // Reads to the end, so that the daemon never writes into a closed pipe.
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                if line.starts_with("postroom listening on http://") {
                    let _ = ready.send(());
                }
            }
        });
        let started = tokio::task::spawn_blocking(move || started.recv_timeout(START))
            .await
            .unwrap();
        assert!(started.is_ok(), "the daemon did not start:\n{}", self.log());
    }

    /// kill -9.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }

    /// Asks the daemon to finish (SIGTERM) and waits until it has.
    pub async fn stop(&mut self) -> ExitStatus {
        let mut child = self.child.take().unwrap();
        let asked = Command::new("kill")
            .arg(child.id().to_string())
            .status()
            .unwrap();
        assert!(asked.success());
        wait_for("the daemon to stop", async || child.try_wait().unwrap()).await
    }

    /// What the daemon has logged so far, over all its starts.
    pub fn log(&self) -> String {
        fs::read_to_string(self.path("log")).unwrap_or_default()
    }

    /// Where the daemon listens.
    pub fn address(&self) -> SocketAddr {
        SocketAddr::from(([127, 0, 0, 1], self.port))
    }

    /// The program with this installation's configuration and nothing else of the environment's.
    fn command(&self) -> Command {
        let mut command = Command::new(Path::new(env!("CARGO_BIN_EXE_postroom")));
        command
            .current_dir(self.folder.path())
            .env_clear()
            .arg("--config")
            .arg(self.path("postroom.toml"));
        command
    }
}

impl Drop for Daemon {
    /// A failed test shows the end of the daemon's log.
    fn drop(&mut self) {
        self.kill();
        if std::thread::panicking() {
            let log = self.log();
            let lines: Vec<_> = log.lines().collect();
            eprintln!(
                "--- the daemon's log ---\n{}",
                lines[lines.len().saturating_sub(60)..].join("\n")
            );
        }
    }
}

/// A port that was free a moment ago.
fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}
