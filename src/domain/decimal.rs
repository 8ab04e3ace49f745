//! Numbers in addresses, queries and forms.

use std::str::FromStr;

/// Returns the number, if it is written in its one canonical form: without a plus sign,
/// leading zeros or spaces. So each thing has one address.
pub(crate) fn decimal<Number: FromStr + ToString>(text: &str) -> Option<Number> {
    let number: Number = text.parse().ok()?;
    (number.to_string() == text).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::decimal;

    #[test]
    fn a_number_has_one_spelling() {
        for text in ["0", "1", "10", "-1", "9223372036854775807"] {
            assert_eq!(
                decimal::<i64>(text).map(|number| number.to_string()).as_deref(),
                Some(text)
            );
        }
        for text in
            ["", "+1", "01", "00", "-0", "-01", " 1", "1 ", "1\n", "1.0", "1e0", "0x1", "１", "x"]
        {
            assert_eq!(decimal::<i64>(text), None, "{text:?}");
        }
        assert_eq!((decimal::<u16>("-1"), decimal::<u16>("65536")), (None, None));
    }
}
