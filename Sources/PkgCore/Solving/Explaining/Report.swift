/// A proof as lines: a chain where each step follows from the one before, numbers where a statement
/// is needed again further down.
struct Report {
  private let derivation: Derivation
  private let sentences: Sentences
  private var uses: [Int: Int] = [:]
  private var numbers: [Int: Int] = [:]
  private(set) var lines: [String] = []

  init(_ derivation: Derivation, _ sentences: Sentences) {
    self.derivation = derivation
    self.sentences = sentences
    guard let conclusion = derivation.conclusion else { return }
    count(conclusion)
    if case .derived = derivation.statements[conclusion].cause {
      tell(conclusion, isNumbered: false)
    } else {
      lines.append(text(conclusion))
    }
  }

  private mutating func count(_ place: Int) {
    uses[place, default: 0] += 1
    guard uses[place] == 1, case .derived(let left, let right) = derivation.statements[place].cause
    else { return }
    count(left)
    count(right)
  }

  private func text(_ place: Int) -> String { sentences.sentence(derivation.statements[place]) }

  private func isDerived(_ place: Int) -> Bool {
    if case .derived = derivation.statements[place].cause { true } else { false }
  }

  /// Whether both of a statement's grounds are facts.
  private func isSimple(_ place: Int) -> Bool {
    guard case .derived(let left, let right) = derivation.statements[place].cause else {
      return false
    }
    return !isDerived(left) && !isDerived(right)
  }

  /// Tells all that leads to a statement and then the statement itself, as the last line.
  private mutating func tell(_ place: Int, isNumbered: Bool) {
    guard case .derived(let left, let right) = derivation.statements[place].cause else { return }
    let isNumbered = isNumbered || (uses[place] ?? 0) > 1
    switch (isDerived(left), isDerived(right)) {
    case (false, false): add(place, joined([left, right], for: place), isNumbered)
    case (true, false): extend(place, left, right, isNumbered)
    case (false, true): extend(place, right, left, isNumbered)
    case (true, true): combine(place, left, right, isNumbered)
    }
  }

  /// A statement that follows from a told or still untold one and a fact.
  private mutating func extend(_ place: Int, _ derived: Int, _ fact: Int, _ isNumbered: Bool) {
    if let number = numbers[derived] {
      add(place, "\(text(fact)), and \(text(derived)) (\(number))", isNumbered)
      return
    }
    // A chain of facts on one statement is told in one line where nobody needs its middle.
    if case .derived(let left, let right) = derivation.statements[derived].cause,
      (uses[derived] ?? 0) == 1, isDerived(left) != isDerived(right)
    {
      let (inner, innerFact) = isDerived(left) ? (left, right) : (right, left)
      if numbers[inner] == nil {
        tell(inner, isNumbered: false)
        add(place, joined([innerFact, fact], for: place), isNumbered)
        return
      }
    }
    tell(derived, isNumbered: false)
    add(place, (isConclusion(place) ? "but " : "") + text(fact), isNumbered)
  }

  private func isRequest(_ place: Int) -> Bool {
    if case .ground(.root) = derivation.statements[place].cause { true } else { false }
  }

  private func isConclusion(_ place: Int) -> Bool { derivation.statements[place].terms.isEmpty }

  /// Two facts side by side, by name, and requests last, as they were made.
  private func joined(_ facts: [Int], for place: Int) -> String {
    let sorted = facts.sorted { order($0) < order($1) }
    let asked = "you asked for "
    let (first, second) = (text(sorted[0]), text(sorted[1]))
    let lead = isConclusion(place) && !lines.isEmpty ? "but " : ""
    if isRequest(sorted[0]), first.begins(with: asked), second.begins(with: asked) {
      let clash = lines.isEmpty ? ", and no version is both" : ""
      return "\(lead)\(first) and \(second.dropFirst(asked.count))\(clash)"
    }
    let joint = isConclusion(place) && isRequest(sorted[1]) && lead.isEmpty ? "but" : "and"
    return "\(lead)\(first), \(joint) \(second)"
  }

  private func order(_ place: Int) -> (Int, Int32, Int) {
    sentences.order(derivation.statements[place])
  }

  private mutating func combine(_ place: Int, _ left: Int, _ right: Int, _ isNumbered: Bool) {
    switch (numbers[left], numbers[right]) {
    case (let first?, let second?):
      add(place, "\(text(left)) (\(first)), and \(text(right)) (\(second))", isNumbered)
    case (let first?, nil):
      tell(right, isNumbered: false)
      add(place, "\(text(left)) (\(first))", isNumbered)
    case (nil, let second?):
      tell(left, isNumbered: false)
      add(place, "\(text(right)) (\(second))", isNumbered)
    case (nil, nil):
      // The shorter side last, so that the line before the conclusion leads to it.
      let (first, second) = isSimple(left) ? (right, left) : (left, right)
      tell(first, isNumbered: true)
      if let number = numbers[second] {
        add(place, "\(text(second)) (\(number))", isNumbered)
        return
      }
      tell(second, isNumbered: false)
      add(place, "\(text(first)) (\(numbers[first] ?? 0))", isNumbered)
    }
  }

  private mutating func add(_ place: Int, _ grounds: String, _ isNumbered: Bool) {
    var line: String
    if derivation.statements[place].terms.isEmpty {
      line = grounds
    } else {
      line = "\(grounds): so \(text(place))"
    }
    if isNumbered, numbers[place] == nil {
      numbers[place] = numbers.count + 1
      line += " (\(numbers.count))"
    }
    lines.append(line)
  }
}
