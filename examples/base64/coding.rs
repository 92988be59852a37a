//! RFC 4648, chapter 4.

const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// In one line, filled up with `=`.
pub fn encoded(bytes: &[u8]) -> String {
    let mut text = String::with_capacity((bytes.len() + 2) / 3 * 4);
    for group in bytes.chunks(3) {
        let mut bits = 0u32;
        for i in 0..3 {
            bits = bits << 8 | u32::from(*group.get(i).unwrap_or(&0));
        }
        for i in 0..4 {
            let letter = LETTERS[(bits >> (18 - 6 * i) & 63) as usize];
            text.push(if i <= group.len() { letter as char } else { '=' });
        }
    }
    text
}

fn value(letter: u8) -> Option<u32> {
    LETTERS.iter().position(|&l| l == letter).map(|place| place as u32)
}

/// Line ends may stand anywhere. None where it is not what `encoded` would have written.
pub fn decoded(text: &[u8]) -> Option<Vec<u8>> {
    let letters: Vec<u8> = text.iter().copied().filter(|c| !b"\r\n".contains(c)).collect();
    if letters.len() % 4 != 0 {
        return None;
    }
    let mut bytes = Vec::with_capacity(letters.len() / 4 * 3);
    let groups = letters.len() / 4;
    for (number, group) in letters.chunks(4).enumerate() {
        let filled = group.iter().rev().take_while(|&&c| c == b'=').count();
        if filled > 2 || (filled > 0 && number + 1 != groups) {
            return None;
        }
        let mut bits = 0u32;
        for &letter in &group[..4 - filled] {
            bits = bits << 6 | value(letter)?;
        }
        bits <<= 6 * filled;
        // Bits that no byte has must be 0, or one content had several texts.
        if bits & ((1 << (8 * filled)) - 1) != 0 {
            return None;
        }
        bytes.extend_from_slice(&bits.to_be_bytes()[1..4 - filled]);
    }
    Some(bytes)
}
