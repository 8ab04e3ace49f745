//! Finds letters that look like those of another script. A word rarely mixes two
//! scripts.

use icu_properties::CodePointMapData;
use icu_properties::props::Script;

/// Returns the script of a letter, if its letters look like those of others.
pub(super) fn script_of(letter: char) -> Option<(Script, &'static str)> {
    let script = CodePointMapData::<Script>::new().get(letter);
    let name = match script {
        Script::Latin => "LATIN LETTER",
        Script::Cyrillic => "CYRILLIC LETTER",
        Script::Greek => "GREEK LETTER",
        Script::Armenian => "ARMENIAN LETTER",
        Script::Cherokee => "CHEROKEE LETTER",
        Script::Coptic => "COPTIC LETTER",
        Script::Lisu => "LISU LETTER",
        _ => return None,
    };
    Some((script, name))
}

/// Returns where the letters are whose script is not that of most of their word. An
/// address is one word.
pub(super) fn letters_of_other_scripts(line: &[char]) -> Vec<usize> {
    let mut odd = Vec::new();
    let mut first = 0;
    for chunk in line.split_inclusive(|letter| letter.is_whitespace()) {
        let text: String = chunk.iter().collect();
        let is_address = text.contains("://") || text.contains("www.") || text.contains('@');
        let mut word_at = first;
        let words = chunk.split_inclusive(|letter| !is_address && !letter.is_alphanumeric());
        for word in words {
            odd.extend(minority(word).map(|at| word_at + at));
            word_at += word.len();
        }
        first += chunk.len();
    }
    odd
}

fn minority(word: &[char]) -> impl Iterator<Item = usize> {
    let count = |script| {
        word.iter().filter(|letter| script_of(**letter).is_some_and(|(of, _)| of == script)).count()
    };
    let scripts = word.iter().filter_map(|letter| script_of(*letter)).map(|(script, _)| script);
    // Of two with as many letters, the one that comes last is odd.
    let mut main: Option<(Script, usize)> = None;
    let mut seen: Vec<Script> = Vec::new();
    for script in scripts {
        if !seen.contains(&script) {
            seen.push(script);
            let letters = count(script);
            if main.is_none_or(|(_, most)| letters > most) {
                main = Some((script, letters));
            }
        }
    }
    let main = main.map(|(script, _)| script);
    word.iter().enumerate().filter_map(move |(at, letter)| {
        script_of(*letter).filter(|(script, _)| Some(*script) != main).map(|_| at)
    })
}
