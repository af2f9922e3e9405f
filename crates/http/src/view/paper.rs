//! Instruments on paper: one page layout for all, Chinese text, and a code that verifies.

use super::layout::{self, BODY, LEADING, MARGIN, PAGE, SMALL, wrap};
use super::sheet::Sheet;
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

/// The font of every document (Apache-2.0): Chinese and Latin.
static FONT: &[u8] = include_bytes!("../../fonts/wqy-microhei.ttc");

const TITLE: f32 = 20.0;
const HEADING: f32 = 14.0;

/// Draws an instrument; `verify` is the address its code leads to.
///
/// # Errors
/// What the font or the page refuses.
pub(crate) fn pdf(instrument: &Instrument, verify: &str) -> Result<Vec<u8>, String> {
    let font = Font::new(FONT.into(), 0).ok_or("font")?;
    let mut document = Document::new();
    document.set_metadata(Metadata::new().title(instrument.text.title.clone()).language("zh-CN".to_owned()));
    for laid in layout::pages(instrument, verify)? {
        let mut page = document.start_page_with(PageSettings::from_wh(PAGE.0, PAGE.1).ok_or("page")?);
        let mut surface = page.surface();
        for line in &laid.lines {
            write(&mut surface, &font, (line.x, line.y), line.size, &line.text);
        }
        if !laid.squares.is_empty() {
            let mut path = PathBuilder::new();
            for (x, y) in &laid.squares {
                path.push_rect(Rect::from_xywh(*x, *y, laid.side, laid.side).ok_or("code")?);
            }
            surface.set_fill(Some(black()));
            surface.draw_path(&path.finish().ok_or("code")?);
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

fn write(surface: &mut Surface<'_>, font: &Font, (x, y): (f32, f32), size: f32, text: &str) {
    surface.set_fill(Some(black()));
    surface.draw_text(Point::from_xy(x, y), font.clone(), size, text, false, TextDirection::Auto);
}

fn black() -> Fill {
    Fill { paint: rgb::Color::new(0, 0, 0).into(), opacity: NormalizedF32::ONE, ..Fill::default() }
}
