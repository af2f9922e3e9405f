//! What letters say: every slot that 国办发〔2020〕42号 and the rules of 容缺受理 name.

use crate::office::matter;
use crate::side_by_side::Hall;
use rstest::rstest;
use serde_json::json;
use support::Database::{self, Postgres, Sqlite};

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn letters_say_everything_they_have_to(#[values(Sqlite, Postgres)] database: Database) {
    let hall = Hall::open(database).await;
    let mut document = matter("x-one", "卫生许可", 10, &[("x-plan", "平面布局图"), ("x-proof", "检测报告")]);
    document["requirements"][0]["choices"][0]["standard"] = json!("标明面积和功能分区");
    document["commitment"] = json!({"basis": "告知承诺清单", "covers": ["x-plan"], "complete_within": {"n": 60, "unit": "natural_day"},
        "check_within": {"n": 30, "unit": "natural_day"}, "check": {"time": "random", "share_percent": 20},
        "notice": "达到基本条件前不得营业", "made_public": "在园区网站公开一年"});
    document["deferral"] = json!({"basis": "容缺清单", "entries": [{"material": "x-proof", "kind": "before_decision"}]});

    document["requirements"][1]["class"] = json!("deferrable");
    hall.office.add("/matters/x-one", &document).await.ok();
    let draft = json!({"matter": "x-one", "parties": [support::party("organisation")], "form": {"applicant_name": "某公司"}});
    let id = hall.office.app.draft(&hall.owner, &draft).await.text("/id");
    let said = async |kind: &str, material: &str| {
        let page = hall.office.app.see(&hall.owner, &format!("/applications/{id}/letters/{kind}?materials={material}")).await.ok();
        page.body["text"]["paragraphs"].as_array().unwrap().iter().map(|p| p.as_str().unwrap().to_owned()).collect::<Vec<_>>().join("\n")
    };
    let commitment = said("commitment", "x-plan").await;
    for slot in [
        "申请人：天嘉置业（示例）有限公司",
        "「卫生许可」（依据：行政许可法 12；告知承诺清单）",
        "以承诺代替的材料「平面布局图」，用于证明符合办理条件，要求提供的依据：行政许可法 31，内容和标准：标明面积和功能分区",
        "应当符合的条件和标准：符合规定（行政许可法 12）",
        "监管规则：达到基本条件前不得营业",
        "承诺方式：自愿选择，由申请人本人（法定代表人）以书面形式（含电子文本）签署",
        "核查方式：随机抽查（20%），30日内进行；准予后60日内补齐材料",
        "不实承诺的责任：责令限期整改",
        "承诺书公开：在园区网站公开一年",
        "已经知晓行政机关告知的全部内容",
        "已经符合告知的条件和标准",
        "愿意接受行政机关的核查",
        "愿意承担不实承诺的法律责任",
        "真实意思表示",
        "签署时间",
    ] {
        assert!(commitment.contains(slot), "{slot} is missing in\n{commitment}");
    }
    let deferral = said("deferral", "x-proof").await;
    for slot in [
        "申请人：",
        "「卫生许可」",
        "「检测报告」，于2024年",
        "可以网上上传，也可以到窗口提交",
        "真实有效",
        "撤回受理决定等后果",
        "签署时间",
    ] {
        assert!(deferral.contains(slot), "{slot} is missing in\n{deferral}");
    }
}
