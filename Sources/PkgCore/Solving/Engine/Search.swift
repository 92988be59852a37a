/// The state of one search: partial answer, clauses in use, and what was learned from conflicts.
///
/// Every plugin that is met becomes a variable whose states are "absent" and its versions; the
/// variable's domain is the set of states still possible. A clause is a set of terms that can't all
/// hold. When all but one hold, the last one's states leave their variable's domain.
/// `docs/solver.md` has worked examples.
struct Search: ~Copyable {
  /// A plugin that the search has met.
  struct Variable: BitwiseCopyable {
    var domain: UInt64
    /// The domain before anything was decided or implied.
    var base: UInt64
    var plugin: Int32
    var wordCount: Int32
    /// The last trail entry about it; -1 where there is none.
    var lastEntry: Int32 = -1
    var watchStart: Int32 = 0
    var watchCount: Int32 = 0
    var watchCapacity: Int32 = 0
    /// The state to try first; 0 for none.
    var preferred: Int32 = 0
    /// Whether all its clauses are in use, not only those of versions that were chosen.
    var isActive = false
    var isKnown = true
    /// In the clause that is being learned: its set and the trail entry that made it hold.
    var isMarked = false
    var activity: Double = 0
    /// Its place in the heap; -1 where it is not in it.
    var heapPlace: Int32 = -1
    /// The version state that it had last, for the free stage; 0 for none.
    var phase: Int32 = 0
    var markedSet: UInt64 = 0
    var markedEntry: Int32 = -1
  }

  /// One step of the partial answer: a domain became smaller.
  struct Entry: BitwiseCopyable {
    var domain: UInt64
    var variable: Int32
    /// The entry before it about the same variable.
    var previous: Int32
    /// The clause that implies it; ``decided`` for a decision.
    var reason: Int32
    var level: Int32
  }

  struct Term: BitwiseCopyable {
    var set: UInt64
    var variable: Int32
    var padding: Int32 = 0
  }

  struct Clause: BitwiseCopyable {
    var start: Int32
    var count: Int32
    /// A clause of the universe, ``-1 - root`` for a root, or ``learned``.
    var origin: Int32
    /// Where a learned clause's antecedents begin.
    var antecedents: Int32 = -1
    var activity: Float = 0
    /// How many levels a learned clause's terms came from: the fewer, the more often it will imply.
    var glue: Int32 = 0
  }

  struct Watch: BitwiseCopyable {
    var set: UInt64
    var clause: Int32
    /// Another term of the clause: where it fails, the clause needn't be looked at.
    var other: Int32
    var otherSet: UInt64
  }

  static let decided: Int32 = -1
  static let learned = Int32.max
  static let support = Int32.max - 1

  let universe: Universe
  let premises: Premises
  /// The universe's own sets; nothing is added to them while a search goes on.
  private let sharedMasks: UnsafeMutablePointer<UInt64>
  var variableOf: Arena<Int32>
  var variables = Arena<Variable>()
  var trail = Arena<Entry>(capacity: 128)
  var trailWords = Arena<UInt64>()
  var words = Arena<UInt64>()
  var scratch = Arena<UInt64>()
  var terms = Arena<Term>(capacity: 256)
  var clauses = Arena<Clause>(capacity: 128)
  var watches = Arena<Watch>(capacity: 512)
  /// Clauses of the universe that are in use, a bit each.
  var inUse: Arena<UInt64>
  /// Clauses in use that a choice among several may have to answer.
  var groups = Arena<Int32>(capacity: 8)
  /// Where each decision level begins in the trail.
  var levels = Arena<Int32>()
  /// Variables that must not stay absent, in the order in which that became clear.
  var agenda = Arena<Int32>()
  /// How much of the agenda was decided at the beginning of each level.
  var agendaMarks = Arena<Int32>()
  var agendaHead = 0
  /// How many roots are decided, and how many were at the beginning of each level.
  var rootHead = 0
  var rootMarks = Arena<Int32>()
  var queueHead = 0
  /// Antecedents of learned clauses: clause indices, or ``-1 - variable`` for all that is known of a
  /// variable without any decision.
  var antecedents = Arena<Int32>()
  var learnedBuffer = Arena<Term>(capacity: 16)
  var antecedentBuffer = Arena<Int32>()
  var marked = Arena<Int32>()
  var conflicts = 0
  var restartsAt = 0
  var restarts = 0
  var increment = 1.0
  var clauseIncrement: Float = 1
  var forgetsAt = 2_000
  var forgettings = 0
  var isFull = false
  var stage = Stage.ordered
  /// Whether what is decided now answers a root.
  var isDecidingRoot = false
  /// Variables that may have to be decided, the most active first.
  var heap = Arena<Int32>()
  /// How many roots are decided in order before anything else.
  var orderedRoots = Int.max
  /// Whether the roots are followed as long as the model agrees with the best that is left.
  var isWalking = false
  /// The state of each variable in the last answer found; 0 for none.
  var model = Arena<Int32>()
  /// Roots for which it took too long to prove that the model's version is the best.
  var settledRoots: Set<Int> = []
  let patience: Patience
  /// Clauses looked at, more or less: a measure of work that does not depend on the machine.
  var effort = 0
  /// Where the effort for one request ends, and all effort for a better answer.
  var stepLimit = Int.max
  var wholeLimit = Int.max
  var isTracking = true
  var supportCount = 0
  /// A clause that was broken when it was added, outside of propagation.
  var pendingConflict: Int32 = -1
  var finalConflict: Int32 = -1

  init(_ universe: Universe, _ premises: Premises, patience: Patience = .usual) {
    self.patience = patience
    self.universe = universe
    self.premises = premises
    sharedMasks = universe.masks.start
    variableOf = Arena(repeating: 0, count: universe.rows.count)
    inUse = Arena(repeating: 0, count: (universe.clauses.count + 63) / 64)
  }

  var level: Int { levels.count }

  /// The variable of a plugin, made where there is none.
  mutating func variable(of plugin: Int32) -> Int32 {
    let known = variableOf[plugin]
    if known != 0 { return known - 1 }
    let index = Int32(variables.count)
    variableOf[plugin] = index + 1
    let row = universe.rows[plugin]
    var variable = Variable(domain: 3, base: 3, plugin: plugin, wordCount: row.wordCount)
    variable.isKnown = row.isKnown
    variables.append(variable)
    defer { if usesHeap { enqueue(index) } }
    if row.isKnown {
      setBase(index, row)
    } else {
      variables[index].preferred = premises.special(plugin)?.preferred ?? 0
    }
    return index
  }

  private mutating func setBase(_ index: Int32, _ row: Universe.Row) {
    let plugin = variables[index].plugin
    let special = premises.special(plugin)
    variables[index].preferred = special?.preferred ?? 0
    if row.wordCount == 1 {
      let all = row.versionCount == 63 ? ~0 : (UInt64(1) << UInt64(row.versionCount + 1)) - 1
      var set = all
      if premises.isFiltered {
        set &= ~premises.barred(plugin, 0)
      } else {
        set &= ~(universe.masks[row.excluded] | universe.masks[row.impossible])
        let yanked = universe.masks[row.yanked]
        if yanked != 0 { set &= ~(yanked & ~premises.askedFor(plugin, 0, universe)) }
        if let special { set &= ~premises.masks[special.barred] }
      }
      variables[index].base = set
      variables[index].domain = set
      return
    }
    let place = words.appendRoom(Int(row.wordCount))
    for word in 0..<Int(row.wordCount) {
      let left = Int(row.versionCount) + 1 - word * 64
      var set = left >= 64 ? ~0 : (UInt64(1) << UInt64(left)) - 1
      if premises.isFiltered {
        set &= ~premises.barred(plugin, word)
      } else {
        set &= ~(universe.masks[row.excluded + word] | universe.masks[row.impossible + word])
        let yanked = universe.masks[row.yanked + word]
        if yanked != 0 { set &= ~(yanked & ~premises.askedFor(plugin, word, universe)) }
        if let special { set &= ~premises.masks[special.barred + word] }
      }
      words[place + word] = set
    }
    variables[index].base = UInt64(place) | Self.inWords
    variables[index].domain = variables[index].base
  }

  // MARK: Sets

  static let inWords: UInt64 = 1 << 62
  static let inTrail: UInt64 = 1 << 63
  static let inScratch: UInt64 = 3 << 62
  static let placeMask: UInt64 = (1 << 62) - 1

  /// Where a wide set's words lie; valid until an arena grows.
  @inline(__always)
  func pointer(_ handle: UInt64) -> UnsafeMutablePointer<UInt64> {
    let place = Int(handle & Self.placeMask)
    switch handle >> 62 {
    case 0: return sharedMasks + place
    case 1: return words.start + place
    case 2: return trailWords.start + place
    default: return scratch.start + place
    }
  }

  @inline(__always)
  func isSubset(_ count: Int32, _ set: UInt64, of other: UInt64) -> Bool {
    if count == 1 { return set & ~other == 0 }
    let (left, right) = (pointer(set), pointer(other))
    for word in 0..<Int(count) where left[word] & ~right[word] != 0 { return false }
    return true
  }

  @inline(__always)
  func isDisjoint(_ count: Int32, _ set: UInt64, _ other: UInt64) -> Bool {
    if count == 1 { return set & other == 0 }
    let (left, right) = (pointer(set), pointer(other))
    for word in 0..<Int(count) where left[word] & right[word] != 0 { return false }
    return true
  }

  /// Whether the term holds: the domain lies within its set.
  @inline(__always)
  func holds(_ term: Term) -> Bool {
    let variable = variables[term.variable]
    return isSubset(variable.wordCount, variable.domain, of: term.set)
  }

  /// Whether the term can't hold any more.
  @inline(__always)
  func fails(_ term: Term) -> Bool {
    let variable = variables[term.variable]
    return isDisjoint(variable.wordCount, variable.domain, term.set)
  }

  @inline(__always)
  func firstWord(_ variable: Int32, _ set: UInt64) -> UInt64 {
    variables[variable].wordCount == 1 ? set : pointer(set)[0]
  }

  /// Whether the plugin must not stay absent.
  @inline(__always)
  func isRequired(_ variable: Int32) -> Bool {
    firstWord(variable, variables[variable].domain) & 1 == 0
  }

  /// The one state left; nil where there are several.
  @inline(__always)
  func onlyState(_ variable: Int32) -> Int32? {
    let value = variables[variable]
    if value.wordCount == 1 {
      return value.domain & (value.domain &- 1) == 0
        ? Int32(value.domain.trailingZeroBitCount) : nil
    }
    let set = pointer(value.domain)
    var found: Int32?
    for word in 0..<Int(value.wordCount) where set[word] != 0 {
      guard found == nil, set[word] & (set[word] &- 1) == 0 else { return nil }
      found = Int32(word * 64 + set[word].trailingZeroBitCount)
    }
    return found
  }
}
