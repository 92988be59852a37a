/// Which variables took part in most recent conflicts: a binary heap, ties by order of discovery.
extension Search {
  /// Whether decisions come from the heap.
  @inline(__always)
  var usesHeap: Bool { stage != .ordered }

  /// The most active variable that has to be decided; nil where none is left.
  ///
  /// Before the last stage that may be one that nobody wants yet, if conflicts turn on it: so a
  /// disjunction is searched by what its parts are about, not in its order.
  mutating func mostActive() -> Int32? {
    while heap.count > 0 {
      let index = heap[0]
      dequeue()
      guard onlyState(index) == nil else { continue }
      let variable = variables[index]
      if isRequired(index) || decidesUnwanted && variable.activity > 0 && variable.isKnown {
        return index
      }
    }
    return nil
  }

  /// Puts a variable in its place: new to the heap, or after its activity grew.
  mutating func enqueue(_ index: Int32) {
    var place = variables[index].heapPlace
    if place < 0 {
      place = Int32(heap.count)
      heap.append(index)
    }
    while place > 0 {
      let parent = (place - 1) / 2
      guard precedes(index, heap[parent]) else { break }
      put(heap[parent], place)
      place = parent
    }
    put(index, place)
  }

  /// Takes the first one out.
  private mutating func dequeue() {
    variables[heap[0]].heapPlace = -1
    let moved = heap.last
    heap.truncate(to: heap.count - 1)
    let count = Int32(heap.count)
    guard count > 0 else { return }
    var place: Int32 = 0
    while true {
      var child = place * 2 + 1
      guard child < count else { break }
      if child + 1 < count, precedes(heap[child + 1], heap[child]) { child += 1 }
      guard precedes(heap[child], moved) else { break }
      put(heap[child], place)
      place = child
    }
    put(moved, place)
  }

  @inline(__always)
  private mutating func put(_ index: Int32, _ place: Int32) {
    heap[place] = index
    variables[index].heapPlace = place
  }

  @inline(__always)
  private func precedes(_ left: Int32, _ right: Int32) -> Bool {
    let (a, b) = (variables[left].activity, variables[right].activity)
    return a == b ? left < right : a > b
  }

  /// Keeps the version that a variable had, for when it is decided again.
  @inline(__always)
  mutating func notePhase(_ index: Int32) {
    if let state = onlyState(index), state > 0 { variables[index].phase = state }
  }
}
