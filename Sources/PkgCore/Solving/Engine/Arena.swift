/// A growing stretch of plain values with one owner: no reference counting, no copy on write.
///
/// Bounds are checked in debug builds only; indices come from the solver itself, never from input.
struct Arena<Element: BitwiseCopyable>: ~Copyable {
  private(set) var start: UnsafeMutablePointer<Element>
  private(set) var count = 0
  private var capacity: Int

  init(capacity: Int = 64) {
    self.capacity = max(capacity, 4)
    start = .allocate(capacity: self.capacity)
  }

  /// `count` copies of a value.
  init(repeating value: Element, count: Int) {
    self.init(capacity: count)
    start.initialize(repeating: value, count: count)
    self.count = count
  }

  deinit { start.deallocate() }

  subscript(index: Int) -> Element {
    @inline(__always) get {
      assert(index >= 0 && index < count)
      return start[index]
    }
    @inline(__always) nonmutating _modify {
      assert(index >= 0 && index < count)
      yield &start[index]
    }
  }

  subscript(index: Int32) -> Element {
    @inline(__always) get { self[Int(index)] }
    @inline(__always) nonmutating _modify { yield &self[Int(index)] }
  }

  var last: Element { self[count - 1] }

  @inline(__always)
  mutating func append(_ value: Element) {
    if count == capacity { grow(to: count + 1) }
    start[count] = value
    count += 1
  }

  /// Appends values of which nothing is promised, and answers where they begin.
  mutating func appendRoom(_ length: Int) -> Int {
    let place = count
    if count + length > capacity { grow(to: count + length) }
    count += length
    return place
  }

  /// Forgets all from an index on.
  @inline(__always)
  mutating func truncate(to length: Int) {
    assert(length <= count)
    count = length
  }

  private mutating func grow(to wanted: Int) {
    let larger = max(capacity * 2, wanted)
    let fresh = UnsafeMutablePointer<Element>.allocate(capacity: larger)
    fresh.update(from: start, count: count)
    start.deallocate()
    start = fresh
    capacity = larger
  }
}
