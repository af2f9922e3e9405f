//! Where files lie: an S3-compatible store on loopback, the sweep of what nobody names, the virus scanner.

use domain::access::Role;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use persistence::clock::real_now;
use rstest::rstest;
use s3s::auth::SimpleAuth;
use s3s::service::S3ServiceBuilder;
use s3s_fs::FileSystem;
use sha2::{Digest, Sha256};
use support::Database::{self, Postgres, Sqlite};
use support::{Answer, App, road};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

/// A real S3-speaking server over a folder, with one bucket.
async fn s3_server() -> (TempDir, String) {
    let folder = TempDir::new().unwrap();
    std::fs::create_dir(folder.path().join("yiciban")).unwrap();
    let mut service = S3ServiceBuilder::new(FileSystem::new(folder.path()).unwrap());
    service.set_auth(SimpleAuth::from_single("access", "secret"));
    let service = service.build();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            let service = service.clone();
            tokio::spawn(async move { drop(Builder::new(TokioExecutor::new()).serve_connection(TokioIo::new(socket), service).await) });
        }
    });
    (folder, address)
}

async fn on_s3(database: Database, endpoint: String) -> App {
    App::start_with(database, "2024-09-27T10:00:00+08:00", |config| {
        (config.s3_bucket, config.s3_endpoint) = (Some("yiciban".to_owned()), Some(endpoint));
        (config.s3_access_key, config.s3_secret_key) = (Some("access".to_owned()), Some("secret".to_owned()));
    })
    .await
}

/// A PDF of some size.
fn large(size: usize) -> Vec<u8> {
    let mut bytes = support::pdf();
    bytes.extend((0..size).map(|i| u8::try_from(i % 251).unwrap()));
    bytes
}

async fn hand_in(app: &App, owner: &str, id: &str, bytes: Vec<u8>) -> Answer {
    let form = crate::declare::upload("traffic-plan", "u1", bytes, "a.pdf");
    app.upload(id, form).bearer(owner).send().await
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn files_go_to_an_s3_store_and_come_back_in_ranges(#[values(Sqlite, Postgres)] database: Database) {
    let (folder, endpoint) = s3_server().await;
    let app = on_s3(database, endpoint).await;
    let owner = app.login(Role::Applicant, 0).await;
    let id = app.draft(&owner, &road()).await.text("/id");
    // Larger than one part of a multipart upload.
    let bytes = large(7 * 1024 * 1024);
    let taken = hand_in(&app, &owner, &id, bytes.clone()).await.ok();
    assert_eq!(taken.text("/material/sha256"), hex::encode(Sha256::digest(&bytes)));
    let path = format!("/applications/{id}/materials/{}/file", taken.text("/material/id"));
    let whole = app.get(&path).bearer(&owner).bytes().await;
    assert_eq!((whole.0, whole.1.len(), whole.1 == bytes), (200, bytes.len(), true));
    let (status, part) = app.get(&path).bearer(&owner).header("Range", "bytes=6000000-6000099").bytes().await;
    assert_eq!((status, part == bytes[6_000_000..6_000_100]), (206, true));
    // Nothing stands in clear in the store, and one changed byte is noticed.
    let stored = files_below(folder.path());
    assert_eq!(stored.len(), 1);
    let mut sealed = std::fs::read(&stored[0]).unwrap();
    assert!(!sealed.windows(5).any(|w| w == b"%PDF-"));
    let (whole, middle) = (sealed.clone(), sealed.len() / 2);
    sealed[middle] ^= 1;
    std::fs::write(&stored[0], sealed).unwrap();
    let (_, read) = app.get(&path).bearer(&owner).bytes().await;
    assert!(read.is_empty(), "what is changed in the middle is cut off there: it never arrives as a whole");
    let mut sealed = whole;
    sealed[40] ^= 1;
    std::fs::write(&stored[0], sealed).unwrap();
    assert_eq!(app.get(&path).bearer(&owner).bytes().await.0, 500, "what is changed at its beginning is not begun");
}

fn files_below(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path());
    let found = entries.flat_map(|p| if p.is_dir() { files_below(&p) } else { vec![p] });
    found.filter(|p| std::fs::metadata(p).unwrap().len() > 1000 && !p.to_string_lossy().contains("/.s3s")).collect()
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn what_no_row_names_is_swept_and_nothing_else(#[values(true, false)] s3: bool) {
    let (_folder, endpoint) = s3_server().await;
    let app = if s3 { on_s3(Sqlite, endpoint).await } else { App::start(Sqlite).await };
    let owner = app.login(Role::Applicant, 0).await;
    let id = app.draft(&owner, &road()).await.text("/id");
    let taken = hand_in(&app, &owner, &id, large(2000)).await.ok();
    let zone = app.state().snapshots.zone("hengyang-gaoxin").unwrap().zone;
    // An upload that was cut off between the store and the database.
    let id_left = persistence::ids::new_id();
    let shelf = id_left.simple().to_string()[..6].to_owned();
    let mut orphan = app.state().files.begin(&format!("{zone}/{shelf}/{id_left}")).await.unwrap();
    orphan.write(b"left behind").await.unwrap();
    orphan.finish().await.unwrap();
    let worker = app.state().worker();
    assert_eq!(worker.sweep_files(zone, real_now() - chrono::TimeDelta::hours(24)).await.unwrap(), 0, "it may still be on its way");
    let later = real_now() + chrono::TimeDelta::minutes(5);
    assert_eq!(worker.sweep_files(zone, later).await.unwrap(), 1);
    assert_eq!(worker.sweep_files(zone, later).await.unwrap(), 0);
    let path = format!("/applications/{id}/materials/{}/file", taken.text("/material/id"));
    assert_eq!(app.get(&path).bearer(&owner).bytes().await.0, 200);
}

/// A scanner that speaks clamd's INSTREAM and finds the EICAR test file.
async fn clamd() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            tokio::spawn(async move {
                let (mut command, mut seen) = ([0; 10], Vec::new());
                socket.read_exact(&mut command).await.unwrap();
                assert_eq!(&command, b"zINSTREAM\0");
                while let Ok(length @ 1..) = socket.read_u32().await {
                    let mut part = vec![0; length as usize];
                    socket.read_exact(&mut part).await.unwrap();
                    seen.extend(part);
                }
                let found = seen.windows(5).any(|w| w == b"EICAR");
                let answer: &[u8] = if found { b"stream: Eicar-Signature FOUND\0" } else { b"stream: OK\0" };
                socket.write_all(answer).await.unwrap();
            });
        }
    });
    address
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_scanner_refuses_is_not_kept() {
    let address = clamd().await;
    let app = App::start_with(Sqlite, "2024-09-27T10:00:00+08:00", |config| config.scanner = Some(address)).await;
    let owner = app.login(Role::Applicant, 0).await;
    let id = app.draft(&owner, &road()).await.text("/id");
    let mut infected = large(200_000);
    infected.extend_from_slice(b"EICAR");
    hand_in(&app, &owner, &id, infected).await.problem(422, "file_infected");
    let zone = app.state().snapshots.zone("hengyang-gaoxin").unwrap().zone;
    let kept = app.state().files.list(&zone.to_string(), real_now() + chrono::TimeDelta::minutes(5)).await.unwrap();
    assert_eq!(kept, Vec::<String>::new());
    hand_in(&app, &owner, &id, large(2000)).await.ok();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scanner_that_does_not_answer_lets_nothing_pass() {
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().to_string();
    let app = App::start_with(Sqlite, "2024-09-27T10:00:00+08:00", |config| config.scanner = Some(closed)).await;
    let owner = app.login(Role::Applicant, 0).await;
    let id = app.draft(&owner, &road()).await.text("/id");
    hand_in(&app, &owner, &id, large(2000)).await.problem(503, "port_unavailable");
}
