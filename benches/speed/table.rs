//! What is printed.

/// A figure to reach.
pub enum Bound {
    AtLeast(f64),
    AtMost(f64),
}

/// The rows, and the names of those that fall short.
#[derive(Default)]
pub struct Table {
    pub missed: Vec<String>,
}

impl Table {
    pub fn row(&mut self, work: &str, value: f64, unit: &str, bound: &Bound, remark: &str) {
        let (reached, bound) = match bound {
            Bound::AtLeast(least) => (value >= *least, format!("≥ {least}")),
            Bound::AtMost(most) => (value <= *most, format!("≤ {most}")),
        };
        let mark = if reached { "" } else { " short" };
        println!("| {work} | {value:.2}{unit} | {bound}{mark} | {remark} |");
        if !reached {
            self.missed.push(work.to_owned());
        }
    }
}

/// Returns the median of the ratios of what was measured side by side.
pub fn ratio(ours: &[f64], theirs: &[f64]) -> f64 {
    median(ours.iter().zip(theirs).map(|(ours, theirs)| ours / theirs).collect())
}

pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
