//! What others see of personal data (in line with GB/T 35273 practice).

/// First and last character stay of a name, one or more `*` between; of two characters the first stays.
#[must_use]
pub fn mask_name(name: &str) -> String {
    let chars: Vec<char> = name.chars().collect();
    match chars.as_slice() {
        [] => String::new(),
        [_] => "*".to_owned(),
        [first, _] => format!("{first}*"),
        [first, middle @ .., last] => format!("{first}{}{last}", "*".repeat(middle.len())),
    }
}

/// Mobile: 3 + **** + 4; landline with area code: area code + **** + last 2.
#[must_use]
pub fn mask_phone(phone: &str) -> String {
    match phone.split_once('-') {
        Some((area, rest)) => format!("{area}-****{}", tail(rest, 2)),
        None => format!("{}****{}", head(phone, 3), tail(phone, 4)),
    }
}

/// Identity number as the public sees it: first and last character.
#[must_use]
pub fn mask_id_public(number: &str) -> String {
    format!("{}{}{}", head(number, 1), "*".repeat(number.chars().count().saturating_sub(2)), tail(number, 1))
}

/// Identity number in staff lists: first three and last four characters.
#[must_use]
pub fn mask_id_staff(number: &str) -> String {
    format!("{}{}{}", head(number, 3), "*".repeat(number.chars().count().saturating_sub(7)), tail(number, 4))
}

/// The owner's name of a sole trader is personal; a firm's name is public.
#[must_use]
pub fn mask_credit_code_owner(code: Option<&super::CreditCode>, name: &str) -> String {
    if code.is_some_and(super::CreditCode::is_sole_trader) { mask_name(name) } else { name.to_owned() }
}

/// First letter, `***` and the domain of an e-mail address.
#[must_use]
pub fn mask_email(email: &str) -> String {
    email.split_once('@').map_or_else(|| "***".to_owned(), |(local, domain)| format!("{}***@{domain}", head(local, 1)))
}

/// An address down to its district, county or county-level city.
#[must_use]
pub fn mask_address(address: &str) -> String {
    let district_end = address.char_indices().filter(|(_, c)| matches!(c, '区' | '县')).map(|(i, c)| i + c.len_utf8()).next();
    let city_end = address.char_indices().filter(|(_, c)| *c == '市').map(|(i, c)| i + c.len_utf8()).next_back();
    format!("{}***", address.get(..district_end.or(city_end).unwrap_or(0)).unwrap_or_default())
}

/// The last four digits of a bank account.
#[must_use]
pub fn mask_bank_account(account: &str) -> String {
    format!("**** **** **** {}", tail(account, 4))
}

fn head(text: &str, n: usize) -> String {
    text.chars().take(n).collect()
}

fn tail(text: &str, n: usize) -> String {
    text.chars().skip(text.chars().count().saturating_sub(n)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::CreditCode;

    #[test]
    fn each_kind_shows_what_the_table_says() {
        assert_eq!(mask_name("张三"), "张*");
        assert_eq!(mask_name("李淑敏"), "李*敏");
        assert_eq!(mask_name("欧阳小明"), "欧**明");
        assert_eq!(mask_phone("13800003210"), "138****3210");
        assert_eq!(mask_phone("0734-8888812"), "0734-****12");
        assert_eq!(mask_id_public("430400190001010019"), "4****************9");
        assert_eq!(mask_id_staff("430400190001010019"), "430***********0019");
        assert_eq!(mask_email("zhangsan@example.cn"), "z***@example.cn");
        assert_eq!(mask_address("湖南省衡阳市蒸湘区解放大道1号"), "湖南省衡阳市蒸湘区***");
        assert_eq!(mask_address("湖南省耒阳市五一路2号"), "湖南省耒阳市***");
        assert_eq!(mask_bank_account("6222021234561234"), "**** **** **** 1234");
        let trader = CreditCode::parse("92430100MATE00037X").unwrap();
        assert_eq!(mask_credit_code_owner(Some(&trader), "王小二"), "王*二");
        assert_eq!(mask_credit_code_owner(None, "某某公司"), "某某公司");
    }
}
