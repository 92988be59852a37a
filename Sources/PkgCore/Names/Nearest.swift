/// The candidate that is most like a mistyped word: at most a third of its letters away, by
/// Damerau-Levenshtein distance (insert, delete, replace, swap neighbours), one letter from two on;
/// nil where none is near.
public func nearest(to word: String, among candidates: some Sequence<String>) -> String? {
  let limit = word.utf8.count < 2 ? 0 : max(1, word.utf8.count / 3)
  var best: (distance: Int, text: String)?
  for candidate in candidates where abs(candidate.utf8.count - word.utf8.count) <= limit {
    let distance = editDistance(Array(word.utf8), Array(candidate.utf8))
    guard distance <= limit else { continue }
    if best.map({ (distance, candidate) < ($0.distance, $0.text) }) ?? true {
      best = (distance, candidate)
    }
  }
  return best?.text
}

/// Whether one insertion, deletion, replacement or swap of neighbours makes one word of the other, and
/// not less.
public func isOneEditApart(_ left: String, _ right: String) -> Bool {
  abs(left.utf8.count - right.utf8.count) <= 1
    && editDistance(Array(left.utf8), Array(right.utf8)) == 1
}

private func editDistance(_ left: [UInt8], _ right: [UInt8]) -> Int {
  var beforeLast: [Int] = []
  var last = Array(0...right.count)
  for i in left.indices {
    var current = [i + 1]
    for j in right.indices {
      let replaced = last[j] + (left[i] == right[j] ? 0 : 1)
      var cost = min(replaced, last[j + 1] + 1, current[j] + 1)
      if i > 0, j > 0, left[i] == right[j - 1], left[i - 1] == right[j] {
        cost = min(cost, beforeLast[j - 1] + 1)
      }
      current.append(cost)
    }
    beforeLast = last
    last = current
  }
  return last[right.count]
}
