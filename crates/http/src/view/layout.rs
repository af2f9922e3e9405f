//! An instrument laid out on pages: one layout, drawn as PDF and as OFD.

use domain::local_time::local;
use persistence::instrument::{Instrument, InstrumentKind};
use qrcode::{Color, QrCode};

/// A4 in points.
pub(super) const PAGE: (f32, f32) = (595.0, 842.0);
pub(super) const MARGIN: f32 = 72.0;
const TITLE: f32 = 20.0;
pub(super) const BODY: f32 = 12.0;
pub(super) const LEADING: f32 = 22.0;
pub(super) const SMALL: f32 = 8.0;
/// Side of the code.
const CODE: f32 = 84.0;

/// A line of text; `y` is its baseline. Points from the upper left corner.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Line {
    pub(super) x: f32,
    pub(super) y: f32,
    pub(super) size: f32,
    pub(super) text: String,
}

/// A page: its lines, and the dark squares of its code.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Page {
    pub(super) lines: Vec<Line>,
    /// Upper left corners.
    pub(super) squares: Vec<(f32, f32)>,
    /// Side of a square.
    pub(super) side: f32,
}

/// The pages of an instrument; `verify` is the address its code leads to.
///
/// # Errors
/// What the code refuses.
pub(super) fn pages(instrument: &Instrument, verify: &str) -> Result<Vec<Page>, String> {
    let mut lines = lines(instrument).into_iter().peekable();
    let (mut first, mut y) = first_page(instrument, verify)?;
    let mut pages = Vec::new();
    loop {
        while y + LEADING <= PAGE.1 - MARGIN - CODE {
            let Some((indent, text)) = lines.next() else { break };
            first.lines.push(Line { x: MARGIN + indent, y: y + BODY, size: BODY, text });
            y += LEADING;
        }
        pages.push(std::mem::take(&mut first));
        y = MARGIN;
        if lines.peek().is_none() {
            return Ok(pages);
        }
    }
}

/// Title, number and code; and where the text begins.
fn first_page(instrument: &Instrument, verify: &str) -> Result<(Page, f32), String> {
    let mut page = Page::default();
    let mut y = MARGIN + TITLE;
    for title in wrap(&instrument.text.title, (PAGE.0 - 2.0 * MARGIN) * BODY / TITLE) {
        page.lines.push(Line { x: (PAGE.0 - width(&title, TITLE)) / 2.0, y, size: TITLE, text: title });
        y += 1.4 * TITLE;
    }
    let y = y - 1.4 * TITLE + LEADING;
    let called = if matches!(instrument.kind, InstrumentKind::Licence | InstrumentKind::ApplicationForm) { "编号" } else { "文号" };
    let number = format!("{called}：{}", instrument.number);
    page.lines.push(Line { x: PAGE.0 - MARGIN - width(&number, 10.0), y, size: 10.0, text: number });
    let start = y + LEADING;
    let hint = format!("扫码或者访问 {verify} 核验");
    page.lines.push(Line { x: MARGIN, y: PAGE.1 - MARGIN / 2.0 + SMALL, size: SMALL, text: hint });
    let qr = QrCode::new(verify.as_bytes()).map_err(|e| e.to_string())?;
    let modules = qr.width();
    #[expect(clippy::cast_precision_loss, reason = "a code has at most 177 modules")]
    let side = CODE / modules as f32;
    page.side = side;
    let (mut x, mut y) = (MARGIN, PAGE.1 - MARGIN / 2.0 - CODE);
    for (i, color) in qr.to_colors().into_iter().enumerate() {
        if i > 0 && i % modules == 0 {
            (x, y) = (MARGIN, y + side);
        }
        if color == Color::Dark {
            page.squares.push((x, y));
        }
        x += side;
    }
    Ok((page, start))
}

/// The lines of an instrument, each with its indentation.
fn lines(instrument: &Instrument) -> Vec<(f32, String)> {
    let text = &instrument.text;
    let room = PAGE.0 - 2.0 * MARGIN;
    // A letter begins with whom it is to; a form or a licence is a list of what stands in it.
    let letter = !matches!(instrument.kind, InstrumentKind::Licence | InstrumentKind::ApplicationForm);
    let mut lines: Vec<(f32, String)> = letter.then(|| (0.0, format!("{}：", text.addressee))).into_iter().collect();
    lines.extend(text.face.iter().flat_map(|line| wrap(&line.text(), room)).map(|line| (0.0, line)));
    for paragraph in &text.paragraphs {
        let indented = if letter { format!("　　{paragraph}") } else { paragraph.clone() };
        lines.extend(wrap(&indented, room).into_iter().map(|line| (0.0, line)));
    }
    let date = local(instrument.issued_at).format("%Y年%m月%d日").to_string();
    let sealed = match (instrument.kind, instrument.signature.is_some()) {
        (InstrumentKind::ApplicationForm, true) => "（电子签名）",
        (_, true) => "（电子印章）",
        (_, false) => "（盖章）",
    };
    for closing in [String::new(), format!("{}{sealed}", text.body), date] {
        lines.push((room - width(&closing, BODY), closing));
    }
    lines
}

/// Breaks a text where the line is full, and where it says so; Chinese breaks between any two characters, but a line does
/// not begin with a mark that ends a phrase. What can't be written is left out.
pub(super) fn wrap(text: &str, room: f32) -> Vec<String> {
    let (mut lines, mut line) = (Vec::new(), String::new());
    for c in text.chars().filter(|c| *c == '\n' || !c.is_control()) {
        if c == '\n' {
            lines.push(std::mem::take(&mut line));
            continue;
        }
        let full = width(&line, BODY) + width(c.encode_utf8(&mut [0; 4]), BODY) > room;
        if full && !"，。；：、）」》？！".contains(c) {
            lines.push(std::mem::take(&mut line));
        }
        line.push(c);
    }
    lines.push(line);
    lines
}

/// Width of a text: Chinese characters are square, Latin ones about half.
pub(super) fn width(text: &str, size: f32) -> f32 {
    text.chars().map(|c| advance(c, size)).sum()
}

/// How far a character moves the pen.
pub(super) fn advance(c: char, size: f32) -> f32 {
    if c.is_ascii() { size * 0.56 } else { size }
}
