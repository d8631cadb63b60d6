//! The report as bars: one small chart for each figure.

use svg::Document;
use svg::node::element::{Rectangle, Text};

use crate::inits::Kind;
use crate::report::{Figure, Report, Value};
use crate::tables::machine;

/// What a glance should show.
const FIGURES: [Figure; 9] = {
    use Figure::*;
    [StartUp, SystemCalls, Resident, PrivateDirty, WakeUps, Latency, DrainCpu, FloodedExit, Size]
};

const COLUMNS: usize = 3;
const CHART_WIDTH: f64 = 380.0;
const NAME_WIDTH: f64 = 130.0;
const BAR_WIDTH: f64 = 170.0;
const ROW: f64 = 20.0;
const HEADER: f64 = 40.0;
const GAP: f64 = 20.0;
const HEADING: f64 = 44.0;

const TEXT: &str = "#1f2328";
const FAINT: &str = "#59636e";

pub fn draw(report: &Report) -> String {
    let chart_height = HEADER + report.inits.len() as f64 * ROW + GAP;
    let rows = FIGURES.len().div_ceil(COLUMNS);
    let (width, height) = (COLUMNS as f64 * CHART_WIDTH + GAP, HEADING + rows as f64 * chart_height + GAP);
    let mut document = Document::new()
        .set("viewBox", (0.0, 0.0, width, height))
        .set("font-family", "system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', sans-serif")
        .set("font-size", 12)
        // The texts are dark; what is behind them must not be.
        .add(Rectangle::new().set("width", width).set("height", height).set("fill", "#ffffff"));
    let heading =
        format!("{}, beside other inits and the least there can be (floor): less is better", report.inits[0].name);
    document = document.add(text(&heading, GAP, GAP + 12.0, TEXT).set("font-size", 16).set("font-weight", "bold"));
    document = document.add(text(&machine(), GAP, GAP + 30.0, FAINT));
    for (number, figure) in FIGURES.into_iter().enumerate() {
        let left = GAP + (number % COLUMNS) as f64 * CHART_WIDTH;
        let top = HEADING + GAP + (number / COLUMNS) as f64 * chart_height;
        document = add_chart(document, report, figure, left, top);
    }
    format!("{document}\n")
}

fn add_chart(mut document: Document, report: &Report, figure: Figure, left: f64, top: f64) -> Document {
    let description = figure.describe();
    let title = text(&description.title_and_unit(), left, top + 16.0, TEXT);
    document = document.add(title.set("font-weight", "bold").set("font-size", 13));
    let longest = longest_bar(report, figure);
    for (row, init) in report.inits.iter().enumerate() {
        let top = top + HEADER + (row as f64 - 0.5) * ROW;
        let base = top + 14.0;
        let bar = left + NAME_WIDTH + 8.0;
        document = document.add(text(init.name, left + NAME_WIDTH, base, TEXT).set("text-anchor", "end"));
        let Some(value) = report.get(row, figure) else {
            document = document.add(text("–", bar, base, FAINT));
            continue;
        };
        // A bar for whoever is beyond the scale is as long as the scale, and its label says so.
        let length = (value.number() / longest).clamp(0.0, 1.0) * BAR_WIDTH;
        let rectangle = Rectangle::new().set("x", bar).set("y", top + 3.0).set("height", ROW - 6.0).set("rx", 2);
        document = document.add(rectangle.set("width", rounded(length)).set("fill", colour(init.kind)));
        document = document.add(text(&value.show(description.digits), rounded(bar + length + 5.0), base, FAINT));
    }
    document
}

/// One init that never ends would leave the others without a bar: such are beyond the scale.
fn longest_bar(report: &Report, figure: Figure) -> f64 {
    let values = (0..report.inits.len()).filter_map(|init| match report.get(init, figure) {
        Some(Value::Exactly(number)) => Some(number),
        _ => None,
    });
    values.fold(0.0, f64::max).max(f64::MIN_POSITIVE)
}

fn text(content: &str, x: f64, y: f64, colour: &str) -> Text {
    Text::new(content).set("x", x).set("y", y).set("fill", colour)
}

fn rounded(length: f64) -> f64 {
    (length * 10.0).round() / 10.0
}

fn colour(kind: Kind) -> &'static str {
    match kind {
        Kind::Rinit => "#c2410c",
        Kind::Floor => "#cbd5e1",
        Kind::Peer => "#64748b",
    }
}
