//! What the public list says of a matter besides its rules.

use crate::office::{Office, matter};
use rstest::rstest;
use serde_json::json;
use support::Database::{self, Postgres, Sqlite};

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn the_public_reads_what_to_bring_to_pay_and_to_fill_in(#[values(Sqlite, Postgres)] database: Database) {
    let office = Office::open(database).await;
    let mut whole = matter("drone-show", "无人机表演备案", 5, &[("flight-plan", "飞行方案")]);
    let address = |file: &str| json!({"title": file, "address": format!("https://zwfw.example.gov.cn/{file}.pdf")});
    let plan = json!({"material": "flight-plan", "name": "飞行方案", "source": "applicant", "kind": "form", "format": "paper", "originals": 1,
        "copies": 2, "pages": 3, "paper_size": "A4", "in_person": true, "filling": "逐架次填写", "blank_form": address("blank"), "sample": address("sample")});
    whole["requirements"][0]["choices"] = json!([plan]);
    whole["fee"] = json!("按次收取");
    whole["charges"] = json!([{"name": "空域协调费", "standard": "每次100元", "basis": "示例价格文件", "reduction": "公益活动免收"}]);
    whole["online_access"] = json!({"web": "https://zwfw.example.gov.cn/drone", "single_login": true});
    whole["service_hours"] = json!("工作日 9:00-11:30");
    whole["limits"]["statutory_note"] = json!("不含专家评审所需时间");
    office.add("/matters/drone-show", &whole).await.ok();
    let guide = office.see("/matters/drone-show/guide").await.ok();
    assert_eq!(guide.body["material_details"][0], plan);
    let shown = &guide.body["matters"][0];
    assert_eq!(shown["charges"], whole["charges"]);
    assert_eq!(
        (shown["service_hours"].as_str(), shown["rights"].as_str().map(|t| t.contains("行政许可法 7"))),
        (Some("工作日 9:00-11:30"), Some(true))
    );
    let others = office.see("/matters/construction-permit/guide").await.ok();
    assert_eq!(others.text("/matters/0/service_hours"), "工作日 09:00-12:00，13:00-17:00", "the hall's own hours");
    let paper = office.see("/matters/drone-show/notice?format=html").await.ok();
    let paper = paper.body.as_str().unwrap();
    for told in ["原件1份", "复印件2份", "3页A4", "需本人到场", "逐架次填写", "https://zwfw.example.gov.cn/blank.pdf"] {
        assert!(paper.contains(told), "{told}");
    }
}
