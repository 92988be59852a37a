/// A moment in time, to the second, in UTC: what expiry dates and publish times are made of.
public struct Timestamp: Sendable, Hashable, Comparable, CustomStringConvertible {
  /// Seconds since 1970-01-01T00:00:00Z, leap seconds not counted; negative before.
  public var secondsSinceEpoch: Int64

  /// The moment so many seconds after 1970-01-01T00:00:00Z.
  public init(secondsSinceEpoch: Int64) {
    self.secondsSinceEpoch = secondsSinceEpoch
  }

  /// Reads RFC 3339 such as `2026-11-21T06:43:54Z`: capital `T` and `Z`, or an offset `+01:00`;
  /// a fraction of a second is dropped. Nil for anything else, for days that no month has, and for
  /// a leap second.
  public init?(rfc3339 text: String) {
    var fields = TimestampFields(Array(text.utf8))
    guard let year = fields.number(4), fields.take("-"), let month = fields.number(2),
      fields.take("-"), let day = fields.number(2), fields.take("T"),
      let hour = fields.number(2), fields.take(":"), let minute = fields.number(2),
      fields.take(":"), let second = fields.number(2), fields.skipFraction(),
      let offset = fields.offsetSeconds(), fields.isAtEnd
    else { return nil }
    guard (1...12).contains(month), (1...daysInMonth(month, of: year)).contains(day),
      hour < 24, minute < 60, second < 60
    else { return nil }
    let days = daysSinceEpoch(year: year, month: month, day: day)
    secondsSinceEpoch = days * 86_400 + hour * 3600 + minute * 60 + second - offset
  }

  /// The moment as `2026-11-21T06:43:54Z`.
  public var rfc3339: String {
    let (day, second) = floorDivide(secondsSinceEpoch, 86_400)
    let (year, month, dayOfMonth) = calendarDate(daysSinceEpoch: day)
    let date = "\(padded(year, 4))-\(padded(month, 2))-\(padded(dayOfMonth, 2))"
    let time = [second / 3600, second / 60 % 60, second % 60].map { padded($0, 2) }
    return "\(date)T\(time.joined(separator: ":"))Z"
  }

  /// Same as ``rfc3339``.
  public var description: String { rfc3339 }

  /// Whether one moment is before another.
  public static func < (left: Timestamp, right: Timestamp) -> Bool {
    left.secondsSinceEpoch < right.secondsSinceEpoch
  }

  /// The moment so many seconds later; the last or first moment there is, on overflow.
  public func adding(seconds: Int64) -> Timestamp {
    let (sum, overflows) = secondsSinceEpoch.addingReportingOverflow(seconds)
    guard overflows else { return Timestamp(secondsSinceEpoch: sum) }
    return Timestamp(secondsSinceEpoch: seconds > 0 ? .max : .min)
  }
}

/// A cursor over the bytes of a date.
private struct TimestampFields {
  private let bytes: [UInt8]
  private var position = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  var isAtEnd: Bool { position == bytes.count }

  mutating func number(_ digits: Int) -> Int64? {
    guard position + digits <= bytes.count else { return nil }
    var value: Int64 = 0
    for byte in bytes[position..<position + digits] {
      guard isDigit(byte) else { return nil }
      value = value * 10 + Int64(byte - UInt8(ascii: "0"))
    }
    position += digits
    return value
  }

  mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard position < bytes.count, bytes[position] == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  /// False where a point has no digit after it.
  mutating func skipFraction() -> Bool {
    guard take(".") else { return true }
    let start = position
    while position < bytes.count, isDigit(bytes[position]) { position += 1 }
    return position > start
  }

  mutating func offsetSeconds() -> Int64? {
    if take("Z") { return 0 }
    let sign: Int64 = take("+") ? 1 : take("-") ? -1 : 0
    guard sign != 0, let hours = number(2), take(":"), let minutes = number(2), hours < 24,
      minutes < 60
    else { return nil }
    return sign * (hours * 3600 + minutes * 60)
  }

  private func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }
}

private func isLeap(_ year: Int64) -> Bool {
  year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

private func daysInMonth(_ month: Int64, of year: Int64) -> Int64 {
  switch month {
  case 2: isLeap(year) ? 29 : 28
  case 4, 6, 9, 11: 30
  default: 31
  }
}

/// Days from 1970-01-01 in the Gregorian calendar. A year is taken to begin in March, so that the
/// leap day is its last: then the days before a month are `(153 m + 2) / 5`.
private func daysSinceEpoch(year: Int64, month: Int64, day: Int64) -> Int64 {
  let marchYear = month > 2 ? year : year - 1
  let marchMonth = (month + 9) % 12
  let (cycle, yearOfCycle) = floorDivide(marchYear, 400)
  let dayOfYear = (153 * marchMonth + 2) / 5 + day - 1
  let dayOfCycle = yearOfCycle * 365 + yearOfCycle / 4 - yearOfCycle / 100 + dayOfYear
  return cycle * 146_097 + dayOfCycle - 719_468
}

private func calendarDate(daysSinceEpoch: Int64) -> (year: Int64, month: Int64, day: Int64) {
  let (cycle, dayOfCycle) = floorDivide(daysSinceEpoch + 719_468, 146_097)
  let leapDays = dayOfCycle / 1460 - dayOfCycle / 36_524 + dayOfCycle / 146_096
  let yearOfCycle = (dayOfCycle - leapDays) / 365
  let dayOfYear = dayOfCycle - (365 * yearOfCycle + yearOfCycle / 4 - yearOfCycle / 100)
  let marchMonth = (5 * dayOfYear + 2) / 153
  let day = dayOfYear - (153 * marchMonth + 2) / 5 + 1
  let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
  return (cycle * 400 + yearOfCycle + (month <= 2 ? 1 : 0), month, day)
}

private func floorDivide(_ value: Int64, _ divisor: Int64) -> (quotient: Int64, remainder: Int64) {
  let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
  return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
}

private func padded(_ value: Int64, _ width: Int) -> String {
  let digits = String(value)
  return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
}
