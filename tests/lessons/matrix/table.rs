//! A table of answers: what is varied, what is answered in each case, and a short
//! form of it that says the same.

use imprimatur::domain::Layer;
use imprimatur::http::ErrorKind;
use imprimatur::refusal::Refusal;

use super::cover::{Cube, cover};

/// One thing that varies, with the words for each of its values.
#[derive(Debug, Clone, Copy)]
pub struct Dimension {
    /// What the sentences about several values have in common.
    pub subject: &'static str,
    pub values: &'static [&'static str],
}

/// One value of each dimension.
pub type Case = Vec<usize>;

/// What an attempt is answered, as interfaces show it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Answer {
    Done,
    Refused { layer: Layer, status: u16, codes: Vec<String> },
}

impl Answer {
    pub fn of<T>(result: &Result<T, Refusal>) -> Self {
        let Err(refusal) = result else { return Self::Done };
        let codes = refusal.reasons().into_iter().map(|reason| reason.code.to_string()).collect();
        let status = ErrorKind::of(refusal).status.as_u16();
        Self::Refused { layer: refusal.layer(), status, codes }
    }

    fn is_of(&self, expected: Layer) -> bool {
        matches!(self, Self::Refused { layer, .. } if *layer == expected)
    }

    fn names(&self, code: &str) -> bool {
        matches!(self, Self::Refused { codes, .. } if codes.iter().any(|named| named == code))
    }

    fn status(&self) -> u16 {
        match self {
            Self::Done => 200,
            Self::Refused { status, .. } => *status,
        }
    }
}

/// The layers that refuse here, in the order in which they are asked.
pub const LAYERS: [Layer; 3] = [Layer::Permission, Layer::Visibility, Layer::Policy];

/// One reason for a refusal, and in which cases it is given.
#[derive(Debug)]
pub struct Row {
    pub layer: Layer,
    /// Nothing for a post that is hidden: its absence gives no reason.
    pub code: Option<String>,
    pub status: u16,
    pub when: Vec<Cube>,
}

/// Everything about one action.
pub struct Table {
    pub title: String,
    pub note: String,
    pub dimensions: Vec<Dimension>,
    pub answers: Vec<(Case, Answer)>,
    pub done: Vec<Cube>,
    pub rows: Vec<Row>,
}

impl Table {
    /// Asks every case, and shortens the answers. `codes` are in the order in
    /// which a refusal names them.
    pub fn new(
        title: &str,
        note: &str,
        dimensions: &[Dimension],
        codes: &[&str],
        ask: impl Fn(&Case) -> Answer,
    ) -> Self {
        let answers: Vec<(Case, Answer)> =
            every_case(dimensions).into_iter().map(|case| (ask(&case), case)).map(swap).collect();
        let cubes = |of: &dyn Fn(&Answer) -> Option<bool>| {
            let on = answers.iter().filter(|(_, answer)| of(answer) == Some(true));
            let off = answers.iter().filter(|(_, answer)| of(answer) == Some(false));
            cover(
                dimensions,
                &on.map(first).collect::<Vec<_>>(),
                &off.map(first).collect::<Vec<_>>(),
            )
        };
        let done = cubes(&|answer| Some(*answer == Answer::Done));
        let mut rows = Vec::new();
        for layer in LAYERS {
            for code in codes_of(layer, codes) {
                let given = |answer: &Answer| {
                    answer.is_of(layer) && code.as_deref().is_none_or(|code| answer.names(code))
                };
                let statuses = answers.iter().filter(|(_, answer)| given(answer));
                let Some(status) = statuses.map(|(_, answer)| answer.status()).max() else {
                    continue;
                };
                // Cases that an earlier layer refused do not come here: any answer fits.
                let when = cubes(&|answer| is_asked(layer, answer).then(|| given(answer)));
                rows.push(Row { layer, code, status, when });
            }
        }
        let (title, note) = (title.to_owned(), note.to_owned());
        Self { title, note, dimensions: dimensions.to_vec(), answers, done, rows }
    }

    /// Returns the answer that the short form gives.
    pub fn short_answer(&self, case: &Case) -> Answer {
        for layer in LAYERS {
            let given: Vec<&Row> = self
                .rows
                .iter()
                .filter(|row| row.layer == layer && row.when.iter().any(|cube| cube.has(case)))
                .collect();
            // 403 ("not you") outweighs 409 ("not now").
            if let Some(status) = given.iter().map(|row| row.status).min() {
                let codes = given.iter().filter_map(|row| row.code.clone()).collect();
                return Answer::Refused { layer, status, codes };
            }
        }
        Answer::Done
    }

    pub fn answer(&self, case: &Case) -> &Answer {
        let sizes = self.dimensions.iter().map(|dimension| dimension.values.len());
        let index = sizes.zip(case).fold(0, |index, (size, value)| index * size + value);
        let (asked, answer) = &self.answers[index];
        assert_eq!(asked, case);
        answer
    }
}

fn swap((answer, case): (Answer, Case)) -> (Case, Answer) {
    (case, answer)
}

fn first((case, _): &(Case, Answer)) -> &Case {
    case
}

fn codes_of(layer: Layer, rules: &[&str]) -> Vec<Option<String>> {
    match layer {
        Layer::Permission => vec![Some("permission-missing".to_owned())],
        Layer::Policy => rules.iter().map(|code| Some((*code).to_owned())).collect(),
        _ => vec![None],
    }
}

/// Returns whether a case with this answer has come as far as the layer.
fn is_asked(layer: Layer, answer: &Answer) -> bool {
    let before = LAYERS.into_iter().take_while(|earlier| *earlier != layer);
    !before.into_iter().any(|earlier| answer.is_of(earlier))
}

/// Returns every combination of values.
pub fn every_case(dimensions: &[Dimension]) -> Vec<Case> {
    dimensions.iter().fold(vec![Vec::new()], |cases, dimension| {
        let longer = |case: &Case| {
            let case = case.clone();
            (0..dimension.values.len()).map(move |value| [case.clone(), vec![value]].concat())
        };
        cases.iter().flat_map(longer).collect()
    })
}
