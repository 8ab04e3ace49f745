//! Recognises by its first line in which notation front matter is written. It reads no
//! field.

/// How front matter is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FrontMatterNotation<'a> {
    Yaml,
    /// YAML after a line with a comment, if a line ends it.
    CommentedYaml,
    /// TOML up to this line.
    Toml(&'static str),
    /// JSON up to this line.
    Json(&'static str),
    /// An object of JSON that begins on the first line.
    JsonObject,
    /// A programming language.
    Program(&'a str),
    /// A language that is not known here, if it is one.
    Unknown(&'a str),
}

/// The languages of programs that Eleventy and gray-matter run.
const PROGRAMS: [&str; 10] =
    ["js", "javascript", "cjs", "mjs", "jsx", "ts", "typescript", "node", "coffee", "coffeescript"];

impl<'a> FrontMatterNotation<'a> {
    /// Returns how front matter is written that begins with this line; `None`, if
    /// none begins.
    pub(super) fn of(line: &'a str) -> Option<Self> {
        match line {
            "---" => Some(Self::Yaml),
            "+++" => Some(Self::Toml("+++")),
            ";;;" => Some(Self::Json(";;;")),
            // A template tag begins with two braces, or with a percent sign.
            "{" => Some(Self::JsonObject),
            _ if line.strip_prefix('{').is_some_and(|it| it.trim_start().starts_with('"')) => {
                Some(Self::JsonObject)
            }
            _ => {
                let after = line.strip_prefix("---")?;
                match after.trim_start() {
                    comment if comment.starts_with('#') && comment.len() < after.len() => {
                        Some(Self::CommentedYaml)
                    }
                    language => Self::named(language),
                }
            }
        }
    }

    /// Returns the notation that a word after `---` names.
    fn named(language: &'a str) -> Option<Self> {
        let is_word = language.starts_with(|first: char| first.is_ascii_alphabetic())
            && language.chars().all(|it| it.is_ascii_alphanumeric() || "+-_.".contains(it));
        let known = language.to_ascii_lowercase();
        match known.as_str() {
            _ if !is_word => None,
            "yaml" | "yml" => Some(Self::Yaml),
            "toml" => Some(Self::Toml("---")),
            "json" => Some(Self::Json("---")),
            known if PROGRAMS.contains(&known) => Some(Self::Program(language)),
            _ => Some(Self::Unknown(language)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::FrontMatterNotation;

    #[test]
    fn the_first_line_says_how_front_matter_is_written() {
        for (line, notation) in [
            ("---", Some(FrontMatterNotation::Yaml)),
            ("---yaml", Some(FrontMatterNotation::Yaml)),
            ("--- toml", Some(FrontMatterNotation::Toml("---"))),
            ("---JSON", Some(FrontMatterNotation::Json("---"))),
            (";;;", Some(FrontMatterNotation::Json(";;;"))),
            ("---js", Some(FrontMatterNotation::Program("js"))),
            ("---lisp", Some(FrontMatterNotation::Unknown("lisp"))),
            ("--- # Of Hexo", Some(FrontMatterNotation::CommentedYaml)),
            ("---# Title", None),
            ("----", None),
            ("--- He spoke.", None),
            ("{{< figure >}}", None),
            ("# Title", None),
        ] {
            assert_eq!(FrontMatterNotation::of(line), notation, "{line}");
        }
    }
}
