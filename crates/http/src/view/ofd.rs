//! Instruments as OFD (GB/T 33190), the fixed-layout format of e-licences and official documents (在线政务服务若干规定 10;
//! GB/T 36905): a ZIP of XML, text by its characters, the code as a path. Readers bring the font.

use super::layout::{self, Line, PAGE, Page, advance};
use domain::local_time::local;
use persistence::instrument::Instrument;
use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};
use std::io::{Cursor, Write};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// Millimetres in a point: OFD counts in millimetres.
const MM: f32 = 25.4 / 72.0;
const NAMESPACE: (&str, &str) = ("xmlns:ofd", "http://www.ofdspec.org/2016");

type Xml = Writer<Vec<u8>>;

/// Draws an instrument; `verify` is the address its code leads to. The same instrument always gives the same bytes.
///
/// # Errors
/// What the archive or the code refuses.
pub(crate) fn ofd(instrument: &Instrument, verify: &str) -> Result<Vec<u8>, String> {
    let pages = layout::pages(instrument, verify)?;
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    let mut add = |name: &str, bytes: Vec<u8>| -> Result<(), String> {
        archive.start_file(name, SimpleFileOptions::default()).map_err(|e| e.to_string())?;
        archive.write_all(&bytes).map_err(|e| e.to_string())
    };
    add("OFD.xml", entry(instrument)?)?;
    let mut id = Ids(0);
    let font = id.next();
    let mut bodies = Vec::new();
    for page in &pages {
        let page_id = id.next();
        bodies.push((page_id, body(page, font, &mut id)?));
    }
    add("Doc_0/Document.xml", document(&bodies.iter().map(|(id, _)| *id).collect::<Vec<_>>(), id.0)?)?;
    add("Doc_0/PublicRes.xml", resources(font)?)?;
    for (n, (_, bytes)) in bodies.into_iter().enumerate() {
        add(&format!("Doc_0/Pages/Page_{n}/Content.xml"), bytes)?;
    }
    Ok(archive.finish().map_err(|e| e.to_string())?.into_inner())
}

/// Identities within a document, from 1.
struct Ids(u32);

impl Ids {
    fn next(&mut self) -> u32 {
        self.0 += 1;
        self.0
    }
}

/// What the package holds.
fn entry(instrument: &Instrument) -> Result<Vec<u8>, String> {
    let made_on = local(instrument.issued_at).format("%Y-%m-%d").to_string();
    write("ofd:OFD", &[("DocType", "OFD"), ("Version", "1.0")], |xml| {
        within(xml, "ofd:DocBody", &[], |xml| {
            within(xml, "ofd:DocInfo", &[], |xml| {
                text(xml, "ofd:DocID", &instrument.id.simple().to_string())?;
                text(xml, "ofd:Title", &instrument.text.title)?;
                text(xml, "ofd:Author", &instrument.text.body)?;
                text(xml, "ofd:CreationDate", &made_on)?;
                text(xml, "ofd:Creator", "yiciban")
            })?;
            text(xml, "ofd:DocRoot", "Doc_0/Document.xml")
        })
    })
}

/// The pages and what they share.
fn document(pages: &[u32], most: u32) -> Result<Vec<u8>, String> {
    write("ofd:Document", &[], |xml| {
        within(xml, "ofd:CommonData", &[], |xml| {
            text(xml, "ofd:MaxUnitID", &most.to_string())?;
            within(xml, "ofd:PageArea", &[], |xml| text(xml, "ofd:PhysicalBox", "0 0 210 297"))?;
            text(xml, "ofd:PublicRes", "PublicRes.xml")
        })?;
        within(xml, "ofd:Pages", &[], |xml| {
            for (n, id) in pages.iter().enumerate() {
                empty(xml, "ofd:Page", &[("ID", &id.to_string()), ("BaseLoc", &format!("Pages/Page_{n}/Content.xml"))])?;
            }
            Ok(())
        })
    })
}

/// The font, by its name.
fn resources(font: u32) -> Result<Vec<u8>, String> {
    write("ofd:Res", &[("BaseLoc", "Res")], |xml| {
        within(xml, "ofd:Fonts", &[], |xml| {
            empty(xml, "ofd:Font", &[("ID", &font.to_string()), ("FontName", "宋体"), ("FamilyName", "宋体")])
        })
    })
}

/// One page.
fn body(page: &Page, font: u32, ids: &mut Ids) -> Result<Vec<u8>, String> {
    let layer = ids.next().to_string();
    write("ofd:Page", &[], |xml| {
        within(xml, "ofd:Content", &[], |xml| {
            within(xml, "ofd:Layer", &[("ID", &layer), ("Type", "Body")], |xml| {
                for line in page.lines.iter().filter(|l| !l.text.is_empty()) {
                    write_line(xml, line, font, ids.next())?;
                }
                if page.squares.is_empty() { Ok(()) } else { write_code(xml, page, ids.next()) }
            })
        })
    })
}

fn write_line(xml: &mut Xml, line: &Line, font: u32, id: u32) -> std::io::Result<()> {
    let boundary =
        format!("{} {} {} {}", mm(line.x), mm(line.y - line.size), mm(layout::width(&line.text, line.size)), mm(line.size * 1.3));
    let size = mm(line.size);
    let steps: Vec<String> = line.text.chars().map(|c| mm(advance(c, line.size))).collect();
    let deltas = steps.split_last().map(|(_, all)| all.join(" ")).unwrap_or_default();
    let attributes = [("ID", &*id.to_string()), ("Boundary", &boundary), ("Font", &font.to_string()), ("Size", &size)];
    within(xml, "ofd:TextObject", &attributes, |xml| {
        // One character has no step to the next.
        let at = [("X", "0"), ("Y", size.as_str()), ("DeltaX", deltas.as_str())];
        let shown = at.into_iter().filter(|(_, value)| !value.is_empty());
        xml.create_element("ofd:TextCode").with_attributes(shown).write_text_content(BytesText::new(&line.text))?;
        Ok(())
    })
}

fn write_code(xml: &mut Xml, page: &Page, id: u32) -> std::io::Result<()> {
    let (left, top) = page.squares.iter().fold((PAGE.0, PAGE.1), |(x, y), (a, b)| (x.min(*a), y.min(*b)));
    let reach = page.squares.iter().fold(0.0_f32, |far, (a, b)| far.max(a - left).max(b - top)) + page.side;
    let boundary = format!("{} {} {} {}", mm(left), mm(top), mm(reach), mm(reach));
    let square = |(x, y): &(f32, f32)| {
        let (x0, y0, x1, y1) = (mm(x - left), mm(y - top), mm(x - left + page.side), mm(y - top + page.side));
        format!("M {x0} {y0} L {x1} {y0} L {x1} {y1} L {x0} {y1} C")
    };
    let path = page.squares.iter().map(square).collect::<Vec<_>>().join(" ");
    let attributes = [("ID", &*id.to_string()), ("Boundary", &boundary), ("Stroke", "false"), ("Fill", "true")];
    within(xml, "ofd:PathObject", &attributes, |xml| {
        empty(xml, "ofd:FillColor", &[("Value", "0 0 0")])?;
        text(xml, "ofd:AbbreviatedData", &path)
    })
}

/// Points as millimetres, to a hundredth.
fn mm(points: f32) -> String {
    format!("{:.2}", points * MM)
}

fn text(xml: &mut Xml, name: &str, words: &str) -> std::io::Result<()> {
    xml.create_element(name).write_text_content(BytesText::new(words))?;
    Ok(())
}

fn empty(xml: &mut Xml, name: &str, attributes: &[(&str, &str)]) -> std::io::Result<()> {
    xml.create_element(name).with_attributes(attributes.iter().copied()).write_empty()?;
    Ok(())
}

fn within(
    xml: &mut Xml,
    name: &str,
    attributes: &[(&str, &str)],
    content: impl FnOnce(&mut Xml) -> std::io::Result<()>,
) -> std::io::Result<()> {
    xml.create_element(name).with_attributes(attributes.iter().copied()).write_inner_content(content)?;
    Ok(())
}

/// A file of the package: one element of the standard's namespace.
fn write(root: &str, attributes: &[(&str, &str)], content: impl FnOnce(&mut Xml) -> std::io::Result<()>) -> Result<Vec<u8>, String> {
    let mut xml = Writer::new(Vec::new());
    xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None))).map_err(|e| e.to_string())?;
    let all: Vec<(&str, &str)> = std::iter::once(NAMESPACE).chain(attributes.iter().copied()).collect();
    within(&mut xml, root, &all, content).map_err(|e| e.to_string())?;
    Ok(xml.into_inner())
}
