//! What a comparison found, as a page of Markdown, as JSON, and as curves.

use plotters::prelude::*;
use scumble::image::likeness::Likeness;
use serde::Serialize;
use std::fmt::Write as _;

/// What a comparison found.
#[derive(Serialize)]
pub(super) struct Report {
    pub(super) adapter: String,
    /// Longest edge of the pictures, in pixels.
    pub(super) size: u32,
    pub(super) ways: Vec<Row>,
    pub(super) training: Option<Training>,
}

/// One way of painting: what it cost, and what came of it.
#[derive(Serialize)]
pub(super) struct Row {
    pub(super) way: &'static str,
    pub(super) file: String,
    /// Until something of the painting can be seen, in seconds.
    pub(super) first_s: f64,
    /// Until the picture is finished.
    pub(super) last_s: f64,
    /// Passes of the picture through a network, down and up counted as one.
    pub(super) passes: u32,
    /// Operations of these passes' convolutions, in units of 1e9; a product and a sum count as two.
    pub(super) gflop: f64,
    /// The most memory that the engine held on the device, in MiB.
    pub(super) peak_mib: f64,
    #[serde(flatten)]
    pub(super) likeness: Likeness,
    /// What VGG19 says, of the pictures on the way and at last of the finished one; nothing without VGG19.
    pub(super) judged: Vec<Moment>,
}

/// What VGG19 says of a picture.
#[derive(Serialize)]
pub(super) struct Moment {
    /// After how many seconds the picture was there.
    pub(super) seconds: f64,
    /// How far from the painting's manner: 1 for the untouched photo.
    pub(super) r: f64,
    /// How far from the photo's layout.
    pub(super) layout: f64,
    /// How much of the painting is found nowhere in the picture.
    pub(super) missing: f64,
}

/// The training of a style.
#[derive(Serialize)]
pub(super) struct Training {
    pub(super) seconds: f64,
    pub(super) steps: u32,
    pub(super) gflop: f64,
    /// How many pictures pay for it, if painting them slowly takes as long as here.
    pub(super) pays_after: f64,
}

const SIZE: (u32, u32) = (720, 420);
const COLOURS: [RGBColor; 3] = [RGBColor(0x1f, 0x4e, 0x8c), RGBColor(0xb2, 0x4a, 0x1a), RGBColor(0x2c, 0x7d, 0x4f)];

impl Report {
    pub(super) fn json(&self) -> String {
        serde_json::json!(self).to_string()
    }

    pub(super) fn markdown(&self) -> String {
        let mut text = format!(
            "# Both approaches on one pair\n\n{}, longest edge {} px\n\n\
             | Way | First picture, s | Finished, s | Passes | GFLOP | Memory, MiB | R | Layout | Missing | Edges | Colours |\n\
             |---|---|---|---|---|---|---|---|---|---|---|\n",
            self.adapter, self.size
        );
        for Row { way, file, first_s, last_s, passes, gflop, peak_mib, likeness, judged } in &self.ways {
            let Likeness { edges, colour, .. } = likeness;
            let scores = judged.last().map_or("- | - | -".to_owned(), |Moment { r, layout, missing, .. }| {
                format!("{r:.3} | {layout:.3} | {missing:.3}")
            });
            let _ = writeln!(
                text,
                "| [{way}]({file}) | {first_s:.2} | {last_s:.2} | {passes} | {gflop:.0} | {peak_mib:.0} | {scores} | {edges:.3} | {colour:.3} |",
            );
        }
        if let Some(Training { seconds, steps, gflop, pays_after }) = &self.training {
            let _ = writeln!(
                text,
                "\nThe style was trained for {steps} steps: {seconds:.0} s, {gflop:.0} GFLOP. It pays for itself after {pays_after:.1} pictures.",
            );
        }
        if self.ways.iter().any(|way| !way.judged.is_empty()) {
            text.push_str("\n![R over the seconds](curves.svg)\n");
        }
        text.push_str(
            "\nR: distance from the painting's manner, 1 for the untouched photo. Layout: distance from the photo's. Missing: how much of \
             the painting is found nowhere in the picture. Edges: correlation with the photo's. Colours: distance from the painting's. Less \
             is nearer, but for edges.\n",
        );
        text
    }

    /// R over the seconds, one line a way, as an SVG; none without VGG19, which judges.
    pub(super) fn curves(&self) -> Result<Option<String>, String> {
        let moments = || self.ways.iter().flat_map(|way| &way.judged);
        if moments().next().is_none() {
            return Ok(None);
        }
        let first = moments().map(|moment| moment.seconds).fold(f64::INFINITY, f64::min);
        let last = moments().map(|moment| moment.seconds).fold(first, f64::max);
        let top = moments().map(|moment| moment.r).fold(1.0, f64::max);
        let mut svg = String::new();
        self.draw(&mut svg, (first / 1.5, last * 1.5), top * 1.05)
            .map_err(|e| format!("The curves cannot be drawn: {e}."))?;
        Ok(Some(svg))
    }

    fn draw(&self, svg: &mut String, (first, last): (f64, f64), top: f64) -> Result<(), Box<dyn std::error::Error>> {
        let area = SVGBackend::with_string(svg, SIZE).into_drawing_area();
        area.fill(&WHITE)?;
        let mut chart = ChartBuilder::on(&area)
            .margin(12)
            .x_label_area_size(42)
            .y_label_area_size(48)
            .build_cartesian_2d((first..last).log_scale(), 0.0..top)?;
        chart.configure_mesh().x_desc("seconds").y_desc("R").light_line_style(TRANSPARENT).draw()?;
        for (way, colour) in self.ways.iter().zip(COLOURS.iter().cycle()) {
            let points = || way.judged.iter().map(|moment| (moment.seconds, moment.r));
            chart
                .draw_series(LineSeries::new(points(), colour.stroke_width(2)))?
                .label(way.way)
                .legend(move |(x, y)| PathElement::new([(x, y), (x + 16, y)], colour.stroke_width(2)));
            chart.draw_series(points().map(|point| Circle::new(point, 3, colour.filled())))?;
        }
        chart.configure_series_labels().border_style(BLACK.mix(0.3)).background_style(WHITE).draw()?;
        area.present()?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(way: &'static str, judged: Vec<Moment>) -> Row {
        let likeness = Likeness { edges: 0.5, colour: 0.1, grain: 1.0, border: 1.0 };
        Row {
            way,
            file: String::new(),
            first_s: 1.0,
            last_s: 9.0,
            passes: 3,
            gflop: 1.0,
            peak_mib: 1.0,
            likeness,
            judged,
        }
    }

    fn report(ways: Vec<Row>) -> Report {
        Report { adapter: "card".into(), size: 256, ways, training: None }
    }

    #[test]
    fn each_way_is_a_line_of_the_curves() {
        let moment = |seconds, r| Moment { seconds, r, layout: 0.1, missing: 0.2 };
        let slow = row("slow", vec![moment(1.0, 0.9), moment(9.0, 0.2)]);
        let report = report(vec![slow, row("fast", vec![moment(0.5, 0.4)])]);
        let svg = report.curves().unwrap().expect("there is something to draw");
        assert!(["<svg", "slow", "fast", "seconds", "</svg>"].into_iter().all(|word| svg.contains(word)), "{svg}");
        assert_eq!(svg.matches("<circle").count(), 3, "a dot for each picture");
        assert!(report.markdown().contains("| 0.200 | 0.100 | 0.200 |"), "the finished picture's scores");
    }

    #[test]
    fn without_a_judge_there_are_no_curves() {
        let report = report(vec![row("slow", Vec::new())]);
        assert_eq!(report.curves(), Ok(None));
        assert!(!report.markdown().contains("curves.svg"));
    }
}
