internal import PkgCore

/// Rows of columns: aligned and cut to the width for a person, tab-separated and whole in a pipe.
struct TextTable {
  private let header: [String]
  private var rows: [[String]] = []

  init(_ header: [String]) { self.header = header }

  mutating func add(_ cells: [String]) { rows.append(cells.map(printable)) }

  func text(_ output: Output) -> String {
    guard output.isInteractive else {
      return rows.map { $0.joined(separator: "\t") }.joined(separator: "\n")
    }
    guard !rows.isEmpty else { return "" }
    let widths = widths(within: output.width)
    let head = output.style.dim(line(header, widths))
    return ([head] + rows.map { line($0, widths) }).joined(separator: "\n")
  }

  /// As wide as the cells; where that is more than the line has, the widest columns give way.
  private func widths(within width: Int) -> [Int] {
    var widths = header.indices.map { column in
      ([header] + rows).map { $0[column].count }.max() ?? 0
    }
    let gaps = 2 * (widths.count - 1)
    while widths.reduce(gaps, +) > width, let widest = widths.max(), widest > Self.leastWidth,
      let column = widths.firstIndex(of: widest)
    {
      widths[column] -= 1
    }
    return widths
  }

  private static let leastWidth = 4

  private func line(_ cells: [String], _ widths: [Int]) -> String {
    let cut = zip(cells, widths).map { cell, width in
      cell.count > width ? cell.prefix(width - 1) + "…" : cell
    }
    var line = ""
    for (column, cell) in cut.enumerated() {
      let isLast = column == cells.count - 1
      line += isLast ? cell : cell + String(repeating: " ", count: widths[column] - cell.count + 2)
    }
    return line
  }
}

/// Bytes for people: `1.2 MB`.
func sizeText(_ bytes: Int64) -> String {
  if bytes < 1000 { return "\(bytes) B" }
  var value = Double(bytes)
  var unit = "B"
  for next in ["kB", "MB", "GB"] where value >= 1000 {
    value /= 1000
    unit = next
  }
  let tenths = Int((value * 10).rounded())
  return tenths % 10 == 0 ? "\(tenths / 10) \(unit)" : "\(tenths / 10).\(tenths % 10) \(unit)"
}

/// `1 plugin`, `2 plugins`.
func counted(_ count: Int, _ thing: String) -> String {
  "\(count) \(thing)\(count == 1 ? "" : "s")"
}
