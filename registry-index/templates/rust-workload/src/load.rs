//! What the plugin does, in Rust alone. Its SQL is what SQLite and PostgreSQL both take.

const TABLE: &str = "{{ident}}_rows";

/// The names of the operations; an option of that name is its weight.
pub const OPERATIONS: [&str; 3] = ["read", "write", "sum"];

/// The configuration.
#[derive(Clone, Debug, PartialEq)]
pub struct Options {
    pub rows: u64,
    /// In the order of `OPERATIONS`.
    pub weights: [u64; 3],
}

/// Statements that make the table anew.
pub fn setup(rows: u64) -> Vec<String> {
    vec![
        "BEGIN".to_string(),
        cleanup(),
        format!("CREATE TABLE {TABLE} (id INTEGER PRIMARY KEY, hits BIGINT NOT NULL)"),
        format!(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {rows}) \
             INSERT INTO {TABLE} (id, hits) SELECT i, 0 FROM n"
        ),
        "COMMIT".to_string(),
    ]
}

/// The statement that takes the table away.
pub fn cleanup() -> String {
    format!("DROP TABLE IF EXISTS {TABLE}")
}

/// The statement of an operation, by its place in `OPERATIONS`, upon a row.
pub fn statement(operation: usize, row: u64) -> String {
    match OPERATIONS[operation] {
        "read" => format!("SELECT hits FROM {TABLE} WHERE id = {row}"),
        "write" => format!("UPDATE {TABLE} SET hits = hits + 1 WHERE id = {row}"),
        _ => format!("SELECT sum(hits) FROM {TABLE} WHERE id BETWEEN {row} AND {}", row + 99),
    }
}

/// Numbers by splitmix64.
pub struct Random(pub u64);

impl Random {
    /// The number of a row.
    pub fn row(&mut self, rows: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e3779b97f4a7c15);
        let z = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58476d1ce4e5b9);
        let z = (z ^ z >> 27).wrapping_mul(0x94d049bb133111eb);
        (z ^ z >> 31) % rows + 1
    }
}

/// An object of whole numbers, so small that it is read by hand; an error says what is wrong.
pub fn options(config: &[u8]) -> Result<Options, &'static str> {
    let blank = |c: char| " \t\r\n".contains(c);
    let mut options = Options { rows: 1000, weights: [70, 25, 5] };
    let text = std::str::from_utf8(config).map_err(|_| "the configuration is no UTF-8")?.trim_matches(blank);
    let inner = text.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
    let inner = inner.ok_or("the configuration is no object")?.trim_matches(blank);
    for member in inner.split(',').filter(|_| !inner.is_empty()) {
        let (name, value) = member.split_once(':').ok_or("the configuration is no object")?;
        let name = name.trim_matches(blank).strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
        let value = number(value.trim_matches(blank)).ok_or("an option is no whole number")?;
        match OPERATIONS.iter().position(|operation| Some(*operation) == name) {
            Some(place) if value <= 1000 => options.weights[place] = value,
            None if name == Some("rows") && (1..=1_000_000).contains(&value) => options.rows = value,
            _ => return Err("there are `rows` from 1 to 1000000, `read`, `write` and `sum` from 0 to 1000"),
        }
    }
    match options.weights {
        [0, 0, 0] => Err("all weights are 0"),
        _ => Ok(options),
    }
}

/// `parse` alone would take `+3` and `03`.
fn number(text: &str) -> Option<u64> {
    text.parse::<u64>().ok().filter(|number| number.to_string() == text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_said_is_as_usual() {
        assert_eq!(options(b" {} "), Ok(Options { rows: 1000, weights: [70, 25, 5] }));
        let some = options(b"{\"sum\": 0, \"rows\" : 7}");
        assert_eq!(some, Ok(Options { rows: 7, weights: [70, 25, 0] }));
    }

    #[test]
    fn only_options_of_the_schema_are_taken() {
        let wrong = [
            "", "null", "[]", "{\"rows\": 0}", "{\"rows\": \"3\"}", "{\"other\": 1}", "{\"read\": 1001}", "{,}",
            "{\"rows\": 1,}", "{\"read\": 0, \"write\": 0, \"sum\": 0}",
        ];
        for config in wrong {
            assert!(options(config.as_bytes()).is_err(), "{config}");
        }
    }

    #[test]
    fn rows_are_of_the_table() {
        let mut random = Random(1);
        assert!((0..1000).all(|_| (1..=3).contains(&random.row(3))));
    }
}
