//! What the plugin does, in Rust alone.

/// Words between spaces that have at least so many letters.
pub fn count(text: &str, shortest: usize) -> usize {
    text.split_whitespace().filter(|word| word.chars().count() >= shortest).count()
}

/// `{}` or `{"shortest": 3}`, so small that it is read by hand; an error says what is wrong.
pub fn shortest(config: &[u8]) -> Result<usize, &'static str> {
    let blank = |c: char| " \t\r\n".contains(c);
    let text = std::str::from_utf8(config).map_err(|_| "the configuration is no UTF-8")?.trim_matches(blank);
    let inner = text.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
    let inner = inner.ok_or("the configuration is no object")?.trim_matches(blank);
    if inner.is_empty() {
        return Ok(1);
    }
    let (name, value) = inner.split_once(':').ok_or("the configuration is no object")?;
    if name.trim_matches(blank) != "\"shortest\"" {
        return Err("there is no option but `shortest`");
    }
    let value = value.trim_matches(blank);
    // `parse` would take `+3` and `03`.
    match value.parse::<usize>() {
        Ok(number) if (1..=100).contains(&number) && number.to_string() == value => Ok(number),
        _ => Err("`shortest` is a number from 1 to 100"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_counted_by_their_letters() {
        assert_eq!(count("the cat and the dog", 1), 5);
        assert_eq!(count(" an owl\n", 3), 1);
        assert_eq!(count("é éé", 2), 1);
    }

    #[test]
    fn only_numbers_of_the_schema_are_taken() {
        assert_eq!(shortest(b" { \"shortest\" : 3 } "), Ok(3));
        for config in ["", "null", "[]", "{\"shortest\": 0}", "{\"shortest\": \"3\"}", "{\"other\": 1}"] {
            assert!(shortest(config.as_bytes()).is_err(), "{config}");
        }
    }
}
