/// A pattern for target paths (TUF 4.5, PATHPATTERN): `*` stands for any run of characters, `?` for
/// one, `[a-z]` and `[!a-z]` for one of a set; none of them for a slash. A character is a Unicode
/// scalar. There is no escape.
public struct TUFPathPattern: Sendable, Equatable {
  /// The pattern as it stands in metadata.
  public let text: String
  private let elements: [Element]

  /// The pattern of a text; every text is one.
  public init(_ text: String) {
    self.text = text
    elements = Self.elements(Array(text.unicodeScalars))
  }

  /// Whether the whole path fits. Takes at most as many steps as the product of both lengths.
  public func matches(_ path: String) -> Bool {
    let scalars = Array(path.unicodeScalars)
    var (place, at) = (0, 0)
    // Where to go on after the last `*`, with one character more for it.
    var retry: (place: Int, at: Int)?
    while at < scalars.count {
      if place < elements.count, case .run = elements[place] {
        retry = (place, at)
        place += 1
      } else if place < elements.count, elements[place].fits(scalars[at]) {
        place += 1
        at += 1
      } else if let last = retry, scalars[last.at] != "/" {
        retry = (last.place, last.at + 1)
        (place, at) = (last.place + 1, last.at + 1)
      } else {
        return false
      }
    }
    return elements[place...].allSatisfy { if case .run = $0 { true } else { false } }
  }

  /// Equal in bytes.
  public static func == (left: TUFPathPattern, right: TUFPathPattern) -> Bool {
    left.text.utf8.elementsEqual(right.text.utf8)
  }

  private enum Element: Sendable {
    case scalar(Unicode.Scalar)
    case any
    case run
    case set([ClosedRange<Unicode.Scalar>], isNegated: Bool)

    func fits(_ scalar: Unicode.Scalar) -> Bool {
      switch self {
      case .scalar(let own): own == scalar
      case .any: scalar != "/"
      case .set(let ranges, let isNegated):
        scalar != "/" && ranges.contains { $0.contains(scalar) } != isNegated
      case .run: false
      }
    }
  }

  private static func elements(_ scalars: [Unicode.Scalar]) -> [Element] {
    var elements: [Element] = []
    var place = 0
    while place < scalars.count {
      switch scalars[place] {
      case "*": elements.append(.run)
      case "?": elements.append(.any)
      case "[":
        if let (set, end) = set(scalars, from: place + 1) {
          elements.append(set)
          place = end
        } else {
          elements.append(.scalar("["))
        }
      case let other: elements.append(.scalar(other))
      }
      place += 1
    }
    return elements
  }

  /// The set that begins after its `[`, and the place of its `]`; nil where nothing closes it.
  private static func set(_ scalars: [Unicode.Scalar], from start: Int) -> (Element, Int)? {
    var place = start
    let isNegated = place < scalars.count && scalars[place] == "!"
    if isNegated { place += 1 }
    var ranges: [ClosedRange<Unicode.Scalar>] = []
    // A `]` that comes first is one of the set.
    let first = place
    while place < scalars.count, scalars[place] != "]" || place == first {
      if place + 2 < scalars.count, scalars[place + 1] == "-", scalars[place + 2] != "]" {
        if scalars[place] <= scalars[place + 2] {
          ranges.append(scalars[place]...scalars[place + 2])
        }
        place += 3
      } else {
        ranges.append(scalars[place]...scalars[place])
        place += 1
      }
    }
    return place < scalars.count ? (.set(ranges, isNegated: isNegated), place) : nil
  }
}
