//! What a word is, for texts and questions alike.

use std::time::{Duration, Instant};

use imprimatur::domain::search::{Question, RULES, document};

fn words(text: &str) -> Vec<String> {
    let literal = document(&[text]);
    let words = literal.split_whitespace().map(|word| word.split('\'').nth(1).unwrap_or_default());
    words.map(str::to_owned).collect()
}

#[test]
fn texts_that_a_person_types_alike_have_the_same_words() {
    for alike in [
        &["Überq", "überq", "ÜBERQ", "u\u{308}berq", "uberq"][..],
        &["Ёлка", "ёлка", "ЁЛКА", "е\u{308}лка", "елка"],
        &["Σίσυφος", "σίσυφοσ", "ΣΊΣΥΦΟΣ", "σισυφος"],
        &["Straße", "STRASSE", "strasse", "STRAẞE"],
        &["İstanbul", "istanbul", "ISTANBUL", "ıstanbul"],
        &["ＰＲＩＮＴ", "print", "pr\u{AD}int", "pr\u{200B}int", "pri\u{2060}nt"],
        &["ﬁne", "fine", "FINE"],
        &["don’t", "don't", "dont", "donʼt", "don＇t", "DON´T"],
        &["カンゾウ", "ｶﾝｿﾞｳ", "カンソ\u{3099}ウ"],
        &["Łódź", "lodz", "ŁÓDŹ"],
        &["smørrebrød", "SMORREBROD"],
        &["œuvre", "oeuvre", "ŒUVRE"],
        &["한국", "\u{1112}\u{1161}\u{11AB}\u{1100}\u{116E}\u{11A8}"],
        &["كِتَاب", "كتاب", "كتـــاب"],
        &["Việt", "viet", "VIE\u{302}\u{323}T"],
        &["m²", "m2"],
        &["q̈", "Q\u{308}", "q"],
        &[
            "1455",
            "١٤٥٥",
            "۱۴۵۵",
            "१४५५",
            "১৪৫৫",
            "๑๔๕๕",
            "１４５５",
            "𝟏𝟒𝟓𝟓",
            "\u{1E951}\u{1E954}\u{1E955}\u{1E955}",
        ],
        &["क़लम", "कलम", "\u{958}लम", "क\u{93C}लम"],
        &["বড়", "বড", "ব\u{9DC}", "বড\u{9BC}"],
        &["ਸ਼ਹਿਰ", "ਸਹਿਰ", "\u{A36}ਹਿਰ"],
    ] {
        let question = |text| Question::new(text, 3).literal();
        for other in alike {
            assert_eq!(question(other), question(alike[0]), "{other}");
        }
    }
    // A dependent vowel and a voiced sound make another word.
    for (one, other) in [("की", "का"), ("がき", "かき"), ("ก่า", "กา")] {
        assert_ne!(words(one), words(other));
    }
}

#[test]
fn a_character_reference_is_the_letter_that_it_names() {
    let text = "Gr&ouml;&szlig;e &#233;t&#xe9;, AT&amp;T &unknown;";
    assert_eq!(words(text), words("Größe été, AT&T &unknown;"));
    assert!(words(text).contains(&"grosse".to_owned()), "{:?}", words(text));
}

/// Unicode says which characters are digits, and the last ten of a row which digit each is.
#[test]
fn every_digit_is_found_by_that_of_ascii() {
    use icu_properties::CodePointMapData;
    use icu_properties::props::GeneralCategory;
    let digits: Vec<char> = CodePointMapData::<GeneralCategory>::new()
        .iter_ranges_for_value(GeneralCategory::DecimalNumber)
        .flat_map(|range| range.filter_map(char::from_u32))
        .collect();
    assert!(digits.len() > 600 && digits.len().is_multiple_of(10), "{}", digits.len());
    for (at, digit) in digits.iter().enumerate() {
        assert_eq!(
            words(&format!("a{digit}")),
            [format!("a{}", at % 10)],
            "U+{:04X}",
            *digit as u32
        );
    }
}

#[test]
fn a_syllable_of_korean_is_a_letter_and_finds_words_that_begin_with_it() {
    for (question, literal) in [
        ("가", "'가':*"),
        ("한글", "'한글':*"),
        ("가 a", "'가':* & 'a'"),
        ("\u{1100}\u{1161}", "'가':*"),
        ("\"가 나\"", "'가' <-> '나'"),
        ("a가", "'a가':*"),
    ] {
        assert_eq!(Question::new(question, 3).literal(), literal);
    }
    assert_eq!(words("가나다"), ["가나다"]);
    assert_eq!(words(&"각".repeat(300))[0].chars().count(), 256);
    assert_eq!(Question::new("가 나다", 2).shortest_word(), None);
    // Each syllable is put together again as Unicode does it.
    let syllables: String = ('\u{AC00}'..='\u{D7A3}').flat_map(|it| [it, ' ']).collect();
    assert_eq!(words(&syllables).len(), 11_172);
    let vowel_alone = words("\u{1161}\u{11A8} ㄱ");
    assert_eq!(vowel_alone, ["\u{1100}", "\u{1161}\u{11A8}"]);
}

/// Words that are stored stay as they are until `RULES` is another number.
#[test]
fn other_words_are_another_version_of_the_rules() {
    let text =
        "Überq don't 1455 ١٤ 한글 가 私は印刷 ภาษา क़लम がき Łódź ½ ﬁne كِتَاب l’homme ß 👩 m² _a-b_";
    let made = "'1':12 '14':4 '1455':3 '2':13 'a':19 'b':20 'don':2 'dont':2 'fine':14 'homme':16 'l':16 'lhomme':16 'lodz':11 'm2':18 'ss':17 't':2 'two':21 'uberq':1 'كتاب':15 'कलम':9 'ภา' 'ษา' 'า' 'าษ' 'か\u{3099}き' 'き' 'は印' '刷' '印刷' '私は' '가':6 '한글':5";
    assert_eq!((RULES, document(&[text, "Two"]).as_str()), (3, made), "raise RULES, too");
}

#[test]
fn any_character_that_is_no_letter_digit_or_mark_separates_words() {
    let every = (0..=0x10_FFFF).filter_map(char::from_u32);
    let punctuation = every.filter(|letter| {
        use icu_properties::CodePointMapData;
        use icu_properties::props::{GeneralCategory, GeneralCategoryGroup as Group};
        let category = CodePointMapData::<GeneralCategory>::new().get(*letter);
        Group::Punctuation.contains(category)
            || Group::Separator.contains(category)
            || category == GeneralCategory::MathSymbol
            || category == GeneralCategory::Control
    });
    let mut tried = 0;
    for sign in punctuation.filter(|sign| !"'`´’‘‛׳״＇".contains(*sign)) {
        assert_eq!(words(&format!("wine{sign}press")), ["press", "wine"], "U+{:04X}", sign as u32);
        tried += 1;
    }
    assert!(tried > 1_500, "{tried}");
}

#[test]
fn an_apostrophe_joins_a_word_and_its_parts_are_found_too() {
    assert_eq!(words("l’homme"), ["homme", "l", "lhomme"]);
    assert_eq!(words("'quoted' words'"), ["quoted", "words"]);
    assert_eq!(words("O'Reilly's"), ["o", "oreillys", "reilly", "s"]);
    assert_eq!(document(&["the l'homme est"]), "'est':3 'homme':2 'l':2 'lhomme':2 'the':1");
}

#[test]
fn scripts_without_spaces_are_found_by_pairs_of_signs() {
    assert_eq!(words("私は印刷"), ["は印", "刷", "印刷", "私は"]);
    assert_eq!(words("MySQL数据库"), ["mysql", "库", "据库", "数据"]);
    for (question, literal) in [
        ("印刷", "'印刷':*"),
        ("印", "'印':*"),
        ("印刷機", "'印刷' & '刷機':*"),
        ("\"let it 印刷 be\"", "'let' <-> 'it' & '印刷':* & 'be'"),
    ] {
        assert_eq!(Question::new(question, 3).literal(), literal);
    }
}

#[test]
fn a_question_never_has_the_syntax_of_a_query() {
    for (typed, query) in [
        ("print", "'print':*"),
        ("let it be", "'let':* & 'it' & 'be'"),
        ("\"let it be\" printed", "'let' <-> 'it' <-> 'be' & 'printed':*"),
        ("\"left open", "'left' <-> 'open'"),
        ("it's a | b & !c:*", "'its':* & 'a' & 'b' & 'c'"),
        (r"back\slash", "'back':* & 'slash':*"),
        ("\u{AB}Mainz\u{BB} wine\u{3001}press", "'mainz':* & 'wine':* & 'press':*"),
        ("&&& \u{301} 🖨", ""),
    ] {
        assert_eq!(Question::new(typed, 3).literal(), query);
    }
}

#[test]
fn any_text_takes_linear_time_and_makes_words_that_postgresql_takes() {
    let han: String =
        (0..100_000).filter_map(|n| char::from_u32(0x20000 + n * 7 % 42_000)).collect();
    let mut state = 1_u64;
    let random_han: String = std::iter::repeat_with(|| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        char::from_u32(0x4E00 + (state >> 33) as u32 % 20_000).unwrap()
    })
    .take(100_000)
    .collect();
    assert_eq!(words(&random_han).len(), 50_000, "each word costs an entry of the index");
    let distinct: String = (0..10_000).map(|n| format!("ﷺ{n:04} ")).collect();
    for text in [
        "a_".repeat(50_000),
        "‹!--".repeat(25_000),
        "a-1-".repeat(25_000),
        "a'".repeat(50_000),
        "a.b/c-d@e.f:".repeat(8_000),
        "\u{301}".repeat(100_000),
        format!("a{}", "\u{301}\u{5B0}".repeat(50_000)),
        format!("ก{}", "\u{E48}".repeat(99_999)),
        "x".repeat(100_000),
        "ß".repeat(100_000),
        "ﷺ".repeat(100_000),
        "👩\u{200D}".repeat(50_000),
        "ภาษาไทย".repeat(14_000),
        "\u{1100}".repeat(100_000),
        han,
        random_han,
        distinct,
    ] {
        let start = Instant::now();
        let literal = document(&[&text]);
        let taken = start.elapsed();
        let opening: String = text.chars().take(12).collect();
        assert!(taken < Duration::from_secs(4), "{opening}: {taken:?}");
        let stored = literal.split_whitespace().map(|word| {
            let (word, positions) = word[1..].split_once('\'').unwrap();
            assert!(word.len() <= 2046);
            word.len() + 4 + 2 * positions.split(',').count()
        });
        assert!(stored.sum::<usize>() < 1_250_000, "{opening}");
        assert!(literal.split_whitespace().count() <= 50_000, "{opening}");
    }
}
