//! Login by WeChat mini-program: `auth.code2Session`, its errors and its limits.

use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Who logged in, as WeChat names him. The session key stays with the port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WechatIdentity {
    /// Identity of the person for this mini-program.
    pub openid: String,
    /// Identity across an owner's programs, where one is bound.
    pub unionid: Option<String>,
}

/// Why a login code gave no identity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WechatError {
    /// The code is invalid, expired or used (40029, 41008).
    #[error("login code refused")]
    CodeInvalid,
    /// The person is blocked (40226).
    #[error("person blocked")]
    Blocked,
    /// Too often, or busy (45011, -1), or out of reach.
    #[error("try again later")]
    Busy,
    /// The mini-program is set up wrongly (40013, 40125, 41002, 41004), or not at all.
    #[error("not set up")]
    NotSetUp,
}

/// The login port.
pub enum Wechat {
    /// The service itself.
    Live(Live),
    /// The double.
    Sandbox(Sandbox),
    /// Not set up.
    Absent,
}

impl Wechat {
    /// Exchanges a login code.
    ///
    /// # Errors
    /// [`WechatError`].
    pub async fn identify(&self, code: &str) -> Result<WechatIdentity, WechatError> {
        match self {
            Self::Live(live) => live.identify(code).await,
            Self::Sandbox(sandbox) => sandbox.identify(code),
            Self::Absent => Err(WechatError::NotSetUp),
        }
    }
}

/// The adapter to the service.
pub struct Live {
    client: reqwest::Client,
    base: String,
    appid: String,
    secret: String,
}

#[derive(Deserialize)]
struct Answer {
    #[serde(default)]
    errcode: i64,
    openid: Option<String>,
    unionid: Option<String>,
}

/// How long the service may take.
const PATIENCE: Duration = Duration::from_secs(5);

impl Live {
    /// The adapter for one mini-program; `base` is the service's address.
    ///
    /// # Errors
    /// [`WechatError::NotSetUp`] when no client can be made.
    pub fn new(base: &str, appid: &str, secret: &str) -> Result<Self, WechatError> {
        let client = reqwest::Client::builder().timeout(PATIENCE).build().map_err(|_| WechatError::NotSetUp)?;
        Ok(Self { client, base: base.trim_end_matches('/').to_owned(), appid: appid.to_owned(), secret: secret.to_owned() })
    }

    async fn identify(&self, code: &str) -> Result<WechatIdentity, WechatError> {
        let query = [("appid", self.appid.as_str()), ("secret", &self.secret), ("js_code", code), ("grant_type", "authorization_code")];
        let sent = self.client.get(format!("{}/sns/jscode2session", self.base)).query(&query).send().await;
        // The address holds the secret: it is left out of what is logged.
        let answer = sent.map_err(|e| unreachable_service(&e.without_url()))?;
        let answer: Answer = answer.json().await.map_err(|e| unreachable_service(&e.without_url()))?;
        read(answer)
    }
}

fn unreachable_service(error: &reqwest::Error) -> WechatError {
    tracing::warn!(%error, "the login service did not answer");
    WechatError::Busy
}

fn read(answer: Answer) -> Result<WechatIdentity, WechatError> {
    match (answer.errcode, answer.openid) {
        (0, Some(openid)) => Ok(WechatIdentity { openid, unionid: answer.unionid }),
        (40_029 | 41_008 | 40_163, _) => Err(WechatError::CodeInvalid),
        (40_226, _) => Err(WechatError::Blocked),
        (40_013 | 40_125 | 41_002 | 41_004, _) => {
            tracing::error!(code = answer.errcode, "the login service refuses this mini-program");
            Err(WechatError::NotSetUp)
        }
        _ => Err(WechatError::Busy),
    }
}

/// The double: `test-NAME` gives the openid `o-NAME`, each code once; `blocked-…` is blocked, `busy-…` is busy
/// twice and then works.
#[derive(Default)]
pub struct Sandbox {
    seen: Mutex<BTreeMap<String, u32>>,
}

impl Sandbox {
    fn identify(&self, code: &str) -> Result<WechatIdentity, WechatError> {
        let times = {
            let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
            let times = seen.entry(code.to_owned()).or_insert(0);
            *times += 1;
            *times
        };
        let answer = |errcode, openid: Option<String>| Answer { errcode, openid, unionid: None };
        // A code carries what comes after its name behind a colon, so that one person can log in again.
        let name = |prefix: &str| code.strip_prefix(prefix).map(|rest| rest.split(':').next().unwrap_or(rest).to_owned());
        read(match (name("test-"), name("blocked-"), name("busy-")) {
            (Some(name), ..) if times == 1 => answer(0, Some(format!("o-{name}"))),
            (_, Some(_), _) => answer(40_226, None),
            (_, _, Some(_)) if times <= 2 => answer(-1, None),
            (_, _, Some(name)) if times == 3 => answer(0, Some(format!("o-{name}"))),
            _ => answer(40_029, None),
        })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that can't go on fails")]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    /// A server that answers every request with `body` once.
    async fn service(body: &'static str) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = vec![0u8; 4096];
            let read = stream.read(&mut request).await.unwrap();
            let asked = String::from_utf8_lossy(&request[..read]).into_owned();
            assert!(asked.starts_with("GET /sns/jscode2session?appid=wx1&secret=s&js_code=c&grant_type=authorization_code"), "{asked}");
            let answer = format!("HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: {}\r\n\r\n{body}", body.len());
            stream.write_all(answer.as_bytes()).await.unwrap();
        });
        address
    }

    #[tokio::test]
    async fn the_live_adapter_reads_every_published_answer() {
        let known = || WechatIdentity { openid: "o1".to_owned(), unionid: None };
        for (body, expected) in [
            (r#"{"openid":"o1","session_key":"k"}"#, Ok(known())),
            (
                r#"{"openid":"o1","session_key":"k","unionid":"u1","errcode":0}"#,
                Ok(WechatIdentity { unionid: Some("u1".to_owned()), ..known() }),
            ),
            (r#"{"errcode":40029,"errmsg":"invalid code"}"#, Err(WechatError::CodeInvalid)),
            (r#"{"errcode":40226,"errmsg":"code blocked"}"#, Err(WechatError::Blocked)),
            (r#"{"errcode":45011,"errmsg":"api minute-quota reach limit"}"#, Err(WechatError::Busy)),
            (r#"{"errcode":-1,"errmsg":"system error"}"#, Err(WechatError::Busy)),
            (r#"{"errcode":40125,"errmsg":"invalid appsecret"}"#, Err(WechatError::NotSetUp)),
            ("<html>", Err(WechatError::Busy)),
        ] {
            let live = Wechat::Live(Live::new(&service(body).await, "wx1", "s").unwrap());
            assert_eq!(live.identify("c").await, expected, "{body}");
        }
        let nobody = Wechat::Live(Live::new("http://127.0.0.1:1", "wx1", "s").unwrap());
        assert_eq!(nobody.identify("c").await, Err(WechatError::Busy));
    }

    #[tokio::test]
    async fn the_double_keeps_the_same_limits() {
        let double = Wechat::Sandbox(Sandbox::default());
        let openid = |name: &str| Ok(WechatIdentity { openid: name.to_owned(), unionid: None });
        for (code, expected) in [
            ("test-li", openid("o-li")),
            ("test-li", Err(WechatError::CodeInvalid)),
            ("test-li:2", openid("o-li")),
            ("blocked-x", Err(WechatError::Blocked)),
            ("busy-y", Err(WechatError::Busy)),
            ("busy-y", Err(WechatError::Busy)),
            ("busy-y", openid("o-y")),
            ("rubbish", Err(WechatError::CodeInvalid)),
        ] {
            assert_eq!(double.identify(code).await, expected, "{code}");
        }
    }
}
