//! Demo accounts of the development profile: passwords random per installation.

use domain::access::Role;
use domain::catalogue::SystemAccountState;
use domain::code::TextCode;
use persistence::delegation::{self, SystemAccount};
use persistence::ids::new_id;
use persistence::seal::random;
use persistence::{Db, DbError, Tx, zone};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use uuid::Uuid;
use workflow::account::{NewAccount, open};
use workflow::{Error, Snapshots, password};

/// One line of `demo-accounts.json`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct DemoAccount {
    /// Slug of the zone; absent for the platform.
    pub zone: Option<String>,
    /// Role.
    pub role: Role,
    /// Department, for examiners.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub department: Option<String>,
    /// Login name.
    pub username: String,
    /// Password.
    pub password: String,
}

/// How many accounts of a role a zone gets.
const ROLES: [(Role, usize); 7] = [
    (Role::WindowClerk, 2),
    (Role::Issuer, 1),
    (Role::Supervisor, 1),
    (Role::CatalogueEditor, 1),
    (Role::CataloguePublisher, 1),
    (Role::ZoneAdmin, 1),
    (Role::Auditor, 1),
];

struct Planned {
    zone: i32,
    slug: Option<String>,
    role: Role,
    department: Option<String>,
    username: String,
}

/// Opens the demo accounts of a fresh installation and writes their passwords for its owner alone.
///
/// # Errors
/// When an account can't be opened or the file can't be written.
pub(crate) fn open_demo_accounts(db: &Db, snapshots: &Snapshots, var_dir: &Path) -> anyhow::Result<Vec<DemoAccount>> {
    let planned = plan(snapshots);
    let passwords: Vec<String> = planned.iter().map(|_| hex::encode(random::<8>())).collect();
    let hashes = hash_all(&passwords)?;
    db.write_blocking(|tx| {
        for (account, password_hash) in planned.iter().zip(&hashes) {
            let membership = (account.role != Role::Applicant).then_some((account.zone, account.role, account.department.as_deref()));
            let opened = open(
                tx,
                &NewAccount {
                    username: Some(&account.username),
                    password_hash: Some(password_hash),
                    name: &format!("演示{}", account.role.label()),
                    membership,
                },
            )?;
            if account.role == Role::WindowClerk {
                grant_systems(tx, account.zone, opened)?;
            }
        }
        Ok::<_, Error>(())
    })?;
    let slugs: Vec<String> = snapshots.zones().iter().map(|s| s.catalogue.zone.slug.clone()).collect();
    let accounts = planned.into_iter().zip(passwords).flat_map(|(p, password)| {
        // An applicant's account belongs to no zone and works in each.
        let zones: Vec<Option<String>> = if p.role == Role::Applicant { slugs.iter().cloned().map(Some).collect() } else { vec![p.slug] };
        zones.into_iter().map(move |zone| DemoAccount {
            zone,
            role: p.role,
            department: p.department.clone(),
            username: p.username.clone(),
            password: password.clone(),
        })
    });
    let accounts: Vec<DemoAccount> = accounts.collect();
    write(&var_dir.join("demo-accounts.json"), &accounts)?;
    Ok(accounts)
}

/// A clerk of a hall that is at work has an account in every system of the matters it took over.
fn grant_systems(tx: &mut Tx<'_>, zone: i32, clerk: Uuid) -> Result<(), DbError> {
    let register = delegation::list(tx, zone, None, None, None, i64::MAX)?;
    for system in register.into_iter().filter_map(|m| m.system).collect::<BTreeSet<_>>() {
        let (id, created_at) = (new_id(), tx.now());
        let state = SystemAccountState::Granted;
        delegation::request_account(tx, zone, &SystemAccount { id, account: clerk, system, state, trained_on: None, created_at })?;
    }
    Ok(())
}

fn plan(snapshots: &Snapshots) -> Vec<Planned> {
    let mut planned: Vec<Planned> = (1..=2)
        .map(|n| Planned { zone: zone::PLATFORM, slug: None, role: Role::Applicant, department: None, username: format!("applicant.{n}") })
        .collect();
    planned.push(Planned {
        zone: zone::PLATFORM,
        slug: None,
        role: Role::SystemAdmin,
        department: None,
        username: "system_admin.1".to_owned(),
    });
    for snapshot in snapshots.zones() {
        let profile = &snapshot.catalogue.zone;
        let account = |role: Role, department: Option<String>, tail: String| Planned {
            zone: snapshot.zone,
            slug: Some(profile.slug.clone()),
            role,
            department,
            username: format!("{}.{}.{tail}", profile.slug, role.as_str()),
        };
        for (role, count) in ROLES {
            planned.extend((1..=count).map(|n| account(role, None, n.to_string())));
        }
        // Two in each department: site checks need two officers, a post-check somebody else than who decided.
        for department in &profile.departments {
            let code = department.code.to_lowercase();
            planned.extend([code.clone(), format!("{code}.2")].map(|tail| account(Role::Examiner, Some(department.code.clone()), tail)));
        }
    }
    planned
}

/// Argon2id for each password, on two threads.
fn hash_all(passwords: &[String]) -> Result<Vec<String>, Error> {
    let (first, second) = passwords.split_at(passwords.len() / 2);
    let all = |part: &[String]| part.iter().map(|p| password::hash(p)).collect::<Result<Vec<_>, _>>();
    std::thread::scope(|scope| {
        let other = scope.spawn(move || all(second));
        let mut hashes = all(first)?;
        hashes.extend(other.join().map_err(|_| Error::Busy)??);
        Ok(hashes)
    })
}

fn write(path: &Path, accounts: &[DemoAccount]) -> anyhow::Result<()> {
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)?;
    serde_json::to_writer_pretty(&mut file, accounts)?;
    file.write_all(b"\n")?;
    Ok(())
}
