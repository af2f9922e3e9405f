//! Instruments on paper: one page layout for all, Chinese text, and a code that verifies.

use super::sheet::Sheet;
use domain::local_time::local;
use krilla::Document;
use krilla::color::rgb;
use krilla::geom::{PathBuilder, Point, Rect};
use krilla::metadata::Metadata;
use krilla::num::NormalizedF32;
use krilla::page::PageSettings;
use krilla::paint::Fill;
use krilla::surface::Surface;
use krilla::text::{Font, TextDirection};
use persistence::instrument::Instrument;
use qrcode::{Color, QrCode};

/// The font of every document (Apache-2.0): Chinese and Latin.
static FONT: &[u8] = include_bytes!("../../fonts/wqy-microhei.ttc");

/// A4 in points.
const PAGE: (f32, f32) = (595.0, 842.0);
const MARGIN: f32 = 72.0;
const TITLE: f32 = 20.0;
const BODY: f32 = 12.0;
const HEADING: f32 = 14.0;
const LEADING: f32 = 22.0;
const SMALL: f32 = 8.0;
/// Side of the code.
const CODE: f32 = 84.0;

/// Draws an instrument; `verify` is the address its code leads to.
///
/// # Errors
/// What the font or the page refuses.
pub(crate) fn pdf(instrument: &Instrument, verify: &str) -> Result<Vec<u8>, String> {
    let font = Font::new(FONT.into(), 0).ok_or("font")?;
    let mut document = Document::new();
    document.set_metadata(Metadata::new().title(instrument.text.title.clone()).language("zh-CN".to_owned()));
    let mut lines = lines(instrument).into_iter().peekable();
    let mut first = true;
    while first || lines.peek().is_some() {
        let mut page = document.start_page_with(PageSettings::from_wh(PAGE.0, PAGE.1).ok_or("page")?);
        let mut surface = page.surface();
        let mut y = MARGIN;
        if first {
            let title = &instrument.text.title;
            let x = (PAGE.0 - width(title, TITLE)) / 2.0;
            write(&mut surface, &font, (x, y + TITLE), TITLE, title);
            let number = format!("文号：{}", instrument.number);
            write(&mut surface, &font, (PAGE.0 - MARGIN - width(&number, 10.0), y + TITLE + LEADING), 10.0, &number);
            y += TITLE + 2.0 * LEADING;
            code(&mut surface, verify)?;
            let hint = format!("扫码或者访问 {verify} 核验");
            write(&mut surface, &font, (MARGIN, PAGE.1 - MARGIN / 2.0 + SMALL), SMALL, &hint);
            first = false;
        }
        while let Some((indent, _)) = lines.peek() {
            if y + LEADING > PAGE.1 - MARGIN - CODE {
                break;
            }
            let x = MARGIN + indent;
            if let Some((_, text)) = lines.next() {
                write(&mut surface, &font, (x, y + BODY), BODY, &text);
            }
            y += LEADING;
        }
        surface.finish();
        page.finish();
    }
    document.finish().map_err(|e| format!("{e:?}"))
}

/// Draws a sheet to read and print.
///
/// # Errors
/// What the font or the page refuses.
pub(crate) fn sheet(sheet: &Sheet) -> Result<Vec<u8>, String> {
    let font = Font::new(FONT.into(), 0).ok_or("font")?;
    let mut document = Document::new();
    document.set_metadata(Metadata::new().title(sheet.title.clone()).language("zh-CN".to_owned()));
    let room = PAGE.0 - 2.0 * MARGIN;
    let mut lines: Vec<(f32, String)> = Vec::new();
    for text in wrap(&sheet.title, room * BODY / TITLE) {
        lines.push((TITLE, text));
    }
    lines.push((SMALL + 2.0, sheet.subtitle.clone()));
    for section in &sheet.sections {
        lines.push((BODY, String::new()));
        lines.extend(wrap(&section.heading, room * BODY / HEADING).into_iter().map(|text| (HEADING, text)));
        lines.extend(section.lines.iter().flat_map(|line| wrap(&format!("· {line}"), room)).map(|text| (BODY, text)));
    }
    let mut lines = lines.into_iter().peekable();
    while lines.peek().is_some() {
        let mut page = document.start_page_with(PageSettings::from_wh(PAGE.0, PAGE.1).ok_or("page")?);
        let mut surface = page.surface();
        let mut y = MARGIN;
        while y + LEADING <= PAGE.1 - MARGIN {
            let Some((size, text)) = lines.next() else { break };
            write(&mut surface, &font, (MARGIN, y + size), size, &text);
            y += LEADING.max(size * 1.6);
        }
        surface.finish();
        page.finish();
    }
    document.finish().map_err(|e| format!("{e:?}"))
}

/// The lines of an instrument, each with its indentation.
fn lines(instrument: &Instrument) -> Vec<(f32, String)> {
    let text = &instrument.text;
    let room = PAGE.0 - 2.0 * MARGIN;
    let mut lines = vec![(0.0, format!("{}：", text.addressee))];
    for paragraph in &text.paragraphs {
        let indented = format!("　　{paragraph}");
        lines.extend(wrap(&indented, room).into_iter().map(|line| (0.0, line)));
    }
    let date = local(instrument.issued_at).format("%Y年%m月%d日").to_string();
    let sealed = if instrument.signature.is_some() { "（电子印章）" } else { "（盖章）" };
    for closing in [String::new(), format!("{}{sealed}", text.body), date] {
        lines.push((room - width(&closing, BODY), closing));
    }
    lines
}

/// Breaks a text where the line is full; Chinese breaks between any two characters, but a line does not begin
/// with a mark that ends a phrase.
fn wrap(text: &str, room: f32) -> Vec<String> {
    let (mut lines, mut line) = (Vec::new(), String::new());
    for c in text.chars() {
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
fn width(text: &str, size: f32) -> f32 {
    text.chars().map(|c| if c.is_ascii() { size * 0.56 } else { size }).sum()
}

fn write(surface: &mut Surface<'_>, font: &Font, (x, y): (f32, f32), size: f32, text: &str) {
    surface.set_fill(Some(black()));
    surface.draw_text(Point::from_xy(x, y), font.clone(), size, text, false, TextDirection::Auto);
}

fn black() -> Fill {
    Fill { paint: rgb::Color::new(0, 0, 0).into(), opacity: NormalizedF32::ONE, ..Fill::default() }
}

/// Draws the code at the foot of the page.
fn code(surface: &mut Surface<'_>, verify: &str) -> Result<(), String> {
    let qr = QrCode::new(verify.as_bytes()).map_err(|e| e.to_string())?;
    let modules = qr.width();
    #[expect(clippy::cast_precision_loss, reason = "a code has at most 177 modules")]
    let side = CODE / modules as f32;
    let mut path = PathBuilder::new();
    let (mut x, mut y) = (MARGIN, PAGE.1 - MARGIN / 2.0 - CODE);
    for (i, color) in qr.to_colors().into_iter().enumerate() {
        if i > 0 && i % modules == 0 {
            (x, y) = (MARGIN, y + side);
        }
        if color == Color::Dark {
            path.push_rect(Rect::from_xywh(x, y, side, side).ok_or("code")?);
        }
        x += side;
    }
    surface.set_fill(Some(black()));
    surface.draw_path(&path.finish().ok_or("code")?);
    Ok(())
}
